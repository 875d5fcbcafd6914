"""Every SELECT of calendar feeds, which show all callers the same: what is published."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.coordinations import queries as coordinations
from services.events.events.access import visible_to
from services.events.events.facts import NOW
from services.events.events.models import Event
from services.events.events.terms import as_uuid
from services.kernel.security.auth import ANONYMOUS

from .schemas import FeedQuery
from .terms import MAX_ENTRIES, RECENT


async def upcoming_and_recent(session: AsyncSession, query: FeedQuery) -> list[Event]:
    """Return the published events that have not ended or ended lately, by their start."""
    statement = select(Event).where(visible_to(ANONYMOUS), Event.ends_at > NOW - RECENT)
    if query.type:
        statement = statement.where(Event.type.in_(query.type))
    if query.coordination:
        coordination_id = as_uuid(query.coordination)
        ids = coordinations.ids_of_slug(query.coordination) if coordination_id is None else [coordination_id]
        statement = statement.where(Event.coordination_id.in_(ids))
    return list(await session.scalars(statement.order_by(Event.starts_at, Event.id).limit(MAX_ENTRIES)))
