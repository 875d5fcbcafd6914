"""Every SELECT of events."""

from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.web.errors import NotKnownYet

from .models import Event

# The status of an event whose times do not hold. It gets others, or is cancelled.
POSTPONED: Final = "postponed"
# As the events service counts: a draft, a cancelled and a postponed event are not held.
IS_HELD: Final[ColumnElement[bool]] = and_(
    ~Event.removed,
    Event.publication_status != "draft",
    Event.event_status.not_in(["cancelled", POSTPONED]),
)


async def get_known(session: AsyncSession, event_id: UUID) -> Event:
    """Return the copy of an event. Raises NotKnownYet."""
    event = await session.scalar(select(Event).where(Event.id == event_id, ~Event.removed))
    if event is None:
        raise NotKnownYet
    return event
