"""The record of one request: what its entry in the audit says, and when it is written."""

from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from contextvars import Token
from typing import Final, Self, TypeVar
from uuid import UUID

import structlog
from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic_core import from_json

from services.contracts.roles import Grant
from services.kernel.data.db import Database
from services.kernel.security.auth import ANONYMOUS, Principal, current_principal
from services.kernel.web.errors import DomainError, Unauthenticated, Unavailable
from services.kernel.web.problems import request_id

from .declarations import Audited, declared_audit
from .notes import Notes, begin, end
from .recorder import Entry
from .terms import DENIALS, AuditAction, AuditOutcome

log = structlog.get_logger()

Read = TypeVar("Read", bound=BaseModel)

_OUTCOMES: Final = {401: AuditOutcome.unauthenticated, 403: AuditOutcome.forbidden, 404: AuditOutcome.not_found}
# Whoever is refused for their number would else fill the audit.
_TOO_MANY: Final = 429
_READS: Final = frozenset({"GET", "HEAD"})


class RequestRecord:
    """The record of one request for the audit. As a context manager it collects the request's notes."""

    def __init__(self, request: Request, endpoint: Callable[..., object]) -> None:
        self._request, self._declared = request, declared_audit(endpoint)
        self._notes, self._caller = Notes(), ANONYMOUS
        self._token: Token[Notes | None] | None = None
        request.state.record = self

    def __enter__(self) -> Self:
        """Collect the notes of this request."""
        self._token = begin(self._notes)
        return self

    def __exit__(self, *_: object) -> None:
        """Collect no more notes."""
        if self._token is not None:
            end(self._token)

    async def answered(self, answer: Response) -> None:
        """Record a request before its answer leaves, where its route declares it or a signed-in caller gets a file.

        Raises Unavailable: what cannot be recorded is not answered.
        """
        is_file = answer.headers.get("content-disposition", "").startswith("attachment")
        if self._declared is None and not is_file:
            return
        self._caller = await _caller_of(self._request)
        declared = self._declared
        if declared is None:
            if not self._caller.is_anonymous():
                await self._write(AuditAction.export, self._tag(), AuditOutcome.answered, ())
            return
        action = AuditAction.export if is_file else declared.action
        await self._write(action, declared.noun, AuditOutcome.answered, _ids_in_answer(answer, declared))

    async def failed(self, failure: DomainError) -> None:
        """Record a denial, and on a route that declares its audit every failure of the request. Raises Unavailable."""
        outcome = _OUTCOMES.get(failure.status, AuditOutcome.refused)
        if failure.status >= 500 or failure.status == _TOO_MANY or (self._declared is None and outcome not in DENIALS):
            return
        self._caller = await _caller_of(self._request)
        if self._declared is None:
            reads = self._request.method in _READS
            await self._write(AuditAction.read if reads else AuditAction.change, self._tag(), outcome, ())
        else:
            ids = _ids_in_members(failure.members, self._declared)
            await self._write(self._declared.action, self._declared.noun, outcome, ids)

    async def rows(self, chunks: AsyncIterable[Sequence[Read]]) -> AsyncIterator[Sequence[Read]]:
        """Yield the rows of a file, each part after the audit has the ids of its rows. Raises Unavailable.

        Requires: `answered` has returned.
        """
        async for chunk in chunks:
            if self._declared is not None and chunk:
                rows = [dict(row) for row in chunk]
                ids = list(_ids_of(rows, self._declared.id_members))
                await self._write(AuditAction.export, self._declared.noun, AuditOutcome.answered, ids)
            yield chunk

    def _tag(self) -> str:
        route = self._request.scope.get("route")
        return str(route.tags[0]) if isinstance(route, APIRoute) and route.tags else "-"

    async def _write(self, action: AuditAction, noun: str, outcome: AuditOutcome, ids: Iterable[UUID]) -> None:
        database: Database | None = getattr(self._request.app.state.runtime, "database", None)
        entry = self._entry(action, noun, outcome, ids)
        if database is not None:
            await database.recorder.write(entry)
        elif outcome in DENIALS:
            log.warning("request.denied", subject=entry.subject, grants=entry.grants, route=entry.route)

    def _entry(self, action: AuditAction, noun: str, outcome: AuditOutcome, ids: Iterable[UUID]) -> Entry:
        notes = self._notes
        caller = notes.caller or self._caller
        return Entry(
            subject=caller.subject,
            grants=_grants_text(caller.grants),
            coordination_id=notes.coordination_id or _only_coordination(caller),
            action=action,
            noun=noun,
            ids=list(dict.fromkeys([*_ids_in_address(self._request), *notes.ids, *ids])),
            method=self._request.method,
            route=self._request.scope["route"].path_format,
            request_id=request_id(self._request),
            outcome=outcome,
        )


def recorded(request: Request, chunks: AsyncIterable[Sequence[Read]]) -> AsyncIterable[Sequence[Read]]:
    """Return the rows of a file, which the audit records by their ids where the route declares it."""
    record: RequestRecord | None = getattr(request.state, "record", None)
    return chunks if record is None else record.rows(chunks)


async def _caller_of(request: Request) -> Principal:
    try:
        return await current_principal(request)
    except (Unauthenticated, Unavailable):
        return ANONYMOUS


def _grants_text(grants: Iterable[Grant]) -> str:
    """Return the grants in one line, sorted, each as `role` or `role@place:id`."""
    return " ".join(sorted("@".join([str(grant.role), *_places(grant)]) for grant in grants))


def _places(grant: Grant) -> Iterator[str]:
    places = {"coordination": grant.coordination_id, "project": grant.project_id, "event": grant.event_id}
    yield from (f"{kind}:{place}" for kind, place in places.items() if place is not None)


def _only_coordination(caller: Principal) -> UUID | None:
    """Return the coordination project of the caller's grants, if each of them holds in the same one."""
    named = {grant.coordination_id for grant in caller.grants}
    return next(iter(named)) if len(named) == 1 else None


def _ids_in_address(request: Request) -> Iterator[UUID]:
    yield from _uuids(request.path_params.values())
    yield from _uuids(value for _, value in request.query_params.multi_items())


def _ids_in_answer(answer: Response, declared: Audited) -> Iterator[UUID]:
    body = getattr(answer, "body", None)
    if not isinstance(body, bytes) or not answer.headers.get("content-type", "").startswith("application/json"):
        return
    content: object = from_json(body)
    if isinstance(content, dict):
        rows = content.get("items")
        yield from _ids_of(rows if isinstance(rows, list) else [content], declared.id_members)


def _ids_in_members(members: Mapping[str, object], declared: Audited) -> list[UUID]:
    """Return the ids in the members of a failure: a conflict lists the rows that it is about."""
    return [each for rows in members.values() if isinstance(rows, list) for each in _ids_of(rows, declared.id_members)]


def _ids_of(rows: Iterable[object], names: Sequence[str]) -> Iterator[UUID]:
    for row in rows:
        if isinstance(row, Mapping):
            yield from _uuids(row[name] for name in names if name in row)


def _uuids(values: Iterable[object]) -> Iterator[UUID]:
    for value in values:
        with suppress(ValueError):
            if isinstance(value, UUID):
                yield value
            elif isinstance(value, str):
                yield UUID(value)
