"""The numbers of the invited go to feedback as absolute numbers, for the response rates of its results."""

from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.background import leased
from services.kernel.background.leased import LeasedQueue, LeasedState, queued_again
from services.kernel.background.upstream import UpstreamUnavailable
from services.kernel.runtime import PeriodicTask, Runtime

from . import queries
from .feedback import Feedback
from .models import ToldCounts
from .terms import COUNTS_PER_RUN, LEASE, LONGEST_REFUSED

log = structlog.get_logger()
_ROWS: Final = ToldCounts.metadata.tables[ToldCounts.__tablename__]
_QUEUE: Final = LeasedQueue(_ROWS, _ROWS.c.event_id, lease=LEASE, longest_wait=LONGEST_REFUSED)
# Built once, because it runs every ten seconds.
_QUEUE_DUE: Final = (
    insert(ToldCounts)
    .from_select(["event_id"], queries.uncounted(), include_defaults=False)
    .on_conflict_do_update(index_elements=["event_id"], set_=queued_again(), where=ToldCounts.state == LeasedState.sent)
)


async def tell_counts(runtime: Runtime) -> None:
    """Tell feedback how many persons were invited to its surveys, where that has changed or was sent long ago.

    A survey that refuses its numbers waits longer each time, and holds up no other. While feedback does not answer, the
    next run sends them.
    """
    feedback = Feedback(runtime)
    async with runtime.database.transaction() as session:
        await session.execute(_QUEUE_DUE)
        leases = await _lease(session)
    for _ in range(COUNTS_PER_RUN):
        for event_id, attempts in leases.items():
            if not await _told(runtime, feedback, event_id, attempts=attempts):
                return
        if not leases:
            return
        async with runtime.database.transaction() as session:
            leases = await _lease(session)


async def _told(runtime: Runtime, feedback: Feedback, event_id: UUID, *, attempts: int) -> bool:
    """Tell feedback the numbers of one event, or let it wait. Returns False where feedback does not answer."""
    try:
        await _tell(runtime, feedback, event_id)
    except UpstreamUnavailable as failure:
        log.warning("feedback_invitations.counts_untold", event_id=str(event_id), reason=str(failure))
        async with runtime.database.transaction() as session:
            await _postpone(session, event_id, failure, attempts=attempts)
        return failure.is_refusal
    return True


async def _lease(session: AsyncSession) -> dict[UUID, int]:
    """Lease the event that has waited longest, if one is due. Returns the number of its attempts."""
    first = (ToldCounts.due_at, ToldCounts.event_id)
    rows = await leased.lease(session, _QUEUE, queries.counted(), order_by=first, limit=1)
    return {row["event_id"]: row["attempts"] for row in rows}


async def _tell(runtime: Runtime, feedback: Feedback, event_id: UUID) -> None:
    """Tell feedback the numbers of one event. Raises UpstreamUnavailable."""
    async with runtime.database.reading() as reading:
        now = await queries.invited_counts(reading, event_id)
    await feedback.tell_invited(now.survey_id, now.counts)
    told = {"people": now.counts.people, "undeliverable": now.counts.undeliverable}
    async with runtime.database.transaction() as session:
        this = _ROWS.c.event_id == event_id
        await leased.conclude(session, _QUEUE, this, **told, told_at=func.clock_timestamp())


async def _postpone(session: AsyncSession, event_id: UUID, failure: UpstreamUnavailable, *, attempts: int) -> None:
    """Let a refused row wait. One that feedback did not answer is due at once, and counts no attempt."""
    if failure.is_refusal:
        await leased.postpone(session, _QUEUE, event_id, attempts=attempts, error=str(failure))
        return
    this = (ToldCounts.event_id == event_id, ToldCounts.state == LeasedState.sending)
    await session.execute(update(ToldCounts).where(*this).values(queued_again()))


TELL_INVITED: Final = PeriodicTask("tell-invited", timedelta(seconds=10), tell_counts)
