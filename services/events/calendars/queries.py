"""Every SELECT of feeds. What is published is for everybody, whoever asks."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.coordinations import queries as coordinations
from services.events.coordinations.models import Coordination
from services.events.events.access import visible_to
from services.events.events.facts import NOW, REGISTRATION_STATE
from services.events.events.models import Event
from services.events.events.queries import named
from services.events.events.terms import OVER_STATES, as_uuid
from services.kernel.security.auth import ANONYMOUS
from services.kernel.web.errors import NotFound

from .schemas import FeedQuery
from .terms import MAX_ENTRIES, RECENT


async def published(session: AsyncSession, ref: str) -> Event:
    """Return one published event. Raises NotFound."""
    found = await session.scalar(select(Event).where(named(ref), visible_to(ANONYMOUS)))
    if found is None:
        raise NotFound
    return found


async def takes_registrations(session: AsyncSession, event: Event) -> bool:
    """Return whether somebody may still sign up, now or later."""
    return await session.scalar(select(REGISTRATION_STATE).where(Event.id == event.id)) not in OVER_STATES


async def upcoming_and_recent(session: AsyncSession, query: FeedQuery) -> list[Event]:
    """Published events that are still to come or ended lately, in their order."""
    statement = select(Event).where(visible_to(ANONYMOUS), Event.ends_at > NOW - RECENT)
    if query.type:
        statement = statement.where(Event.type.in_(query.type))
    if query.coordination:
        coordination_id = as_uuid(query.coordination)
        meant = coordinations.ids_of_slug(query.coordination) if coordination_id is None else [coordination_id]
        statement = statement.where(Event.coordination_id.in_(meant))
    return list(await session.scalars(statement.order_by(Event.starts_at, Event.id).limit(MAX_ENTRIES)))


async def organiser(session: AsyncSession, event: Event) -> Coordination | None:
    """Whose event it is, if the registry has told of it."""
    return await coordinations.find(session, event.coordination_id)
