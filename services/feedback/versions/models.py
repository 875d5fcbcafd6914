"""Tables of versions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.feedback.db import Base
from services.kernel.data.types import JsonObject


class SurveyVersion(Base):
    """One wording of a survey. It never changes: a trigger refuses every UPDATE."""

    __tablename__ = "survey_versions"

    survey_id: Mapped[UUID] = mapped_column(ForeignKey("surveys.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    definition: Mapped[JsonObject] = mapped_column(JSONB)
    # Of the canonical JSON: sorted keys, no spaces, UTF-8.
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
