"""Routes of outcomes."""

from services.events.events.errors import EventDayAhead, EventIsCancelled
from services.events.events.terms import EventRef
from services.kernel.data.db import Reading, Transaction
from services.kernel.openapi.document import problems
from services.kernel.security.auth import EventsRead, EventsWrite
from services.kernel.web.errors import NotFound, StateConflict
from services.kernel.web.routing import new_router

from . import queries, service
from .schemas import OutcomePut, OutcomeRead

router = new_router("events", tag="outcomes")


@router.get("/{ref}/outcome", summary="Read the outcome of an event", responses=problems(NotFound))
async def read_outcome(ref: EventRef, principal: EventsRead, session: Reading) -> OutcomeRead:
    """Return the themes that the event dealt with, for readers of the figures of its coordination project."""
    return await queries.read(session, principal, ref)


@router.put(
    "/{ref}/outcome",
    summary="Write down the outcome of an event",
    responses=problems(NotFound, EventIsCancelled, EventDayAhead, StateConflict),
)
async def mark_outcome(ref: EventRef, body: OutcomePut, principal: EventsWrite, session: Transaction) -> OutcomeRead:
    """Write down the themes that the event dealt with, from the day of the event on.

    The coverage of themes is counted from these, not from the themes that the event was announced with. No If-Match is
    needed, because the request replaces the whole outcome.
    """
    return await queries.read_outcome(session, await service.mark_outcome(session, principal, ref, body))
