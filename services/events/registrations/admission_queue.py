"""The admission queue: people who register to one event at once wait in this process and are admitted in batches.

The first is admitted at once, alone; all who come meanwhile are the next batch, when the transaction before has ended.
No timer delays a caller. Processes know nothing of each other: the event's lock in the database orders them.
"""

import asyncio
import contextvars
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Final

import structlog
from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.words import Phrase
from services.events.events import seats
from services.events.events.terms import as_uuid
from services.kernel.data.db import Database, KeyClaim, open_transaction
from services.kernel.data.outages import is_outage
from services.kernel.runtime import Runtime
from services.kernel.security.auth import ANONYMOUS, Caller
from services.kernel.web import idempotency
from services.kernel.web.errors import NotFound, Unavailable
from services.kernel.web.idempotency import Claim, Replayed, in_progress

from . import admissions, service
from .admissions import AdmissionConflict, Applicant, SeatOutcome, public_applicant
from .recipient_limit import RecipientLimit, RecipientRateLimit
from .schemas import RegistrationAnswer, RegistrationCreate
from .terms import TRY_LATER

log = structlog.get_logger()

# More in one transaction take no less time each, and the first of them would wait for the last.
MAX_BATCH: Final = 100
# A caller who would wait behind so many at one event is refused, to try again later.
MAX_WAITING: Final = 1000

Outcome = SeatOutcome | Replayed
Register = Callable[[str, RegistrationCreate], Awaitable[RegistrationAnswer]]


@dataclass(slots=True, eq=False)
class _Waiting:
    applicant: Applicant
    claim: Claim | None
    answered: "asyncio.Future[Outcome]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def answer(self, outcome: Outcome | Exception) -> None:
        """Give the outcome to the caller, unless they have hung up."""
        if self.answered.done():
            return
        if isinstance(outcome, Exception):
            self.answered.set_exception(outcome)
        else:
            self.answered.set_result(outcome)


class AdmissionBatcher:
    """The queues of this process, one for each event that people register to just now."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queues: dict[str, deque[_Waiting]] = {}
        self._scopes: set[bytes] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def register(
        self, ref: str, body: RegistrationCreate, *, claim: Claim | None, recipient_limit: RecipientRateLimit
    ) -> RegistrationAnswer:
        """Return the caller's answer, once it is committed.

        A caller who hangs up before their turn is not admitted; one who hangs up in it may be, as when an answer is
        lost on its way. Raises: what registering raises, Replayed, IdempotencyInProgress, Unavailable (too many wait).
        """
        service.check_may_force(body, is_staff=False)
        scope = claim.scope if claim else None
        if scope in self._scopes:
            raise in_progress()
        # However it is written, one event has one queue.
        waiting = self._join(str(as_uuid(ref) or ref), public_applicant(body, recipient_limit), claim)
        if scope is None:
            return _answer_of(await waiting.answered)
        self._scopes.add(scope)
        try:
            return _answer_of(await waiting.answered)
        finally:
            self._scopes.discard(scope)

    def waiting_for(self, ref: str) -> int:
        """Return how many wait for their turn at the event."""
        return len(self._queues.get(ref, ()))

    def _join(self, ref: str, applicant: Applicant, claim: Claim | None) -> _Waiting:
        if self.waiting_for(ref) >= MAX_WAITING:
            raise Unavailable(Phrase("details.too-many-registering"), headers=TRY_LATER)
        queue, waiting = self._queues.get(ref), _Waiting(applicant, claim)
        if queue is None:
            queue = self._queues[ref] = deque()
            # In a context of its own: what it logs is about no single request.
            task = asyncio.create_task(self._serve(ref, queue), context=contextvars.Context())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        queue.append(waiting)
        return waiting

    async def _serve(self, ref: str, queue: deque[_Waiting]) -> None:
        """Admit batch after batch until the queue is empty."""
        batch: list[_Waiting] = []
        try:
            while queue:
                batch = [queue.popleft() for _ in range(min(len(queue), MAX_BATCH))]
                await self._decide(ref, [one for one in batch if not one.answered.done()])
        finally:
            del self._queues[ref]
            for one in (*batch, *queue):  # Some are left only where this was broken off.
                one.answer(Unavailable(headers=TRY_LATER))

    async def _decide(self, ref: str, batch: Sequence[_Waiting]) -> None:
        if not batch:
            return
        try:
            async with self._database.shared_transaction() as session:
                outcomes = await _admit_once(session, ref, batch)
        except Exception as failure:  # noqa: BLE001 - Whatever it is, each caller gets it.
            await self._decide_after(ref, batch, failure)
        else:
            for one, outcome in zip(batch, outcomes, strict=True):
                one.answer(outcome)

    async def _decide_after(self, ref: str, batch: Sequence[_Waiting], failure: Exception) -> None:
        """Try each alone, as one bad row must not fail the others. An outage concerns the whole batch."""
        if is_outage(failure):
            log.warning("admissions.unavailable", reason=type(failure).__name__, count=len(batch))
            for one in batch:
                one.answer(Unavailable(headers=TRY_LATER))
        elif len(batch) > 1:
            log.warning("admissions.tried_one_by_one", reason=type(failure).__name__, count=len(batch))
            for one in batch:
                await self._decide(ref, [one])
        else:
            conflict = isinstance(failure, AdmissionConflict)
            batch[0].answer(Unavailable(headers=TRY_LATER) if conflict else failure)

    async def finish(self) -> None:
        """Wait until every caller who waits has their answer."""
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _admit_once(session: AsyncSession, ref: str, batch: Sequence[_Waiting]) -> list[Outcome]:
    """Admit those whose Idempotency-Key is new, and keep their answers. Returns an outcome for each of the batch.

    Requires: no two have the same key; the transaction is committed before an outcome leaves.
    """
    refused = await idempotency.claim_all(session, [one.claim for one in batch if one.claim])
    outcomes: dict[_Waiting, Outcome] = {
        one: refused[one.claim.scope] for one in batch if one.claim and one.claim.scope in refused
    }
    fresh = [one for one in batch if one not in outcomes]
    if fresh:
        admitted = await _admit_public(session, ref, [one.applicant for one in fresh])
        outcomes.update(zip(fresh, admitted, strict=True))
        answers = (_kept(one.claim, outcome) for one, outcome in zip(fresh, admitted, strict=True))
        await idempotency.keep_all(session, [answer for answer in answers if answer])
    return [outcomes[one] for one in batch]


async def _admit_public(session: AsyncSession, ref: str, applicants: Sequence[Applicant]) -> Sequence[SeatOutcome]:
    try:
        ledger = await seats.open_ledger(session, ANONYMOUS, ref)
    except NotFound:
        return [NotFound() for _ in applicants]
    return await admissions.admit(session, ledger, applicants)


def _kept(claim: Claim | None, outcome: SeatOutcome) -> idempotency.Answer | None:
    """Make what is kept of an answer of success for its key."""
    if claim is None or isinstance(outcome, Exception):
        return None
    return idempotency.Answer(claim, 201, {"content-type": "application/json"}, outcome.model_dump_json().encode())


def _answer_of(outcome: Outcome) -> RegistrationAnswer:
    """Return the answer. Raises what stands in its place."""
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


async def open_admission(
    request: Request, caller: Caller, claim: KeyClaim, recipient_limit: RecipientLimit
) -> AsyncIterator[Register]:
    """Open the way by which the caller registers; either honours the Idempotency-Key.

    Callers who have not signed in may come by the thousand, and are batched. Others are a batch of one, in the
    request's own transaction.
    """
    if caller.is_anonymous():
        yield partial(_batcher_of(request).register, claim=claim, recipient_limit=recipient_limit)
        return
    async with asynccontextmanager(open_transaction)(request, caller) as session:
        yield partial(service.register, session, caller, recipient_limit=recipient_limit)


def _batcher_of(request: Request) -> AdmissionBatcher:
    state = request.app.state
    if not hasattr(state, "admission_batcher"):
        runtime: Runtime = state.runtime
        state.admission_batcher = AdmissionBatcher(runtime.database)
        runtime.finishing.append(state.admission_batcher.finish)
    batcher: AdmissionBatcher = state.admission_batcher
    return batcher


# After the rate limit in a route's signature: a refused caller waits in no queue.
Admission = Annotated[Register, Depends(open_admission, scope="function")]
