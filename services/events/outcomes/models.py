"""Tables of outcomes."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.events.db import Base


class EventOutcomeTheme(Base):
    """A theme that an event dealt with. The event's row has the time at which its outcome was written down."""

    __tablename__ = "event_outcome_themes"

    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), primary_key=True)
    theme: Mapped[str] = mapped_column(Text, primary_key=True)
    weight: Mapped[str] = mapped_column(Text)
    note: Mapped[dict[str, str] | None] = mapped_column(JSONB(none_as_null=True))

    __table_args__ = (CheckConstraint("weight IN ('main', 'touched')", name="weight"),)
