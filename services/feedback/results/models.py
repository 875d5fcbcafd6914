"""Tables of results."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey, Numeric, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.feedback.db import Base
from services.kernel.data.types import JsonObject


class Release(Base):
    """The disclosed results of a closed survey. A release is made once.

    The headline figures have columns of their own, as they were released: sums over surveys are made of these, so that
    no sum can disclose more than its parts do. Null: not disclosed.
    """

    __tablename__ = "releases"

    survey_id: Mapped[UUID] = mapped_column(ForeignKey("surveys.id"), primary_key=True)
    released_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    engine: Mapped[str] = mapped_column(Text)
    invited: Mapped[int]
    n: Mapped[int | None]
    overall_n: Mapped[int | None]
    overall_mean: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))
    nps_n: Mapped[int | None]
    nps: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))
    questions: Mapped[list[JsonObject]] = mapped_column(JSONB)
