"""Crowds: strangers who register to one event at once wait in this process and are admitted together.

Whoever comes first is admitted at once, alone; all who come meanwhile are the next, when the transaction before has
ended. No timer delays anybody. Processes know nothing of each other: the event's lock in the database orders them.
"""

import asyncio
import contextvars
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Annotated, Final, Protocol

import structlog
from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.events.terms import as_uuid
from services.kernel.data.db import Database, KeyClaim, open_transaction
from services.kernel.data.outages import is_outage
from services.kernel.runtime import Runtime
from services.kernel.security.auth import Caller, Principal
from services.kernel.web.errors import Unavailable
from services.kernel.web.idempotency import Claim, in_progress

from . import admissions, service
from .admissions import Applicant, Outcome, Overtaken
from .rations import LetterRations, Rations
from .schemas import RegistrationAnswer, RegistrationCreate

log = structlog.get_logger()

# More in one transaction take no less time each, and the first of them would wait for the last.
MAX_TOGETHER: Final = 100
# Who would wait behind so many at one event is sent away, to come again.
MAX_WAITING: Final = 1000
_COME_AGAIN: Final = {"Retry-After": "2"}


@dataclass(slots=True, eq=False)
class _Waiting:
    applicant: Applicant
    answered: "asyncio.Future[Outcome]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def tell(self, outcome: Outcome | Exception) -> None:
        """Answer, unless nobody listens any more."""
        if self.answered.done():
            return
        if isinstance(outcome, Exception):
            self.answered.set_exception(outcome)
        else:
            self.answered.set_result(outcome)


class Crowds:
    """Who waits in this process, by event."""

    def __init__(self, database: Database, rations: Rations) -> None:
        self._database, self._rations = database, rations
        self._lines: dict[str, deque[_Waiting]] = {}
        self._keys: set[bytes] = set()
        self._admitting: set[asyncio.Task[None]] = set()

    async def admit(self, ref: str, applicant: Applicant) -> RegistrationAnswer:
        """The applicant's answer, once it is committed.

        Who stops waiting before their turn is not admitted; who stops in it may be, as when an answer is lost on its
        way. Raises: what registering raises, Replayed, IdempotencyInProgress, Unavailable (too many wait).
        """
        scope = applicant.claim.scope if applicant.claim else None
        if scope in self._keys:
            raise in_progress()
        waiting = self._join(ref, applicant)
        if scope is None:
            return _given(await waiting.answered)
        self._keys.add(scope)
        try:
            return _given(await waiting.answered)
        finally:
            self._keys.discard(scope)

    def waiting_for(self, ref: str) -> int:
        """How many wait for their turn at the event."""
        return len(self._lines.get(ref, ()))

    def _join(self, ref: str, applicant: Applicant) -> _Waiting:
        if self.waiting_for(ref) >= MAX_WAITING:
            raise Unavailable("very many are registering to this event", headers=_COME_AGAIN)
        line, waiting = self._lines.get(ref), _Waiting(applicant)
        if line is None:
            line = self._lines[ref] = deque()
            # In a context of its own: what it logs is about no single request.
            task = asyncio.create_task(self._serve(ref, line), context=contextvars.Context())
            self._admitting.add(task)
            task.add_done_callback(self._admitting.discard)
        line.append(waiting)
        return waiting

    async def _serve(self, ref: str, line: deque[_Waiting]) -> None:
        """Admit those who wait until nobody does."""
        together: list[_Waiting] = []
        try:
            while line:
                together = [line.popleft() for _ in range(min(len(line), MAX_TOGETHER))]
                await self._answer(ref, [one for one in together if not one.answered.done()])
        finally:
            del self._lines[ref]
            for one in (*together, *line):  # Somebody is left only where this was broken off.
                one.tell(Unavailable(headers=_COME_AGAIN))

    async def _answer(self, ref: str, together: Sequence[_Waiting]) -> None:
        try:
            outcomes = await self._decide(ref, together)
        except Exception as failure:  # noqa: BLE001 - Whatever it is, each is told of it.
            await self._answer_after(ref, together, failure)
        else:
            for one, outcome in zip(together, outcomes, strict=True):
                one.tell(outcome)

    async def _answer_after(self, ref: str, together: Sequence[_Waiting], failure: Exception) -> None:
        """One bad row must not fail the others: each is tried alone. An outage is everybody's."""
        if is_outage(failure):
            log.warning("admissions.unavailable", reason=type(failure).__name__, count=len(together))
            for one in together:
                one.tell(Unavailable(headers=_COME_AGAIN))
        elif len(together) > 1:
            log.warning("admissions.tried_one_by_one", reason=type(failure).__name__, count=len(together))
            for one in together:
                await self._answer(ref, [one])
        else:
            together[0].tell(Unavailable(headers=_COME_AGAIN) if isinstance(failure, Overtaken) else failure)

    async def _decide(self, ref: str, together: Sequence[_Waiting]) -> list[Outcome]:
        if not together:
            return []
        async with self._database.shared_transaction() as session:
            return await admissions.admit(session, ref, [one.applicant for one in together], rations=self._rations)

    async def finish(self) -> None:
        """Wait until everybody who waits has their answer."""
        await asyncio.gather(*self._admitting, return_exceptions=True)


def _given(outcome: Outcome) -> RegistrationAnswer:
    """The answer. Raises what stands in its place."""
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


class _Door(Protocol):
    async def register(self, principal: Principal, ref: str, body: RegistrationCreate) -> RegistrationAnswer: ...


@dataclass(frozen=True, slots=True)
class _CrowdsDoor:
    """For strangers, who may come by the thousand."""

    crowds: Crowds
    claim: Claim | None

    async def register(self, principal: Principal, ref: str, body: RegistrationCreate) -> RegistrationAnswer:
        service.admission_of(body, staff=not principal.is_anonymous())
        # However it is written, one event has one line.
        line = str(as_uuid(ref) or ref)
        return await self.crowds.admit(line, Applicant(body, self.claim))


@dataclass(frozen=True, slots=True)
class _OwnDoor:
    """For who signed in: one by one, each in the request's own transaction."""

    session: AsyncSession
    rations: Rations

    async def register(self, principal: Principal, ref: str, body: RegistrationCreate) -> RegistrationAnswer:
        return await service.register(self.session, principal, ref, body, rations=self.rations)


async def open_door(request: Request, caller: Caller, claim: KeyClaim, rations: LetterRations) -> AsyncIterator[_Door]:
    """Where the caller registers; the Idempotency-Key is honoured by either."""
    if caller.is_anonymous():
        yield _CrowdsDoor(_crowds_of(request, rations), claim)
        return
    async with asynccontextmanager(open_transaction)(request, caller) as session:
        yield _OwnDoor(session, rations)


def _crowds_of(request: Request, rations: Rations) -> Crowds:
    state = request.app.state
    if not hasattr(state, "crowds"):
        runtime: Runtime = state.runtime
        state.crowds = Crowds(runtime.database, rations)
        runtime.finishing.append(state.crowds.finish)
    crowds: Crowds = state.crowds
    return crowds


# After the rate limit in a route's signature: who is refused waits nowhere.
Door = Annotated[_Door, Depends(open_door, scope="function")]
