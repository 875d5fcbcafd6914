"""Tables of the hand-over."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from services.events.db import Base
from services.kernel.background.leased import STATES, WAITING, LeasedRow


class FeedbackHandover(LeasedRow, Base):
    """The invitations of an event's attendees to give feedback: how many tickets they got, never who got which.

    A row is `sent` when a round of invitations was mailed, queued again when further persons are marked as attended,
    and `parked` when the survey of the event has closed.
    """

    __tablename__ = "feedback_handovers"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    # How often tickets were mailed: once for all who came, and again for those marked as attended later.
    rounds: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))
    survey_id: Mapped[UUID | None]
    tickets: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))
    # The last round.
    handed_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("(handed_at IS NULL) = (rounds = 0)", name="rounds"),
        CheckConstraint("(survey_id IS NULL) = (rounds = 0)", name="survey"),
        CheckConstraint("tickets >= 0", name="tickets"),
        CheckConstraint(STATES, name="state"),
        Index("ix_feedback_handovers_waiting", "due_at", "event_id", postgresql_where=text(WAITING)),
    )
