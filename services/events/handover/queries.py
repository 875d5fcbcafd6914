"""Every SELECT of the hand-over."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, and_, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.calendar.models import Event
from services.events.calendar.queries import HELD, NOW
from services.events.registrations.models import Registration
from services.events.registrations.terms import PRESENT

from .models import FeedbackHandover
from .terms import CLAIM, EVENTS_A_SWEEP, GIVE_UP_AFTER, MAX_ATTENDEES

_PRESENT = and_(Registration.event_id == Event.id, Registration.attendance.in_(sorted(PRESENT)))


def due_event_ids(*, settles: timedelta) -> Select[UUID]:
    """Held lately, wanting feedback, attended by somebody, not handed over; nobody was marked since `settles` ago."""
    taken = exists().where(
        FeedbackHandover.event_id == Event.id,
        (FeedbackHandover.handed_at.is_not(None)) | (FeedbackHandover.claimed_at > NOW - CLAIM),
    )
    still_marking = exists().where(_PRESENT, Registration.attendance_marked_at > NOW - settles)
    return (
        select(Event.id)
        .where(HELD, Event.wants_feedback, Event.ends_at > NOW - GIVE_UP_AFTER, Event.attended_count > 0)
        .where(~taken, ~still_marking)
        .order_by(Event.ends_at, Event.id)
        .limit(EVENTS_A_SWEEP)
    )


async def events(session: AsyncSession, event_ids: Sequence[UUID]) -> Sequence[Event]:
    """These events, longest over first."""
    statement = select(Event).where(Event.id.in_(event_ids)).order_by(Event.ends_at, Event.id)
    return (await session.scalars(statement.limit(EVENTS_A_SWEEP))).all()


async def attendees(session: AsyncSession, event_id: UUID) -> Sequence[Registration]:
    """Who was there and can be written to."""
    statement = (
        select(Registration).join(Event, _PRESENT).where(Event.id == event_id, func.length(Registration.email) > 0)
    )
    return (await session.scalars(statement.order_by(Registration.id).limit(MAX_ATTENDEES))).all()
