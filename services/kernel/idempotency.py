"""Idempotency-Key: key, effect and stored answer are one transaction.

Scope of a key is caller + method + path + key; only answers of success are kept, for 24 hours.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.errors import BadRequest, IdempotencyInProgress, IdempotencyKeyReused
from services.kernel.tables import idempotency_answers

KEPT_FOR = timedelta(hours=24)
HEADER = "Idempotency-Key"
_KEPT_HEADERS = ("content-type", "location", "etag", "content-language")


@dataclass(frozen=True, slots=True)
class Claim:
    """A key this transaction holds: what it is stored under and what it was asked with."""

    scope: bytes
    fingerprint: bytes


class Replayed(Exception):
    """The answer was given before; here it is again. Not a failure."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


async def claim(request: Request, session: AsyncSession, *, subject: str) -> Claim | None:
    """Take the request's key for this transaction; None where the request has no key.

    Raises: Replayed, IdempotencyKeyReused, IdempotencyInProgress, BadRequest (not a UUID).
    """
    key = request.headers.get(HEADER)
    if key is None or request.method != "POST":
        return None
    wanted = Claim(_scope(request, subject, _uuid(key)), _fingerprint(request, await request.body()))
    lock = int.from_bytes(wanted.scope[:8], signed=True)
    if not await session.scalar(select(func.pg_try_advisory_xact_lock(lock))):
        raise IdempotencyInProgress(headers={"Retry-After": "1"})
    stored = (
        await session.execute(select(idempotency_answers).where(idempotency_answers.c.scope == wanted.scope))
    ).one_or_none()
    if stored is None:
        return wanted
    if stored.fingerprint != wanted.fingerprint:
        raise IdempotencyKeyReused
    headers = {**stored.headers, "Idempotency-Replayed": "true"}
    raise Replayed(Response(content=stored.body, status_code=stored.status, headers=headers))


async def keep(request: Request, session: AsyncSession, held: Claim | None) -> None:
    """Store the answer beside its effect, if the request had a key and succeeded."""
    answer: Response | None = getattr(request.state, "answer", None)
    if held is None or answer is None or not 200 <= answer.status_code < 300:
        return
    headers = {name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers}
    await session.execute(
        insert(idempotency_answers).values(
            scope=held.scope,
            fingerprint=held.fingerprint,
            status=answer.status_code,
            headers=headers,
            body=bytes(answer.body),
        )
    )


async def forget_old_answers(session: AsyncSession) -> None:
    """Delete what is older than 24 hours."""
    await session.execute(
        delete(idempotency_answers).where(idempotency_answers.c.stored_at < func.clock_timestamp() - KEPT_FOR)
    )


def _uuid(key: str) -> UUID:
    try:
        return UUID(key)
    except ValueError as error:
        raise BadRequest("Idempotency-Key must be a UUID") from error


def _scope(request: Request, subject: str, key: UUID) -> bytes:
    return hashlib.sha256(f"{subject}\n{request.method}\n{request.url.path}\n{key}".encode()).digest()


def _fingerprint(request: Request, body: bytes) -> bytes:
    try:
        canonical = json.dumps(json.loads(body), sort_keys=True, separators=(",", ":")).encode() if body else b""
    except (ValueError, RecursionError):  # A route that wants no body has not parsed it: it may be anything.
        canonical = body
    return hashlib.sha256(f"{request.url.query}\n".encode() + canonical).digest()
