"""Tables of feedback invitations."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from services.events.db import Base
from services.kernel.background.leased import STATES, WAITING, LeasedRow


class FeedbackInvitations(LeasedRow, Base):
    """The invitations to one event's survey: the number of tickets that were mailed, never a person's ticket.

    A row is `sent` when a round of invitations was mailed, queued again when further persons are marked as attended,
    and `parked` when the survey of the event has closed.
    """

    __tablename__ = "feedback_invitations"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    # The number of times that invitations were mailed: to all attendees, and again to those marked as attended later.
    rounds: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))
    survey_id: Mapped[UUID | None]
    ticket_count: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))
    # The last round.
    invited_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("(invited_at IS NULL) = (rounds = 0)", name="rounds"),
        CheckConstraint("(survey_id IS NULL) = (rounds = 0)", name="survey"),
        CheckConstraint("ticket_count >= 0", name="ticket_count"),
        CheckConstraint(STATES, name="state"),
        Index("ix_feedback_invitations_waiting", "due_at", "event_id", postgresql_where=text(WAITING)),
    )


class ToldCounts(LeasedRow, Base):
    """The numbers of the persons who were invited to one event's survey, as they were last sent to feedback.

    A row is `sent` while feedback is believed to have them, and queued again when they change, or after a while.
    """

    __tablename__ = "told_counts"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    people: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))
    undeliverable: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))
    told_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("people >= undeliverable AND undeliverable >= 0", name="counts"),
        CheckConstraint(STATES, name="state"),
        Index("ix_told_counts_waiting", "due_at", "event_id", postgresql_where=text(WAITING)),
    )
