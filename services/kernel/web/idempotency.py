"""Idempotency-Key: key, effect and stored answer are one transaction.

Scope of a key is caller + method + path + key; only answers of success are kept, for 24 hours.
"""

import hashlib
import json
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
from services.kernel.web.early_responses import EarlyResponse
from services.kernel.web.errors import BadRequest, DomainError, IdempotencyInProgress, IdempotencyKeyReused

KEPT_FOR = timedelta(hours=24)
HEADER = "Idempotency-Key"
# A Location is derived anew.
_KEPT_HEADERS = ("content-type", "etag", "content-language")
_LOCK = func.unnest(bindparam("locks", type_=ARRAY(BigInteger))).column_valued("lock")
_TRY_LOCKS: Final = select(_LOCK, func.pg_try_advisory_xact_lock(_LOCK))
_STORED: Final = select(idempotency_answers).where(
    idempotency_answers.c.scope == any_(bindparam("scopes", type_=ARRAY(LargeBinary)))
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A key this transaction holds: what it is stored under and what it was asked with."""

    scope: bytes
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """What is kept of an answer, for the key it was given to."""

    held: Claim
    status: int
    headers: dict[str, str]
    body: bytes


class Replayed(EarlyResponse):
    """The answer was given before; here it is again. Not a failure."""


async def claim(request: Request, session: AsyncSession, *, subject: str) -> Claim | None:
    """Take the request's key for this transaction; None where the request has no key.

    Raises: Replayed, IdempotencyKeyReused, IdempotencyInProgress, BadRequest (not a UUID).
    """
    wanted = await asked(request, subject=subject)
    if wanted is not None:
        for failure in (await claim_all(session, [wanted])).values():
            raise failure
    return wanted


async def asked(request: Request, *, subject: str) -> Claim | None:
    """Return the request's key, not yet held; None where it has none. Raises BadRequest (not a UUID)."""
    key = request.headers.get(HEADER)
    if key is None or request.method != "POST":
        return None
    return Claim(_scope(request, subject, _uuid(key)), _fingerprint(request, await request.body()))


async def claim_all(session: AsyncSession, claims: Sequence[Claim]) -> dict[bytes, Replayed | DomainError]:
    """Take many keys for this transaction: by scope, why those that cannot be had cannot. The others are held.

    Requires: no two claims have one scope, as a transaction is never in its own way.
    """
    if not claims:
        return {}
    held = await _locks(session, claims)
    # A statement of its own: it must see what whoever had the lock before has committed.
    stored = {row.scope: row for row in await session.execute(_STORED, {"scopes": [one.scope for one in claims]})}
    told: dict[bytes, Replayed | DomainError] = {}
    for one in claims:
        if not held[_lock(one)]:
            told[one.scope] = in_progress()
        elif one.scope in stored:
            told[one.scope] = _told_before(one, stored[one.scope])
    return told


async def _locks(session: AsyncSession, claims: Sequence[Claim]) -> dict[int, bool]:
    found = await session.execute(_TRY_LOCKS, {"locks": [_lock(one) for one in claims]})
    return {row.lock: row[1] for row in found}


def _lock(claim: Claim) -> int:
    return int.from_bytes(claim.scope[:8], signed=True)


def in_progress() -> IdempotencyInProgress:
    """Return the failure of who uses a key that is just being used."""
    return IdempotencyInProgress(headers={"Retry-After": "1"})


def _told_before(claim: Claim, stored: Result) -> Replayed | DomainError:
    if stored.fingerprint != claim.fingerprint:
        return IdempotencyKeyReused()
    headers = {**stored.headers, "Idempotency-Replayed": "true"}
    return Replayed(Response(content=stored.body, status_code=stored.status, headers=headers))


async def keep(request: Request, session: AsyncSession, held: Claim | None) -> None:
    """Store the answer beside its effect, if the request had a key and succeeded."""
    answer: Response | None = getattr(request.state, "answer", None)
    if held is None or answer is None or not 200 <= answer.status_code < 300:
        return
    headers = {name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers}
    await keep_all(session, [StoredResponse(held, answer.status_code, headers, bytes(answer.body))])


async def keep_all(session: AsyncSession, answers: Sequence[StoredResponse]) -> None:
    """Store many answers of success beside their effects."""
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
    """Delete what is older than 24 hours."""
    await session.execute(
        delete(idempotency_answers).where(idempotency_answers.c.stored_at < func.clock_timestamp() - KEPT_FOR)
    )


def _uuid(key: str) -> UUID:
    try:
        return UUID(key)
    except ValueError as error:
        raise BadRequest(Phrase("details.idempotency-key-not-a-uuid")) from error


def _scope(request: Request, subject: str, key: UUID) -> bytes:
    return hashlib.sha256(f"{subject}\n{request.method}\n{request.url.path}\n{key}".encode()).digest()


def _fingerprint(request: Request, body: bytes) -> bytes:
    canonical = body
    # A file may be large and may look like JSON, which would be parsed for nothing.
    if "json" in request.headers.get("content-type", ""):
        # A route that wants no body has not parsed it: it may be anything.
        with suppress(ValueError, RecursionError):
            canonical = json.dumps(json.loads(body), sort_keys=True, separators=(",", ":")).encode()
    return hashlib.sha256(f"{request.url.query}\n".encode() + canonical).digest()
