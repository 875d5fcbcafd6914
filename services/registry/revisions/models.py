"""The table of revisions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.db import Base


class ProjectRevision(Base):
    """The whole content of a project in one version: known since `known_at`, entered at `entered_at`."""

    __tablename__ = "project_revisions"

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    known_at: Mapped[datetime]
    entered_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    author: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    # The import that made the change; null where a person made it.
    batch_id: Mapped[UUID | None] = mapped_column(index=True)
    changed: Mapped[list[str]] = mapped_column(JSONB)
    facts: Mapped[dict[str, object]] = mapped_column(JSONB)

    __table_args__ = (Index(None, "project_id", "known_at"),)
