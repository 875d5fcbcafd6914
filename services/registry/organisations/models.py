"""Tables of organisations."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from services.kernel.data.ids import new_id
from services.kernel.data.types import SORT_KEY
from services.kernel.web.etags import Versioned
from services.registry.db import Base


class Organisation(Versioned, Base):
    """One organisation under its present name."""

    __tablename__ = "organisations"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[dict[str, str]]
    # The name in its first language, by which imports recognise the organisation.
    sort_name: Mapped[str] = mapped_column(Text)
    # Of the same text, by which lists sort.
    sort_key: Mapped[str] = mapped_column(SORT_KEY)
    business_id: Mapped[str | None] = mapped_column(Text, unique=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())

    __table_args__ = (Index("ix_organisations_sort_key_id", "sort_key", "id"),)
