"""Handing over: a ticket to each attendee, by mail, in an order that tells nothing."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import SystemRandom
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import Update, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.events.models import Event
from services.events.mails import service as mail
from services.events.registrations.models import Registration
from services.events.settings import EventsSettings
from services.kernel.background.upstream import UpstreamUnavailable
from services.kernel.data.db import Database
from services.kernel.runtime import PeriodicTask, Runtime

from . import queries
from .feedback import Feedback, SurveyOver
from .models import FeedbackHandover
from .terms import CLAIM

log = structlog.get_logger()
_RANDOM = SystemRandom()


@dataclass(frozen=True, slots=True)
class _Claim:
    """That an event is ours until `due_at`, and how many rounds it has had."""

    due_at: datetime
    rounds: int


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
    """The events that only we may hand over for a while, with the sign of our claim."""
    now = func.clock_timestamp()
    due = queries.due_event_ids(settles=settles).subquery()
    claiming = insert(FeedbackHandover).from_select(["event_id", "due_at"], select(due.c.id, now + CLAIM))
    claimed = await session.execute(
        claiming.on_conflict_do_update(
            index_elements=["event_id"],
            set_={"due_at": claiming.excluded.due_at},
            where=FeedbackHandover.due_at <= now,
        ).returning(FeedbackHandover.event_id, FeedbackHandover.due_at, FeedbackHandover.rounds)
    )
    return {event_id: _Claim(due_at, rounds) for event_id, due_at, rounds in claimed if due_at is not None}


async def _hand_over(database: Database, feedback: Feedback, event: Event, claim: _Claim) -> None:
    async with database.reading() as reading:
        people = await queries.uninvited(reading, event.id)
    if not people:  # Somebody has just corrected the attendance.
        return
    try:
        survey_id = await feedback.open_survey(event)
        tickets = await feedback.tickets(event, survey_id, len(people), rounds=claim.rounds)
    except UpstreamUnavailable as refusal:
        log.warning("handover.refused", event_id=str(event.id), reason=str(refusal))
        again = None if isinstance(refusal, SurveyOver) else func.clock_timestamp()
        async with database.transaction() as session:
            await session.execute(_ours(event, claim).values(due_at=again))
        return
    async with database.transaction() as session:
        await _invite(session, event, list(people), survey_id=survey_id, tickets=tickets, claim=claim)
    log.info("handover.done", event_id=str(event.id), tickets=len(tickets))


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
    now = func.clock_timestamp()
    handed = _ours(event, claim).values(
        survey_id=survey_id,
        tickets=FeedbackHandover.tickets + len(tickets),
        rounds=FeedbackHandover.rounds + 1,
        handed_at=now,
        due_at=now,
    )
    if await session.scalar(handed.returning(FeedbackHandover.event_id)) is None:
        return
    # Neither the order of the tickets nor that of the people is one that feedback, or anybody, knows.
    _RANDOM.shuffle(people)
    _RANDOM.shuffle(tickets)
    invitations = list(zip(people, tickets, strict=True))
    await mail.queue_invitations(session, invitations, event=event, survey_id=survey_id)


def _ours(event: Event, claim: _Claim) -> Update:
    """The hand-over of the event, as long as the claim is still ours."""
    return update(FeedbackHandover).where(
        FeedbackHandover.event_id == event.id, FeedbackHandover.due_at == claim.due_at
    )


INVITE_FOR_FEEDBACK: Final = PeriodicTask("hand-over-feedback", timedelta(seconds=10), invite_attendees_of_held_events)
