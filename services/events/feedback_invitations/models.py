"""Tables of the hand-over."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from services.events.db import Base


class FeedbackHandover(Base):
    """That attendees of an event were given tickets: how many, never which to whom."""

    __tablename__ = "feedback_handovers"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    # Nobody asks feedback before this: who asks now has moved it on. Null: never again, the survey has closed.
    due_at: Mapped[datetime | None]
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
    )
