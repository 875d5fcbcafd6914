"""The admission queue: callers who register for one event at once wait in this process and are admitted in batches.

The first is admitted at once, alone. Those who arrive during that transaction are the next batch. No timer delays a
caller. The event's lock in the database orders the batches of several processes; `lock_waits` says how long a batch
waits for it.
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
from .answer_times import ENOUGH_TOGETHER, AnswerTime, EvenAnswerTime
from .lock_waits import MAX_LOCKED_SECONDS, LockWaits, is_locked
from .recipient_limit import RecipientLimit, RecipientRateLimit
from .schemas import RegistrationAnswer, RegistrationCreate
from .terms import TRY_LATER

log = structlog.get_logger()

# A larger batch saves no time for each, and its first caller waits for the last.
MAX_BATCH: Final = 100
# A caller who would wait for so many others at one event is refused, to try again later.
MAX_WAITING: Final = 1000

Outcome = SeatOutcome | Replayed
Register = Callable[[str, RegistrationCreate], Awaitable[RegistrationAnswer]]


@dataclass(slots=True, eq=False)
class _Entry:
    """A caller in the queue, with the future of their outcome."""

    applicant: Applicant
    claim: Claim | None
    # The number of callers that are admitted together.
    batch_size: int = 1
    outcome: "asyncio.Future[Outcome]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    joined_seconds: float = field(default_factory=lambda: asyncio.get_running_loop().time())

    def is_overdue(self) -> bool:
        """Return whether the caller has waited for long enough for a locked event."""
        return asyncio.get_running_loop().time() - self.joined_seconds > MAX_LOCKED_SECONDS

    def resolve(self, outcome: Outcome | Exception) -> None:
        """Give the outcome to the caller, unless they have disconnected."""
        if self.outcome.done():
            return
        if isinstance(outcome, Exception):
            self.outcome.set_exception(outcome)
        else:
            self.outcome.set_result(outcome)


class AdmissionBatcher:
    """The admission queues of this process, one for each event that people register for at this moment."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queues: dict[str, deque[_Entry]] = {}
        self._scopes: set[bytes | None] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._waits = LockWaits()

    async def register(
        self,
        ref: str,
        body: RegistrationCreate,
        *,
        claim: Claim | None,
        recipient_limit: RecipientRateLimit,
        answer_time: AnswerTime,
    ) -> RegistrationAnswer:
        """Return the caller's answer, once it is committed. It leaves soon where many are admitted together.

        A caller who disconnects before their batch begins is not admitted. One who disconnects later may be, as when
        an answer is lost on its way.
        Raises: the failures of `service.register`, Replayed, IdempotencyInProgress, Unavailable (too many wait).
        """
        service.check_may_force(body, is_staff=False)
        scope = claim.scope if claim else None
        if scope in self._scopes:
            raise in_progress()
        # The same id in upper and in lower case leads to the same queue.
        entry = self._join(str(as_uuid(ref) or ref), public_applicant(body, recipient_limit), claim)
        if scope is not None:
            self._scopes.add(scope)
        try:
            outcome = await entry.outcome
        finally:
            self._scopes.discard(scope)
        answer_time.is_shared = entry.batch_size >= ENOUGH_TOGETHER
        return _answer_of(outcome)

    def waiting_for(self, ref: str) -> int:
        """Return the number of callers that wait at the event."""
        return len(self._queues.get(ref, ()))

    def _join(self, ref: str, applicant: Applicant, claim: Claim | None) -> _Entry:
        if self.waiting_for(ref) >= MAX_WAITING:
            raise Unavailable(Phrase("details.too-many-registering"), headers=TRY_LATER)
        queue, entry = self._queues.get(ref), _Entry(applicant, claim)
        if queue is None:
            queue = self._queues[ref] = deque()
            # In a context of its own, because its log lines are about no single request.
            task = asyncio.create_task(self._serve(ref, queue), context=contextvars.Context())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        queue.append(entry)
        return entry

    async def _serve(self, ref: str, queue: deque[_Entry]) -> None:
        """Admit batch after batch until the queue is empty."""
        batch: list[_Entry] = []
        try:
            while queue:
                batch = [queue.popleft() for _ in range(min(len(queue), MAX_BATCH))]
                await self._decide(ref, batch)
        finally:
            del self._queues[ref]
            for entry in (*batch, *queue):  # Some are left only where the task was cancelled.
                entry.resolve(Unavailable(headers=TRY_LATER))

    async def _decide(self, ref: str, batch: Sequence[_Entry]) -> None:
        """Admit the batch. While others hold the event's lock it is tried again, until its callers are overdue."""
        for entry in batch:
            entry.batch_size = len(batch)
        while batch := [entry for entry in batch if not entry.outcome.done()]:
            try:
                async with self._database.shared_transaction() as session:
                    outcomes = await _admit_once(session, ref, batch, waits=self._waits)
            except Exception as failure:  # noqa: BLE001 - Each caller gets the failure.
                if not is_locked(failure):
                    await self._decide_after(ref, batch, failure)
                    return
                _refuse([entry for entry in batch if entry.is_overdue()], failure)
                await asyncio.sleep(self._waits.pause_seconds(ref))
            else:
                for entry, outcome in zip(batch, outcomes, strict=True):
                    entry.resolve(outcome)
                return

    async def _decide_after(self, ref: str, batch: Sequence[_Entry], failure: Exception) -> None:
        """Try each alone, because a bad row must not fail the others. An outage fails the whole batch."""
        if is_outage(failure):
            _refuse(batch, failure)
        elif len(batch) > 1:
            log.warning("admissions.tried_one_by_one", reason=type(failure).__name__, count=len(batch))
            for entry in batch:
                await self._decide(ref, [entry])
        else:
            conflict = isinstance(failure, AdmissionConflict)
            batch[0].resolve(Unavailable(headers=TRY_LATER) if conflict else failure)

    async def finish(self) -> None:
        """Wait until every waiting caller has an answer."""
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _refuse(batch: Sequence[_Entry], failure: Exception) -> None:
    """Tell the callers to try again later."""
    if batch:
        log.warning("admissions.unavailable", reason=type(failure).__name__, count=len(batch))
    for entry in batch:
        entry.resolve(Unavailable(headers=TRY_LATER))


async def _admit_once(session: AsyncSession, ref: str, batch: Sequence[_Entry], *, waits: LockWaits) -> list[Outcome]:
    """Admit the callers whose Idempotency-Key is new, and store their answers. Returns the outcomes of the batch.

    Requires: no two have the same key; the transaction is committed before an outcome leaves.
    """
    refused = await idempotency.claim_all(session, [entry.claim for entry in batch if entry.claim])
    outcomes: dict[_Entry, Outcome] = {
        entry: refused[entry.claim.scope] for entry in batch if entry.claim and entry.claim.scope in refused
    }
    new = [entry for entry in batch if entry not in outcomes]
    if new:
        admitted = await _admit_public(session, ref, [entry.applicant for entry in new], waits=waits)
        outcomes.update(zip(new, admitted, strict=True))
        answers = (_stored(entry.claim, outcome) for entry, outcome in zip(new, admitted, strict=True))
        await idempotency.keep_all(session, [answer for answer in answers if answer])
    return [outcomes[entry] for entry in batch]


async def _admit_public(
    session: AsyncSession, ref: str, applicants: Sequence[Applicant], *, waits: LockWaits
) -> Sequence[SeatOutcome]:
    await admissions.check_choices(session, applicants)
    try:
        with waits.turn(ref) as patience:
            ledger = await seats.open_ledger(session, ANONYMOUS, ref, patience=patience)
    except NotFound:
        return [NotFound() for _ in applicants]
    return await admissions.admit(session, ledger, applicants)


def _stored(claim: Claim | None, outcome: SeatOutcome) -> idempotency.StoredResponse | None:
    """Return the answer as it is stored for its key; None for a failure or without a key."""
    if claim is None or isinstance(outcome, Exception):
        return None
    return idempotency.StoredResponse(
        claim, 201, {"content-type": "application/json"}, outcome.model_dump_json().encode()
    )


def _answer_of(outcome: Outcome) -> RegistrationAnswer:
    """Return the answer. Raises the failure that is in its place."""
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


async def open_admission(
    request: Request, caller: Caller, claim: KeyClaim, recipient_limit: RecipientLimit, answer_time: EvenAnswerTime
) -> AsyncIterator[Register]:
    """Yield the function with which the caller registers. It honours the Idempotency-Key.

    Anonymous callers may come by the thousand, and are batched. Other callers are a batch of one, in the transaction
    of their request.
    """
    if caller.is_anonymous():
        batcher = _batcher_of(request)
        yield partial(batcher.register, claim=claim, recipient_limit=recipient_limit, answer_time=answer_time)
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


# It stands after the rate limit in a route's signature, so that a refused caller waits in no queue.
Admission = Annotated[Register, Depends(open_admission, scope="function")]
