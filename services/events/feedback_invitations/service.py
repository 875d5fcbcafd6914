"""Handing over: a ticket to each attendee, by mail, in an order that tells nothing."""

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

from services.events.events.models import Event
from services.events.mails import service as mail
from services.events.registrations.models import Registration
from services.events.settings import EventsSettings
from services.kernel.background import leased
from services.kernel.background.leased import LeasedQueue, LeasedState, queued_again
from services.kernel.background.upstream import UpstreamUnavailable
from services.kernel.data.db import Database
from services.kernel.runtime import PeriodicTask, Runtime

from . import queries
from .feedback import Feedback, SurveyOver
from .models import FeedbackHandover
from .terms import CLAIM, EVENTS_A_SWEEP

log = structlog.get_logger()
_RANDOM = SystemRandom()
_HANDOVERS: Final = FeedbackHandover.metadata.tables[FeedbackHandover.__tablename__]
# The next sweep tries again what failed. It is given up with the event, after `GIVE_UP_AFTER`.
_QUEUE: Final = LeasedQueue(_HANDOVERS, _HANDOVERS.c.event_id, lease=CLAIM, longest_wait=timedelta(0))


@dataclass(frozen=True, slots=True)
class _Claim:
    """That an event is ours until `due_at`, how many rounds it has had and how often it was tried since."""

    due_at: datetime
    rounds: int
    attempts: int


async def invite_attendees_of_held_events(runtime: Runtime) -> None:
    """Give the attendees of each event that was held their tickets, and later those who were marked later.

    What fails is tried by the next sweep.
    """
    settings, feedback = runtime.settings, Feedback(runtime)
    assert isinstance(settings, EventsSettings)
    settles, started = timedelta(minutes=settings.feedback_after_minutes), time.monotonic()
    # Claimed, not locked: no transaction stays open while feedback is asked.
    async with runtime.database.transaction() as session:
        claims = await _claim(session, settles=settles)
    async with runtime.database.reading() as reading:
        events = await queries.events(reading, list(claims)) if claims else []
    for event in events:
        if time.monotonic() - started > CLAIM.total_seconds() / 2:
            return
        await _hand_over(runtime.database, feedback, event, claims[event.id])


async def _claim(session: AsyncSession, *, settles: timedelta) -> dict[UUID, _Claim]:
    """Lease the events whose attendees are to be invited, those that wait longest first."""
    queueing = insert(FeedbackHandover).from_select(["event_id", "due_at"], queries.unqueued(settles=settles))
    await session.execute(
        queueing.on_conflict_do_update(
            index_elements=["event_id"],
            set_=queued_again(),
            where=FeedbackHandover.state == LeasedState.sent,
        )
    )
    first = (FeedbackHandover.due_at, FeedbackHandover.event_id)
    among, limit = queries.queued(settles=settles), EVENTS_A_SWEEP
    rows = await leased.lease(session, _QUEUE, among, order_by=first, limit=limit)
    return {row["event_id"]: _Claim(row["due_at"], row["rounds"], row["attempts"]) for row in rows}


async def _hand_over(database: Database, feedback: Feedback, event: Event, claim: _Claim) -> None:
    async with database.reading() as reading:
        people = await queries.uninvited(reading, event.id)
    if not people:  # The attendance has just been corrected.
        async with database.transaction() as session:
            await leased.conclude(session, _QUEUE, _ours(event, claim))
        return
    try:
        survey_id = await feedback.open_survey(event)
        tickets = await feedback.tickets(event, survey_id, len(people), rounds=claim.rounds)
    except UpstreamUnavailable as refusal:
        log.warning("handover.refused", event_id=str(event.id), reason=str(refusal))
        async with database.transaction() as session:
            await _refuse(session, event, claim, refusal)
        return
    async with database.transaction() as session:
        await _invite(session, event, list(people), survey_id=survey_id, tickets=tickets, claim=claim)
    log.info("handover.done", event_id=str(event.id), tickets=len(tickets))


async def _refuse(session: AsyncSession, event: Event, claim: _Claim, refusal: UpstreamUnavailable) -> None:
    if isinstance(refusal, SurveyOver):
        await leased.park(session, _QUEUE, event.id, error=str(refusal))
    else:
        await leased.postpone(session, _QUEUE, event.id, attempts=claim.attempts, error=str(refusal))


async def _invite(
    session: AsyncSession,
    event: Event,
    people: list[Registration],
    *,
    survey_id: UUID,
    tickets: list[str],
    claim: _Claim,
) -> None:
    """Note the round and queue a mail with a ticket for each; nothing, if the claim ran out meanwhile."""
    handed = await leased.conclude(
        session,
        _QUEUE,
        _ours(event, claim),
        survey_id=survey_id,
        tickets=FeedbackHandover.tickets + len(tickets),
        rounds=FeedbackHandover.rounds + 1,
        handed_at=func.clock_timestamp(),
    )
    if not handed:
        return
    # Neither the order of the tickets nor that of the people is one that feedback, or anybody, knows.
    _RANDOM.shuffle(people)
    _RANDOM.shuffle(tickets)
    invitations = list(zip(people, tickets, strict=True))
    await mail.queue_invitations(session, invitations, event=event, survey_id=survey_id)


def _ours(event: Event, claim: _Claim) -> ColumnElement[bool]:
    """Return the hand-over of the event, as long as the claim is still ours."""
    return and_(FeedbackHandover.event_id == event.id, FeedbackHandover.due_at == claim.due_at)


INVITE_FOR_FEEDBACK: Final = PeriodicTask("hand-over-feedback", timedelta(seconds=10), invite_attendees_of_held_events)
