"""Every SELECT of outcomes."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.events import queries as events
from services.events.events.access import may_read_figures
from services.events.events.models import Event
from services.kernel.security.auth import Principal
from services.kernel.web.errors import NotFound

from .models import EventOutcomeTheme
from .schemas import OutcomeRead, OutcomeThemesRead
from .terms import Weight


async def read(session: AsyncSession, principal: Principal, ref: str) -> OutcomeRead:
    """Return the outcome of an event to a reader of its figures. Raises NotFound."""
    event = await events.get(session, principal, ref)
    if not may_read_figures(principal, event.coordination_id):
        raise NotFound
    return await read_outcome(session, event)


async def read_outcome(session: AsyncSession, event: Event) -> OutcomeRead:
    """Return the outcome of an event."""
    of_event = select(EventOutcomeTheme).where(EventOutcomeTheme.event_id == event.id)
    marks = (await session.scalars(of_event.order_by(EventOutcomeTheme.theme))).all()
    return OutcomeRead(
        event_id=event.id,
        marked_at=event.outcome_marked_at,
        themes=_themes(marks) if event.outcome_marked_at else None,
        notes={mark.theme: mark.note for mark in marks if mark.note},
    )


def _themes(marks: Sequence[EventOutcomeTheme]) -> OutcomeThemesRead:
    return OutcomeThemesRead(
        main=[mark.theme for mark in marks if mark.weight == Weight.main],
        touched=[mark.theme for mark in marks if mark.weight == Weight.touched],
    )
