"""Tables of events."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.feedback.db import Base
from services.kernel.background.copies import Copied


class Event(Copied, Base):
    """A copy of one event, as the events service last announced it. Its codes are open: new ones appear there first."""

    __tablename__ = "known_events"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    coordination_id: Mapped[UUID | None]
    type: Mapped[str | None] = mapped_column(Text)
    scope: Mapped[str | None] = mapped_column(Text)
    areas: Mapped[list[dict[str, str]]] = mapped_column(JSONB, server_default=text("'[]'"))
    themes: Mapped[list[str]] = mapped_column(JSONB, server_default=text("'[]'"))
    title: Mapped[dict[str, str]] = mapped_column(JSONB, server_default=text("'{}'"))
    # Helsinki days.
    first_on: Mapped[date | None]
    last_on: Mapped[date | None]
    # While the event is postponed these are the times that do not hold.
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    event_status: Mapped[str | None] = mapped_column(Text)
    publication_status: Mapped[str | None] = mapped_column(Text)
    call_ids: Mapped[list[str]] = mapped_column(JSONB, server_default=text("'[]'"))

    __table_args__ = (Index("ix_known_events_coordination_id_last_on", "coordination_id", "last_on", "id"),)
