"""The table of relations."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from services.kernel.data.ids import new_id
from services.kernel.web.etags import Versioned
from services.registry.db import Base


class ProjectRelation(Versioned, Base):
    """A relation from one project to another. It is withdrawn, never deleted, so that the past stays readable."""

    __tablename__ = "project_relations"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(Text)
    other_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), index=True)
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    known_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    withdrawn_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "uq_project_relations_standing",
            "project_id",
            "kind",
            "other_id",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        CheckConstraint("project_id <> other_id", name="two_projects"),
        CheckConstraint("ends_on >= starts_on", name="validity"),
    )
