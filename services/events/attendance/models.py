"""Tables of attendance."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from services.events.db import Base


class Attendance(Base):
    """Whether one registered person came, as marked last. No row: unknown."""

    __tablename__ = "attendances"

    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registrations.id", ondelete="CASCADE"), primary_key=True)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"))
    status: Mapped[str] = mapped_column(Text)
    marked_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())

    __table_args__ = (
        CheckConstraint("status IN ('attended', 'partially_attended', 'no_show', 'excused')", name="status"),
        Index("ix_attendances_event_id_status", "event_id", "status"),
    )
