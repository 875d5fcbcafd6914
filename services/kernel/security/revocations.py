"""Revocations: a token that its subject got before a known instant is refused, as if it were no token.

The registry announces them, and each storing service keeps them as long as such a token could be valid.
"""

import asyncio
import math
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import Interval, bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.words import Phrase
from services.kernel.background.outbox import announce
from services.kernel.data.db import Database
from services.kernel.data.outages import is_outage
from services.kernel.data.tables import revoked_principals
from services.kernel.security.messages import PrincipalRevoked
from services.kernel.security.tokens import CLOCK_SKEW, LIFETIME
from services.kernel.web.errors import Unavailable

log = structlog.get_logger()

# The longest time that a token can be accepted after it was issued, with the skew of both clocks.
KEPT_FOR: Final = LIFETIME + 2 * CLOCK_SKEW
READ_SECONDS: Final = 10.0
# How long known revocations may be relied on while they cannot be read anew.
TRUSTED_SECONDS: Final = 45.0
_RETRY_SECONDS: Final = 1.0
_PATIENCE_SECONDS: Final = 5.0

_IS_OLD: Final = revoked_principals.c.since < func.clock_timestamp() - bindparam("kept_for", KEPT_FOR, Interval())
_KNOWN: Final = select(revoked_principals.c.subject, revoked_principals.c.since).where(~_IS_OLD)


async def revoke(session: AsyncSession, subject: str, *, since: datetime) -> None:
    """Refuse the tokens that the subject got before the instant, in this service, and announce it to the others.

    Requires: the instant is from the clock of the issuer of tokens.
    """
    await _store(session, {subject: since})
    await announce(session, PrincipalRevoked(subject=subject, since=since))


async def receive(session: AsyncSession, messages: Sequence[Mapping[str, object]]) -> None:
    """Store the revocations that the registry announces."""
    latest: dict[str, datetime] = {}
    for message in map(PrincipalRevoked.model_validate, messages):
        latest[message.subject] = max(message.since, latest.get(message.subject, message.since))
    await _store(session, latest)


async def delete_old(session: AsyncSession) -> None:
    """Delete the revocations of tokens that have all expired."""
    await session.execute(delete(revoked_principals).where(_IS_OLD))


async def _store(session: AsyncSession, latest: Mapping[str, datetime]) -> None:
    storing = insert(revoked_principals)
    later = func.greatest(revoked_principals.c.since, storing.excluded.since)
    statement = storing.on_conflict_do_update(
        index_elements=["subject"], set_={"since": later, "received_at": func.clock_timestamp()}
    )
    await session.execute(statement, [{"subject": subject, "since": latest[subject]} for subject in sorted(latest)])


class Revocations:
    """The revocations that a service knows, read anew after ten seconds at the first token that asks for them."""

    def __init__(self, database: Database, *, read_at: float = -math.inf) -> None:
        """Begin without revocations. They hold until ten seconds after `read_at`, on the monotonic clock."""
        self._database = database
        self._since: Mapping[str, float] = {}
        self._read_at, self._failed_at = read_at, -math.inf
        # One caller reads; the others wait only where nothing recent is known.
        self._reading = asyncio.Lock()

    async def is_revoked(self, subject: str, issued_at: float) -> bool:
        """Say whether a token that the subject got at this second (of the epoch) is revoked. Raises Unavailable."""
        if self._age() >= READ_SECONDS and not (self._reading.locked() and self._age() < TRUSTED_SECONDS):
            async with self._reading:
                await self._read()
        if self._age() >= TRUSTED_SECONDS:
            raise Unavailable(Phrase("details.no-revocations"), headers={"Retry-After": "5"})
        return issued_at < self._since.get(subject, -math.inf)

    def _age(self) -> float:
        return time.monotonic() - self._read_at

    async def _read(self) -> None:
        if self._age() < READ_SECONDS or time.monotonic() - self._failed_at < _RETRY_SECONDS:
            return
        began_at = time.monotonic()
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS), self._database.reading() as session:
                rows = (await session.execute(_KNOWN)).all()
        except Exception as failure:
            if not is_outage(failure):
                raise
            self._failed_at = time.monotonic()
            log.warning("revocations.not_read", reason=type(failure).__name__)
        else:
            self._since = {subject: since.timestamp() for subject, since in rows}
            self._read_at = began_at
