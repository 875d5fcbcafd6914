"""Tables of the hand-over."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Integer, func
from sqlalchemy.orm import Mapped, mapped_column

from services.events.db import Base


class FeedbackHandover(Base):
    """That the attendees of an event were given tickets: how many, never which to whom."""

    __tablename__ = "feedback_handovers"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    survey_id: Mapped[UUID]
    tickets: Mapped[int] = mapped_column(Integer)
    handed_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
