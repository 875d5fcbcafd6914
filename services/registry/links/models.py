"""The table of links."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.kernel.data.ids import new_id
from services.kernel.web.etags import Versioned
from services.registry.db import Base


class ProjectLink(Versioned, Base):
    """A link by which one project has the identifiers of another. It keeps what it moved, to give it back."""

    __tablename__ = "project_links"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), index=True)
    other_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    # The identifiers as [scheme, value], the relations by their ids, the projects that had been linked with the other.
    identifiers: Mapped[list[list[str]]] = mapped_column(JSONB)
    relations: Mapped[list[str]] = mapped_column(JSONB)
    followers: Mapped[list[str]] = mapped_column(JSONB)
    author: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    linked_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    removed_at: Mapped[datetime | None]

    __table_args__ = (
        Index("uq_project_links_other", "other_id", unique=True, postgresql_where=text("removed_at IS NULL")),
    )
