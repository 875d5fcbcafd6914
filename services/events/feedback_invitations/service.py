"""Use cases of feedback invitations: a ticket for each attendee, mailed in random order."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import SystemRandom
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, and_, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.events import queries as event_queries
from services.events.events.models import Event
from services.events.events.terms import EventId
from services.events.mails import service as mails
from services.events.registrations.models import Registration
from services.events.registrations.terms import EnteredBy
from services.events.settings import EventsSettings
from services.kernel.background import leased
from services.kernel.background.leased import LeasedQueue, LeasedState, queued_again
from services.kernel.background.upstream import UpstreamUnavailable
from services.kernel.data.db import Database
from services.kernel.runtime import PeriodicTask, Runtime

from . import queries
from .feedback import Feedback, SurveyOver, Tickets
from .models import FeedbackInvitations
from .terms import EVENTS_PER_BATCH, LEASE

log = structlog.get_logger()
_RANDOM = SystemRandom()
_ROWS: Final = FeedbackInvitations.metadata.tables[FeedbackInvitations.__tablename__]
# A failed event is tried again by the next run, without backoff, until `GIVE_UP_AFTER`.
_QUEUE: Final = LeasedQueue(_ROWS, _ROWS.c.event_id, lease=LEASE, longest_wait=timedelta(0))


@dataclass(frozen=True, slots=True)
class _Lease:
    """The lease of an event until `due_at`, with the number of its rounds and of the attempts since the last."""

    due_at: datetime
    rounds: int
    attempts: int


async def invite_attendees_of_held_events(runtime: Runtime) -> None:
    """Mail a ticket to each attendee of the events that were held, and later to those who are marked later.

    The next run tries again what fails.
    """
    settings, feedback = runtime.settings, Feedback(runtime)
    assert isinstance(settings, EventsSettings)
    settles, started = timedelta(minutes=settings.feedback_after_minutes), time.monotonic()
    # Leased, not locked: no transaction stays open during a request to feedback.
    async with runtime.database.transaction() as session:
        leases = await _lease(session, settles=settles)
    async with runtime.database.reading() as reading:
        events = await queries.events(reading, list(leases)) if leases else []
    for event in events:
        if time.monotonic() - started > LEASE.total_seconds() / 2:
            return
        await _invite_attendees(runtime.database, feedback, event, leases[event.id])


async def _lease(session: AsyncSession, *, settles: timedelta) -> dict[UUID, _Lease]:
    """Lease the events with attendees to invite, those that wait longest first."""
    queueing = insert(FeedbackInvitations).from_select(["event_id", "due_at"], queries.unqueued(settles=settles))
    await session.execute(
        queueing.on_conflict_do_update(
            index_elements=["event_id"],
            set_=queued_again(),
            where=FeedbackInvitations.state == LeasedState.sent,
        )
    )
    first = (FeedbackInvitations.due_at, FeedbackInvitations.event_id)
    among, limit = queries.queued(settles=settles), EVENTS_PER_BATCH
    rows = await leased.lease(session, _QUEUE, among, order_by=first, limit=limit)
    return {row["event_id"]: _Lease(row["due_at"], row["rounds"], row["attempts"]) for row in rows}


async def _invite_attendees(database: Database, feedback: Feedback, event: Event, lease: _Lease) -> None:
    async with database.reading() as reading:
        people = await queries.uninvited(reading, event.id)
    if not people:  # The attendance has just been corrected.
        async with database.transaction() as session:
            await leased.conclude(session, _QUEUE, _is_leased(event, lease))
        return
    try:
        survey_id = await feedback.open_survey(event)
        entered_count = sum(map(_was_entered, people))
        tickets = await feedback.tickets(survey_id, of_persons=len(people) - entered_count, of_entered=entered_count)
    except UpstreamUnavailable as failure:
        log.warning("feedback_invitations.failed", event_id=str(event.id), reason=str(failure))
        async with database.transaction() as session:
            await _postpone(session, event, lease, failure)
        return
    async with database.transaction() as session:
        # The event's lock keeps corrections and marks out until the mails are queued, each to the present address.
        await event_queries.lock(session, EventId(event.id))
        present = await queries.uninvited(session, event.id)
        if list(map(_to_invite, present)) != list(map(_to_invite, people)):
            await _postpone(session, event, lease, UpstreamUnavailable("people-changed"))
            return
        await _queue_round(session, event, list(present), survey_id=survey_id, tickets=tickets, lease=lease)
    log.info("feedback_invitations.queued", event_id=str(event.id), tickets=len(people))


def _to_invite(person: Registration) -> tuple[UUID, str | None, str]:
    return person.id, person.email, person.entered_by


def _was_entered(person: Registration) -> bool:
    return person.entered_by == EnteredBy.organiser


async def _postpone(session: AsyncSession, event: Event, lease: _Lease, failure: UpstreamUnavailable) -> None:
    """Leave the event to the next run, or park it where its survey is closed for good."""
    if isinstance(failure, SurveyOver):
        await leased.park(session, _QUEUE, event.id, error=str(failure))
    else:
        await leased.postpone(session, _QUEUE, event.id, attempts=lease.attempts, error=str(failure))


async def _queue_round(
    session: AsyncSession,
    event: Event,
    people: list[Registration],
    *,
    survey_id: UUID,
    tickets: Tickets,
    lease: _Lease,
) -> None:
    """Count the round and queue a mail with a ticket for each person; do nothing if the lease has expired."""
    is_counted = await leased.conclude(
        session,
        _QUEUE,
        _is_leased(event, lease),
        survey_id=survey_id,
        ticket_count=FeedbackInvitations.ticket_count + len(people),
        rounds=FeedbackInvitations.rounds + 1,
        invited_at=func.clock_timestamp(),
    )
    if not is_counted:
        return
    # Feedback knows the order of the tickets, and readers of registrations that of the people: neither is kept.
    _RANDOM.shuffle(people)
    _RANDOM.shuffle(tickets.of_persons)
    _RANDOM.shuffle(tickets.of_entered)
    left = {True: iter(tickets.of_entered), False: iter(tickets.of_persons)}
    invitations = [(person, next(left[_was_entered(person)])) for person in people]
    await mails.queue_invitations(session, invitations, event=event, survey_id=survey_id)


def _is_leased(event: Event, lease: _Lease) -> ColumnElement[bool]:
    """Return the condition for the row of the event, as long as this worker holds the lease."""
    return and_(FeedbackInvitations.event_id == event.id, FeedbackInvitations.due_at == lease.due_at)


INVITE_FOR_FEEDBACK: Final = PeriodicTask("invite-for-feedback", timedelta(seconds=10), invite_attendees_of_held_events)
