"""Tables of surveys."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from services.feedback.db import Base
from services.kernel.data.ids import new_id
from services.kernel.web.etags import Versioned


class Survey(Versioned, Base):
    """The survey of one event, with the counts that its answers and tickets guard."""

    __tablename__ = "surveys"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(Text)
    anonymity: Mapped[str] = mapped_column(Text)
    profile: Mapped[str] = mapped_column(Text)
    template: Mapped[str] = mapped_column(Text)
    title: Mapped[dict[str, str]]
    state: Mapped[str] = mapped_column(Text)
    event_id: Mapped[UUID]
    event_type: Mapped[str] = mapped_column(Text)
    scope: Mapped[str] = mapped_column(Text)
    coordination_id: Mapped[UUID]
    held_on: Mapped[date]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    definition_version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    # Tickets handed out so far; a ticket that is replaced is not counted twice.
    invited_count: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    answer_count: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())

    __table_args__ = (
        UniqueConstraint("event_id", "template", name="uq_surveys_event_id_template"),
        CheckConstraint("anonymity = 'anonymous_ticket'", name="anonymity"),
        CheckConstraint("state IN ('draft', 'open', 'closed')", name="state"),
        CheckConstraint("opens_at < closes_at", name="opens_before_it_closes"),
        CheckConstraint("invited_count >= 0 AND answer_count >= 0", name="counts"),
        Index("ix_surveys_coordination_id_held_on", "coordination_id", "held_on", "id"),
        Index("ix_surveys_held_on_id", "held_on", "id"),
        Index("ix_surveys_closes_at_open", "closes_at", postgresql_where=text("state = 'open'")),
    )
