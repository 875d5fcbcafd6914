"""Use cases of outcomes."""

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.words import Phrase
from services.events.events import people
from services.events.events import queries as event_queries
from services.events.events import service as events
from services.events.events.errors import EventIsCancelled
from services.events.events.models import Event
from services.events.events.terms import EventStatus, PublicationStatus
from services.kernel.background.outbox import announce
from services.kernel.security.auth import Principal
from services.kernel.web.errors import StateConflict

from .messages import OutcomeMarked
from .models import EventOutcomeTheme
from .schemas import OutcomePut
from .terms import Weight


async def mark_outcome(session: AsyncSession, principal: Principal, ref: str, body: OutcomePut) -> Event:
    """Write down the outcome of an event, in place of an earlier one, and announce it.

    Raises: NotFound, Forbidden, EventIsCancelled, EventDayAhead, StateConflict (a draft).
    """
    event = await event_queries.get_for_change(session, principal, ref)
    await _check_markable(session, event)
    marks = EventOutcomeTheme
    await session.execute(delete(marks).where(marks.event_id == event.id))
    rows = [
        {"event_id": event.id, "theme": theme, "weight": weight.value, "note": body.notes.get(theme)}
        for weight, themes in ((Weight.main, body.themes.main), (Weight.touched, body.themes.touched))
        for theme in themes
    ]
    if rows:
        await session.execute(insert(marks), rows)
    await events.record_outcome(session, event)
    announced = OutcomeMarked(event_id=event.id, coordination_id=event.coordination_id, version=event.version)
    await announce(session, announced)
    return event


async def _check_markable(session: AsyncSession, event: Event) -> None:
    if event.event_status == EventStatus.cancelled:
        raise EventIsCancelled
    if event.publication_status == PublicationStatus.draft:
        raise StateConflict(Phrase("details.outcome-of-draft"))
    await people.check_day_has_come(session, event)
