"""Every SELECT of the hand-over."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.events.facts import HELD, NOW
from services.events.events.models import Event
from services.events.mails.models import Mail
from services.events.mails.terms import MailKind
from services.events.registrations.models import Registration
from services.events.registrations.terms import PRESENT
from services.kernel.background.leased import LeasedState

from .models import FeedbackHandover
from .terms import EVENTS_A_SWEEP, GIVE_UP_AFTER, MAX_ATTENDEES

_PRESENT = and_(Registration.event_id == Event.id, Registration.attendance.in_(sorted(PRESENT)))
# A mail stays known after it was sent, its ticket does not. Of who gave no address nobody can be asked.
_UNINVITED = and_(
    _PRESENT,
    Registration.email.is_not(None),
    ~exists().where(Mail.registration_id == Registration.id, Mail.kind == MailKind.feedback_invitation),
)


def to_invite(*, settles: timedelta) -> ColumnElement[bool]:
    """Return whether an event was held lately, wants feedback and has attendees not yet invited, none marked since `settles`.

    Requires: a statement that selects from events.
    """
    still_marking = exists().where(_PRESENT, Registration.attendance_marked_at > NOW - settles)
    wants_feedback = and_(HELD, Event.wants_feedback, Event.ends_at > NOW - GIVE_UP_AFTER, Event.attended_count > 0)
    return and_(wants_feedback, exists().where(_UNINVITED), ~still_marking)


def unqueued(*, settles: timedelta) -> Select[UUID, datetime]:
    """Select the events to invite for that wait in no row, the longest over first, each with when it ended."""
    sent = LeasedState.sent.value
    return (
        select(Event.id, Event.ends_at)
        .outerjoin(FeedbackHandover, FeedbackHandover.event_id == Event.id)
        .where(or_(FeedbackHandover.event_id.is_(None), FeedbackHandover.state == sent), to_invite(settles=settles))
        .order_by(Event.ends_at, Event.id)
        .limit(EVENTS_A_SWEEP)
    )


def queued(*, settles: timedelta) -> Select[UUID]:
    """Select the events that have a row and are still to invite for."""
    waiting = select(FeedbackHandover.event_id).join(Event, Event.id == FeedbackHandover.event_id)
    return waiting.where(to_invite(settles=settles))


async def events(session: AsyncSession, event_ids: Sequence[UUID]) -> Sequence[Event]:
    """Return these events, longest over first."""
    statement = select(Event).where(Event.id.in_(event_ids)).order_by(Event.ends_at, Event.id)
    return (await session.scalars(statement.limit(EVENTS_A_SWEEP))).all()


async def uninvited(session: AsyncSession, event_id: UUID) -> Sequence[Registration]:
    """Return who was there, can be written to and was not asked yet."""
    statement = select(Registration).join(Event, _UNINVITED).where(Event.id == event_id)
    return (await session.scalars(statement.order_by(Registration.id).limit(MAX_ATTENDEES))).all()
