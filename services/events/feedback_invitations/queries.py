"""Every SELECT of the hand-over."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.events.facts import HELD, NOW
from services.events.events.models import Event
from services.events.mails.models import Mail
from services.events.mails.terms import MailKind
from services.events.registrations.models import Registration
from services.events.registrations.terms import PRESENT

from .models import FeedbackHandover
from .terms import EVENTS_A_SWEEP, GIVE_UP_AFTER, MAX_ATTENDEES

_PRESENT = and_(Registration.event_id == Event.id, Registration.attendance.in_(sorted(PRESENT)))
# A mail stays known after it was sent, its ticket does not. Of who gave no address nobody can be asked.
_UNINVITED = and_(
    _PRESENT,
    Registration.email.is_not(None),
    ~exists().where(Mail.registration_id == Registration.id, Mail.kind == MailKind.feedback_invitation),
)


def due_event_ids(*, settles: timedelta) -> Select[UUID]:
    """Held lately, wanting feedback, attended by somebody not asked yet; nobody was marked since `settles` ago.

    Those never tried come first, then those tried longest ago: an event that is refused holds up no other.
    """
    is_free = or_(FeedbackHandover.event_id.is_(None), FeedbackHandover.due_at <= NOW)
    still_marking = exists().where(_PRESENT, Registration.attendance_marked_at > NOW - settles)
    return (
        select(Event.id)
        .outerjoin(FeedbackHandover, FeedbackHandover.event_id == Event.id)
        .where(HELD, Event.wants_feedback, Event.ends_at > NOW - GIVE_UP_AFTER, Event.attended_count > 0)
        .where(is_free, exists().where(_UNINVITED), ~still_marking)
        .order_by(func.coalesce(FeedbackHandover.due_at, Event.ends_at), Event.id)
        .limit(EVENTS_A_SWEEP)
    )


async def events(session: AsyncSession, event_ids: Sequence[UUID]) -> Sequence[Event]:
    """These events, longest over first."""
    statement = select(Event).where(Event.id.in_(event_ids)).order_by(Event.ends_at, Event.id)
    return (await session.scalars(statement.limit(EVENTS_A_SWEEP))).all()


async def uninvited(session: AsyncSession, event_id: UUID) -> Sequence[Registration]:
    """Who was there, can be written to and was not asked yet."""
    statement = select(Registration).join(Event, _UNINVITED).where(Event.id == event_id)
    return (await session.scalars(statement.order_by(Registration.id).limit(MAX_ATTENDEES))).all()
