"""Handing over: a ticket to each attendee, by mail, in an order that tells nothing."""

import time
from datetime import datetime, timedelta
from secrets import SystemRandom
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import Update, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.calendar.models import Event
from services.events.mail import service as mail
from services.events.registrations.models import Registration
from services.events.settings import EventsSettings
from services.kernel.db import Database
from services.kernel.jobs import Sweep
from services.kernel.runtime import Runtime

from . import queries
from .feedback import Feedback, FeedbackRefused
from .models import FeedbackHandover
from .terms import CLAIM

log = structlog.get_logger()
_RANDOM = SystemRandom()


async def hand_over_held_events(runtime: Runtime) -> None:
    """Give the attendees of each event that was held their tickets; what fails is tried by the next sweep."""
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
        await _hand_over(runtime.database, feedback, event, claimed_at=claims[event.id])


async def _claim(session: AsyncSession, *, settles: timedelta) -> dict[UUID, datetime]:
    """The events that only we may hand over for a while, with the sign of our claim."""
    now = func.clock_timestamp()
    due = queries.due_event_ids(settles=settles).subquery()
    claiming = insert(FeedbackHandover).from_select(["event_id", "claimed_at"], select(due.c.id, now))
    free = FeedbackHandover.handed_at.is_(None) & (
        FeedbackHandover.claimed_at.is_(None) | (FeedbackHandover.claimed_at <= now - CLAIM)
    )
    claimed = await session.execute(
        claiming.on_conflict_do_update(
            index_elements=["event_id"], set_={"claimed_at": claiming.excluded.claimed_at}, where=free
        ).returning(FeedbackHandover.event_id, FeedbackHandover.claimed_at)
    )
    return {event_id: claimed_at for event_id, claimed_at in claimed if claimed_at is not None}


async def _hand_over(database: Database, feedback: Feedback, event: Event, *, claimed_at: datetime) -> None:
    async with database.reading() as reading:
        people = await queries.attendees(reading, event.id)
    try:
        survey_id = await feedback.open_survey(event)
        tickets = await feedback.tickets(event, survey_id, len(people))
    except FeedbackRefused as refusal:
        log.warning("handover.refused", event_id=str(event.id), reason=str(refusal))
        async with database.transaction() as session:
            await session.execute(_ours(event, claimed_at).values(claimed_at=None))
        return
    async with database.transaction() as session:
        await _invite(session, event, list(people), survey_id=survey_id, tickets=tickets, claimed_at=claimed_at)
    log.info("handover.done", event_id=str(event.id), tickets=len(tickets))


async def _invite(
    session: AsyncSession,
    event: Event,
    people: list[Registration],
    *,
    survey_id: UUID,
    tickets: list[str],
    claimed_at: datetime,
) -> None:
    """Note the hand-over and queue a mail with a ticket for each; nothing, if the claim ran out meanwhile."""
    handed = _ours(event, claimed_at).values(
        survey_id=survey_id, tickets=len(tickets), handed_at=func.clock_timestamp()
    )
    if await session.scalar(handed.returning(FeedbackHandover.event_id)) is None:
        return
    # Neither the order of the tickets nor that of the people is one that feedback, or anybody, knows.
    _RANDOM.shuffle(people)
    _RANDOM.shuffle(tickets)
    invitations = list(zip(people, tickets, strict=True))
    await mail.queue_invitations(session, invitations, event=event, survey_id=survey_id)


def _ours(event: Event, claimed_at: datetime) -> Update:
    """The hand-over of the event, as long as the claim is still ours."""
    return update(FeedbackHandover).where(
        FeedbackHandover.event_id == event.id,
        FeedbackHandover.claimed_at == claimed_at,
        FeedbackHandover.handed_at.is_(None),
    )


HAND_OVER: Final = Sweep("hand-over-feedback", timedelta(seconds=10), hand_over_held_events)
