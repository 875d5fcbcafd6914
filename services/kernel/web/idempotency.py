"""Idempotency-Key: the key, the effect and the stored response are written in one transaction.

The scope of a key is the caller with all rights, the route with its ids, and the key. A caller whose rights have
changed gets no earlier answer. Only responses of success are stored, for 24 hours.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import ARRAY, BigInteger, LargeBinary, any_, bindparam, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.words import Phrase
from services.kernel.data.rows import columns_of, insert_all
from services.kernel.data.tables import idempotency_answers
from services.kernel.data.types import Result
from services.kernel.security.auth import Principal
from services.kernel.web.early_responses import EarlyResponse
from services.kernel.web.errors import BadRequest, DomainError, IdempotencyInProgress, IdempotencyKeyReused

KEPT_FOR = timedelta(hours=24)
HEADER = "Idempotency-Key"
# A UUID as RFC 9562 writes it.
KEY_PATTERN: Final = "^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$"
# The Location is not stored: `add_location` derives it again.
_KEPT_HEADERS = ("content-type", "etag", "content-language")
_LOCK = func.unnest(bindparam("locks", type_=ARRAY(BigInteger))).column_valued("lock")
_TRY_LOCKS: Final = select(_LOCK, func.pg_try_advisory_xact_lock(_LOCK))
_STORED: Final = select(idempotency_answers).where(
    idempotency_answers.c.scope == any_(bindparam("scopes", type_=ARRAY(LargeBinary)))
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A key that a transaction holds: the scope of the key, and the fingerprint of the request that carries it."""

    scope: bytes
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """The parts of a response that are stored for its key."""

    held: Claim
    status: int
    headers: dict[str, str]
    body: bytes


class Replayed(EarlyResponse):
    """The stored response to an earlier request with the same key. It is no failure."""


async def claim(request: Request, session: AsyncSession, *, principal: Principal) -> Claim | None:
    """Claim the request's key for this transaction. Returns None where the request has no key.

    Raises: Replayed, IdempotencyKeyReused, IdempotencyInProgress, BadRequest (not a UUID).
    """
    requested = await read_claim(request, principal=principal)
    if requested is not None:
        for obstacle in (await claim_all(session, [requested])).values():
            raise obstacle
    return requested


async def read_claim(request: Request, *, principal: Principal) -> Claim | None:
    """Read the request's key without holding it. Returns None where there is none. Raises BadRequest (not a UUID)."""
    key = request.headers.get(HEADER)
    if key is None or request.method != "POST":
        return None
    return Claim(_scope(request, principal, _uuid(key)), _fingerprint(request, await request.body()))


async def claim_all(session: AsyncSession, claims: Sequence[Claim]) -> dict[bytes, Replayed | DomainError]:
    """Claim many keys for this transaction.

    Returns: by scope, the reason why a key cannot be claimed; the transaction holds all others.
    Requires: no two claims have the same scope, because a lock does not exclude its own transaction.
    """
    if not claims:
        return {}
    held = await _locks(session, claims)
    # A separate statement: it must see the rows that the earlier holder of a lock has committed.
    stored = {row.scope: row for row in await session.execute(_STORED, {"scopes": [each.scope for each in claims]})}
    obstacles: dict[bytes, Replayed | DomainError] = {}
    for requested in claims:
        if not held[_lock(requested)]:
            obstacles[requested.scope] = in_progress()
        elif requested.scope in stored:
            obstacles[requested.scope] = _earlier_use(requested, stored[requested.scope])
    return obstacles


async def _locks(session: AsyncSession, claims: Sequence[Claim]) -> dict[int, bool]:
    rows = await session.execute(_TRY_LOCKS, {"locks": [_lock(each) for each in claims]})
    return {row.lock: row[1] for row in rows}


def _lock(claim: Claim) -> int:
    return int.from_bytes(claim.scope[:8], signed=True)


def in_progress() -> IdempotencyInProgress:
    """Return the failure of a request whose key another request is using at the same time."""
    return IdempotencyInProgress(headers={"Retry-After": "1"})


def _earlier_use(claim: Claim, stored: Result) -> Replayed | DomainError:
    """Return the stored response, or the failure of a key that is reused with another body."""
    if stored.fingerprint != claim.fingerprint:
        return IdempotencyKeyReused()
    headers = {**stored.headers, "Idempotency-Replayed": "true"}
    return Replayed(Response(content=stored.body, status_code=stored.status, headers=headers))


async def keep(request: Request, session: AsyncSession, held: Claim | None) -> None:
    """Store the response in the transaction of its effect, if the request had a key and succeeded."""
    answer: Response | None = getattr(request.state, "answer", None)
    if held is None or answer is None or not 200 <= answer.status_code < 300:
        return
    headers = {name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers}
    await keep_all(session, [StoredResponse(held, answer.status_code, headers, bytes(answer.body))])


async def keep_all(session: AsyncSession, answers: Sequence[StoredResponse]) -> None:
    """Store many responses of success in the transaction of their effects."""
    if not answers:
        return
    rows = [
        {
            "scope": answer.held.scope,
            "fingerprint": answer.held.fingerprint,
            "status": answer.status,
            "headers": answer.headers,
            "body": answer.body,
        }
        for answer in answers
    ]
    await session.execute(insert_all(idempotency_answers, tuple(rows[0])), columns_of(rows))


async def delete_expired_responses(session: AsyncSession) -> None:
    """Delete the stored responses that are older than 24 hours."""
    await session.execute(
        delete(idempotency_answers).where(idempotency_answers.c.stored_at < func.clock_timestamp() - KEPT_FOR)
    )


def _uuid(key: str) -> UUID:
    if re.fullmatch(KEY_PATTERN, key) is None:
        raise BadRequest(Phrase("details.idempotency-key-not-a-uuid"))
    return UUID(key)


def _scope(request: Request, principal: Principal, key: UUID) -> bytes:
    rights = [principal.subject, principal.grants_key(), " ".join(sorted(principal.scopes))]
    route = [request.method, request.scope["route"].path_format, *map(str, request.path_params.values())]
    return hashlib.sha256(json.dumps([rights, route, str(key)]).encode()).digest()


def _fingerprint(request: Request, body: bytes) -> bytes:
    canonical = body
    # A file may be large and may look like JSON, which would be parsed for nothing.
    if "json" in request.headers.get("content-type", ""):
        # Where a route has no body parameter, the body is not parsed and may hold anything.
        with suppress(ValueError, RecursionError):
            canonical = json.dumps(json.loads(body), sort_keys=True, separators=(",", ":")).encode()
    return hashlib.sha256(f"{request.url.query}\n".encode() + canonical).digest()
