"""Tables of the hand-over."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Integer, func
from sqlalchemy.orm import Mapped, mapped_column

from services.events.db import Base


class FeedbackHandover(Base):
    """That the attendees of an event were given tickets: how many, never which to whom."""

    __tablename__ = "feedback_handovers"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    # Who claimed the event last may hand it over; nobody else asks meanwhile, or their tickets would be replaced.
    claimed_at: Mapped[datetime | None] = mapped_column(server_default=func.clock_timestamp())
    survey_id: Mapped[UUID | None]
    tickets: Mapped[int | None] = mapped_column(Integer)
    handed_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("(handed_at IS NULL) = (tickets IS NULL)", name="tickets"),
        CheckConstraint("(handed_at IS NULL) = (survey_id IS NULL)", name="survey"),
    )
