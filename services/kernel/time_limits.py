"""Time limits of PostgreSQL: the floors of each service's role, and longer ones for the transactions of long work.

Source: docs/decisions/0028-time-limits.md has all limits of Vipu and their reasons.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from typing import Final

from sqlalchemy import Select, func, literal, select, true
from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """How long a statement may run, how long it may wait for a lock, and how long a transaction may do nothing."""

    statement: timedelta
    lock: timedelta
    idle_in_transaction: timedelta

    def settings(self) -> Iterator[tuple[str, str]]:
        """Yield the names of PostgreSQL's settings with their values."""
        yield "statement_timeout", _milliseconds(self.statement)
        yield "lock_timeout", _milliseconds(self.lock)
        yield "idle_in_transaction_session_timeout", _milliseconds(self.idle_in_transaction)


def _milliseconds(limit: timedelta) -> str:
    return f"{limit // timedelta(milliseconds=1)}ms"


# For a transaction of a request: no caller waits longer.
OF_REQUESTS: Final = TimeLimits(
    statement=timedelta(seconds=15), lock=timedelta(seconds=3), idle_in_transaction=timedelta(seconds=30)
)
# For imports, releases, copies and the like, which also compute between two statements.
OF_LONG_WORK: Final = TimeLimits(
    statement=timedelta(minutes=10), lock=timedelta(minutes=2), idle_in_transaction=timedelta(minutes=10)
)
# For the few requests whose statements take long; others still do not wait behind their locks.
OF_LONG_REQUESTS: Final = replace(OF_LONG_WORK, lock=OF_REQUESTS.lock)
# A table may be large, but the lock of a migration stops all queries of the table behind it.
OF_MIGRATIONS: Final = TimeLimits(
    statement=timedelta(hours=1), lock=timedelta(seconds=5), idle_in_transaction=timedelta(minutes=10)
)


async def set_time_limits(session: AsyncSession, limits: TimeLimits) -> None:
    """Set the limits until the transaction ends. Connection poolers pass on no other kind of setting."""
    await session.execute(_setting(limits))


@cache
def _setting(limits: TimeLimits) -> Select[str]:
    return select(*(func.set_config(literal(name), literal(value), true()) for name, value in limits.settings()))
