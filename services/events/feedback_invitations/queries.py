"""Every SELECT of feedback invitations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, and_, exists, func, literal_column, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.events.events.facts import HELD, NOW
from services.events.events.models import Event
from services.events.mails.models import Mail
from services.events.mails.terms import MailKind
from services.events.registrations.models import Registration
from services.events.registrations.terms import PRESENT
from services.kernel.background.leased import LeasedState

from .models import FeedbackInvitations
from .terms import COUNTED_FOR, COUNTS_PER_RUN, EVENTS_PER_BATCH, GIVE_UP_AFTER, MAX_ATTENDEES, InvitedCounts

# Only the row that stands for a person has an attendance.
_PRESENT = and_(Registration.event_id == Event.id, Registration.attendance.in_(sorted(PRESENT)))
_EARLIER = aliased(Registration)
# In the words of the index of cancelled rows.
_CANCELLED = literal_column("'cancelled'", Text)


def _is_invited(registration: type[Registration]) -> ColumnElement[bool]:
    # The row of a mail stays after it was sent, its ticket does not.
    return exists().where(Mail.registration_id == registration.id, Mail.kind == MailKind.feedback_invitation)


# A person may have been invited under an earlier row.
_WAS_INVITED = exists().where(
    _EARLIER.event_id == Registration.event_id,
    _EARLIER.person_key == Registration.person_key,
    _EARLIER.state == _CANCELLED,
    _is_invited(_EARLIER),
)
# A person without an address cannot be invited.
_UNINVITED = and_(_PRESENT, Registration.email.is_not(None), ~_is_invited(Registration), ~_WAS_INVITED)


@dataclass(frozen=True, slots=True)
class ChangedCounts:
    """The numbers of the invited of an event that feedback does not know yet."""

    event_id: UUID
    survey_id: UUID
    counts: InvitedCounts


def to_invite(*, settles: timedelta) -> ColumnElement[bool]:
    """Return whether an event was held lately, wants feedback and has attendees who are not invited yet.

    An event is left for later while the last mark of its attendance is younger than `settles`.
    Requires: a statement that selects from events.
    """
    still_marking = exists().where(_PRESENT, Registration.attendance_marked_at > NOW - settles)
    wants_feedback = and_(HELD, Event.wants_feedback, Event.ends_at > NOW - GIVE_UP_AFTER, Event.attended_count > 0)
    return and_(wants_feedback, exists().where(_UNINVITED), ~still_marking)


def unqueued(*, settles: timedelta) -> Select[UUID, datetime]:
    """Select the events with attendees to invite that have no waiting row, each with its end, by their end."""
    sent = LeasedState.sent.value
    has_no_waiting_row = or_(FeedbackInvitations.event_id.is_(None), FeedbackInvitations.state == sent)
    return (
        select(Event.id, Event.ends_at)
        .outerjoin(FeedbackInvitations, FeedbackInvitations.event_id == Event.id)
        .where(has_no_waiting_row, to_invite(settles=settles))
        .order_by(Event.ends_at, Event.id)
        .limit(EVENTS_PER_BATCH)
    )


def queued(*, settles: timedelta) -> Select[UUID]:
    """Select the events that have a row and still have attendees to invite."""
    waiting = select(FeedbackInvitations.event_id).join(Event, Event.id == FeedbackInvitations.event_id)
    return waiting.where(to_invite(settles=settles))


async def events(session: AsyncSession, event_ids: Sequence[UUID]) -> Sequence[Event]:
    """Return these events by their end."""
    statement = select(Event).where(Event.id.in_(event_ids)).order_by(Event.ends_at, Event.id)
    return (await session.scalars(statement.limit(EVENTS_PER_BATCH))).all()


async def uninvited(session: AsyncSession, event_id: UUID) -> Sequence[Registration]:
    """Return the attendees who have an address and are not invited yet."""
    statement = select(Registration).join(Event, _UNINVITED).where(Event.id == event_id)
    return (await session.scalars(statement.order_by(Registration.id).limit(MAX_ATTENDEES))).all()


async def changed_counts(session: AsyncSession) -> list[ChangedCounts]:
    """Return the numbers of invited persons that have changed since they were sent to feedback.

    They come in random order, so that an event whose numbers are refused holds up no other for long.
    """
    # A person is counted once, however many mails they got; undeliverable is who was reached by none of them.
    persons = (
        select(func.bool_and(Mail.state == LeasedState.parked).label("is_undeliverable"))
        .join(Registration, Registration.id == Mail.registration_id)
        .where(Mail.event_id == FeedbackInvitations.event_id, Mail.kind == literal_column("'feedback_invitation'"))
        .group_by(Registration.person_key)
        .correlate(FeedbackInvitations)
        .subquery()
    )
    people, undeliverable = func.count(), func.count().filter(persons.c.is_undeliverable)
    now = select(people.label("people"), undeliverable.label("undeliverable")).select_from(persons).lateral("now")
    told = FeedbackInvitations
    statement = (
        select(told.event_id, told.survey_id, now.c.people, now.c.undeliverable)
        .join(Event, Event.id == told.event_id)
        .join(now, true())
        .where(told.survey_id.is_not(None), Event.ends_at > NOW - COUNTED_FOR)
        .where(or_(told.told_people != now.c.people, told.told_undeliverable != now.c.undeliverable))
        .order_by(func.random())
        .limit(COUNTS_PER_RUN)
    )
    rows = await session.execute(statement)
    return [ChangedCounts(event_id, survey_id, InvitedCounts(*counts)) for event_id, survey_id, *counts in rows]
