"""Tables of projects. All but the identifiers are derived from statements, and only `shown` writes them."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Numeric,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.kernel.data.ids import new_id
from services.kernel.data.types import SORT_KEY
from services.kernel.web.etags import Versioned
from services.registry.db import Base


class Project(Versioned, Base):
    """A project as it is shown now."""

    __tablename__ = "projects"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    kind: Mapped[str] = mapped_column(Text)
    scope: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    name: Mapped[dict[str, str]]
    sort_key: Mapped[str] = mapped_column(SORT_KEY)
    summary: Mapped[dict[str, str] | None] = mapped_column(JSONB(none_as_null=True))
    goals: Mapped[dict[str, str] | None] = mapped_column(JSONB(none_as_null=True))
    background: Mapped[dict[str, str] | None] = mapped_column(JSONB(none_as_null=True))
    decision_on: Mapped[date | None]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    programme_period: Mapped[str | None] = mapped_column(Text)
    fund: Mapped[str | None] = mapped_column(Text)
    priority_axis: Mapped[str | None] = mapped_column(Text)
    specific_objective: Mapped[str | None] = mapped_column(Text)
    programme_part: Mapped[str | None] = mapped_column(Text)
    # The day of the newest list that speaks of one of its identifiers.
    last_listed_on: Mapped[date | None]
    # The project that has its identifiers since the two were linked. It answers in the place of this one.
    merged_into: Mapped[UUID | None] = mapped_column(ForeignKey("projects.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())

    __table_args__ = (
        Index("ix_projects_sort_key_id", "sort_key", "id"),
        Index("ix_projects_kind_state", "kind", "state"),
        Index("ix_projects_starts_on", "starts_on"),
    )


class ProjectIdentifier(Base):
    """A number of the project in some register. One number means one project; a project may have several."""

    __tablename__ = "project_identifiers"

    scheme: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[str] = mapped_column(Text, primary_key=True)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(SmallInteger)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    source: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        UniqueConstraint("project_id", "position"),
        Index(None, "value"),
        CheckConstraint("valid_to >= valid_from", name="validity"),
    )


class ProjectDate(Base):
    """A planned or actual start or end according to one source. Sources may disagree; all of them are kept."""

    __tablename__ = "project_dates"

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    falls_on: Mapped[date]
    source: Mapped[str | None] = mapped_column(Text)


class ProjectState(Base):
    """A state that the project entered, with its day and reason."""

    __tablename__ = "project_states"

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    state: Mapped[str] = mapped_column(Text)
    since_on: Mapped[date | None]
    reason: Mapped[str | None] = mapped_column(Text)


class ProjectParty(Base):
    """An organisation's role in a project, with its first and last day."""

    __tablename__ = "project_parties"

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    role: Mapped[str] = mapped_column(Text)
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]

    __table_args__ = (
        Index(None, "organisation_id", "role"),
        CheckConstraint("ends_on >= starts_on", name="validity"),
    )


class ProjectFunding(Base):
    """One amount of money from one source, as of a day."""

    __tablename__ = "project_funding"

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    source: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    amount: Mapped[Decimal] = mapped_column(Numeric(14, 2))
    currency: Mapped[str] = mapped_column(Text)
    as_of: Mapped[date | None]
    note: Mapped[str | None] = mapped_column(Text)
    # What the amount is the sum of, where lists state it.
    parts: Mapped[list[dict[str, str]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))


class ProjectArea(Base):
    """An area in which the project acts or has its seat, or which is its target. "Valtakunnallinen" is a scope."""

    __tablename__ = "project_areas"

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    scheme: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    meaning: Mapped[str] = mapped_column(Text)
    share: Mapped[Decimal | None] = mapped_column(Numeric(5, 4))

    __table_args__ = (Index(None, "scheme", "code"),)


class ProjectTopic(Base):
    """A theme or a target group of the project."""

    __tablename__ = "project_topics"

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    scheme: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)

    __table_args__ = (UniqueConstraint("project_id", "scheme", "code"), Index(None, "scheme", "code"))


class ProjectMilestone(Base):
    """A milestone that is due on a day or in a month, quarter, season, half or year, which begins on `first_on`."""

    __tablename__ = "project_milestones"

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    name: Mapped[dict[str, str]]
    first_on: Mapped[date]
    precision: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    reached_on: Mapped[date | None]
    note: Mapped[str | None] = mapped_column(Text)
