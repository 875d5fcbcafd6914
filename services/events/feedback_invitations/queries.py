"""Every SELECT of feedback invitations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, and_, exists, func, literal_column, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.sql.selectable import LateralFromClause

from services.events.events.facts import HELD, NOW
from services.events.events.models import Event
from services.events.mails.models import Mail
from services.events.mails.terms import MailKind
from services.events.registrations.models import Registration
from services.events.registrations.terms import PRESENT
from services.kernel.background.leased import LeasedState

from .models import FeedbackInvitations, ToldCounts
from .terms import (
    COUNTED_FOR,
    EVENTS_PER_BATCH,
    GIVE_UP_AFTER,
    MAX_ATTENDEES,
    TOLD_AGAIN_AFTER,
    InvitedCounts,
)

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
_INVITABLE = and_(_PRESENT, Registration.email.is_not(None), ~_WAS_INVITED)
_UNINVITED = and_(_INVITABLE, ~_is_invited(Registration))
_WANTS_FEEDBACK = and_(HELD, Event.wants_feedback, Event.ends_at > NOW - GIVE_UP_AFTER, Event.attended_count > 0)


@dataclass(frozen=True, slots=True)
class SurveyCounts:
    """A survey, and the numbers of the persons who were invited to it."""

    survey_id: UUID
    counts: InvitedCounts


def to_invite(*, settles: timedelta) -> ColumnElement[bool]:
    """Return whether an event was held lately, wants feedback and has attendees who are not invited yet.

    An event is left for later while the last mark of its attendance is younger than `settles`.
    Requires: a statement that selects from events.
    """
    still_marking = exists().where(_PRESENT, Registration.attendance_marked_at > NOW - settles)
    return and_(_WANTS_FEEDBACK, exists().where(_UNINVITED), ~still_marking)


def may_invite_anew(registration_id: UUID | None) -> ColumnElement[bool]:
    """Return whether a person whose invitation is deleted gets another one, as far as events knows.

    Requires: a statement that selects from events; no row of theirs but this one was invited.
    """
    invitable = exists().where(Registration.id == registration_id, _INVITABLE)
    is_parked = FeedbackInvitations.state == LeasedState.parked
    return and_(_WANTS_FEEDBACK, invitable, ~exists().where(FeedbackInvitations.event_id == Event.id, is_parked))


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


def _counts() -> LateralFromClause:
    """Return the numbers of the persons who were invited to the survey of a row of feedback invitations."""
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
    now = select(people.label("people"), undeliverable.label("undeliverable")).select_from(persons)
    return now.lateral("now")


_IS_COUNTED = and_(FeedbackInvitations.survey_id.is_not(None), Event.ends_at > NOW - COUNTED_FOR)


def uncounted() -> Select[UUID]:
    """Select the events whose numbers of invited persons are to be sent to feedback, and are not queued for that.

    Those that have changed since they were sent, and those that were sent long ago.
    """
    now, told = _counts(), ToldCounts
    has_changed = or_(told.people != now.c.people, told.undeliverable != now.c.undeliverable)
    is_due = or_(has_changed, told.told_at <= NOW - TOLD_AGAIN_AFTER)
    return (
        select(FeedbackInvitations.event_id)
        .join(Event, Event.id == FeedbackInvitations.event_id)
        .join(now, true())
        .outerjoin(told, told.event_id == FeedbackInvitations.event_id)
        .where(_IS_COUNTED, or_(told.event_id.is_(None), and_(told.state == LeasedState.sent, is_due)))
    )


def counted() -> Select[UUID]:
    """Select the events that have a row and whose numbers feedback may still want."""
    statement = select(ToldCounts.event_id).join(Event, Event.id == ToldCounts.event_id)
    return statement.join(FeedbackInvitations, FeedbackInvitations.event_id == Event.id).where(_IS_COUNTED)


async def invited_counts(session: AsyncSession, event_id: UUID) -> SurveyCounts:
    """Return the numbers of the persons who were invited to the event's survey. Requires: some were."""
    now = _counts()
    statement = select(FeedbackInvitations.survey_id, now.c.people, now.c.undeliverable).join(now, true())
    row = (await session.execute(statement.where(FeedbackInvitations.event_id == event_id))).one()
    return SurveyCounts(row.survey_id, InvitedCounts(row.people, row.undeliverable))
