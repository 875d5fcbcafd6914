"""Organisations at events: the people of each who registered and attended, counted with each change."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.events.terms import EventId
from services.kernel.data.rows import columns_of, insert_all

from .models import EventOrganisationCount

_COUNTED: Final = insert_all(
    EventOrganisationCount.metadata.tables[EventOrganisationCount.__tablename__],
    ("event_id", "organisation_key", "registered"),
)
_COUNT_REGISTERED: Final = _COUNTED.on_conflict_do_update(
    index_elements=["event_id", "organisation_key"],
    set_={"registered": EventOrganisationCount.registered + _COUNTED.excluded.registered},
)


async def count(
    session: AsyncSession, event_id: EventId, organisation_key: str | None, *, registered: int = 0, attended: int = 0
) -> None:
    """Add to the counts of an organisation; negative numbers subtract. Requires: the caller holds the event's lock."""
    if organisation_key is None or not (registered or attended):
        return
    counts = EventOrganisationCount
    first = insert(counts).values(
        event_id=event_id,
        organisation_key=organisation_key,
        # The CHECK constraint judges this row even where it exists and is updated.
        registered=max(registered, 0),
        attended=max(attended, 0),
    )
    await session.execute(
        first.on_conflict_do_update(
            index_elements=["event_id", "organisation_key"],
            set_={"registered": counts.registered + registered, "attended": counts.attended + attended},
        )
    )


async def count_registered(session: AsyncSession, event_id: EventId, more: Mapping[str, int]) -> None:
    """Add to the counts of many organisations at once. Requires: the caller holds the event's lock."""
    if not more:
        return
    rows = [{"event_id": event_id, "organisation_key": key, "registered": number} for key, number in more.items()]
    await session.execute(_COUNT_REGISTERED, columns_of(rows))


async def reset_registered(session: AsyncSession, event_id: EventId) -> None:
    """Set the registered people of all organisations to zero. Requires: the caller holds the event's lock."""
    counts = EventOrganisationCount
    await session.execute(update(counts).where(counts.event_id == event_id).values(registered=0))
