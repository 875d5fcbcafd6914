"""The table of merges."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from services.kernel.data.ids import new_id
from services.kernel.web.etags import Versioned
from services.registry.db import Base


class OrganisationMerge(Versioned, Base):
    """A merge by which one organisation answers in the place of another, until it is taken back."""

    __tablename__ = "organisation_merges"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id", ondelete="CASCADE"), index=True)
    other_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id", ondelete="CASCADE"))
    author: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    merged_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    removed_at: Mapped[datetime | None]

    __table_args__ = (
        Index("uq_organisation_merges_other", "other_id", unique=True, postgresql_where=text("removed_at IS NULL")),
    )
