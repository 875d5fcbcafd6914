"""Tables of surveys."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.feedback.db import Base
from services.feedback.events.models import Event
from services.kernel.data.ids import new_id
from services.kernel.web.etags import Versioned


class Survey(Versioned, Base):
    """The survey of one event. Nothing in its row follows from an answer."""

    __tablename__ = "surveys"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(Text)
    anonymity: Mapped[str] = mapped_column(Text)
    profile: Mapped[str] = mapped_column(Text)
    template: Mapped[str] = mapped_column(Text)
    # Null for the title of the event.
    title: Mapped[dict[str, str] | None] = mapped_column(JSONB(none_as_null=True))
    state: Mapped[str] = mapped_column(Text)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("known_events.id"))
    # That of the event when the survey was made: whose questions these are, and who may read what is answered.
    coordination_id: Mapped[UUID]
    event: Mapped[Event] = relationship(lazy="raise")
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    # The end of the event by which the window stands. Null: the event had no valid end when the survey was made.
    event_ends_at: Mapped[datetime | None]
    # The end of the event that the window followed last, whether it moved or not.
    followed_ends_at: Mapped[datetime | None]
    definition_version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    # The bytes of an answer before it is sealed: the same for all, so that no size tells what was written.
    answer_size: Mapped[int]
    # People, as the events service last counted them: all that were invited, and those whose mail came back.
    invited_count: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    undeliverable_count: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    close_requested_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())

    __table_args__ = (
        UniqueConstraint(
            "event_id", "coordination_id", "template", name="uq_surveys_event_id_coordination_id_template"
        ),
        CheckConstraint("anonymity = 'anonymous_ticket'", name="anonymity"),
        CheckConstraint("state IN ('draft', 'open', 'closed')", name="state"),
        CheckConstraint("opens_at < closes_at", name="opens_before_it_closes"),
        CheckConstraint("invited_count >= 0 AND undeliverable_count >= 0", name="counts"),
        Index("ix_surveys_coordination_id", "coordination_id"),
        Index("ix_surveys_closes_at_open", "closes_at", postgresql_where=text("state = 'open'")),
        Index("ix_surveys_close_requested_at", "close_requested_at", postgresql_where=text("state <> 'closed'")),
    )
