"""Leased rows: rows of a service's table that a worker leases, processes and marks with the result.

A lease sets `due_at` to a later time. No transaction stays open during the work, and the rows of a worker that died
are due again when their lease ends. So each row is processed at least once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    CursorResult,
    DateTime,
    Integer,
    Select,
    Table,
    Text,
    Update,
    func,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column


class LeasedState(StrEnum):
    """The state of a row's work. A parked row waits for a person to decide; `last_error` holds the reason."""

    queued = "queued"
    sending = "sending"
    sent = "sent"
    parked = "parked"


# The condition of the index that a lease uses, and the constraint of the column.
WAITING: Final = "state IN ('queued', 'sending')"
STATES: Final = "state IN ('queued', 'sending', 'sent', 'parked')"
_WAITING_STATES: Final[tuple[ColumnElement[str], ...]] = (literal_column("'queued'"), literal_column("'sending'"))
_NOW: Final[ColumnElement[datetime]] = func.clock_timestamp()


def leased_columns() -> tuple[Column[object], ...]:
    """Return the columns that make a table a leased queue."""
    return (
        Column("due_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
        Column("attempts", Integer, nullable=False, server_default=text("0")),
        Column("state", Text, nullable=False, server_default=text("'queued'")),
        Column("last_error", Text),
    )


class LeasedRow:
    """The columns of a leased queue for a mapped class."""

    due_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    attempts: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    state: Mapped[str] = mapped_column(Text, server_default=text("'queued'"))
    last_error: Mapped[str | None] = mapped_column(Text)


@dataclass(frozen=True, slots=True)
class LeasedQueue:
    """A table of leased rows.

    `lease` is longer than the work on one batch. A failed row waits 2, 4, 8 … seconds, at most `longest_wait`.
    Requires: an index on the rows that are `WAITING`.
    """

    table: Table
    key: Column[UUID]
    lease: timedelta
    longest_wait: timedelta


def is_waiting(state: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Return the SQL condition that a row waits or is leased, in the form of the index's condition."""
    # Literals: with parameters, PostgreSQL does not use the partial index.
    return state.in_(_WAITING_STATES)


async def lease(
    session: AsyncSession,
    queue: LeasedQueue,
    among: Select[object],
    *,
    order_by: tuple[ColumnElement[object] | InstrumentedAttribute[object], ...],
    limit: int,
) -> list[RowMapping]:
    """Lease the first `limit` due rows; no other worker leases them before their new `due_at`.

    Returns: the changed rows in no order; `attempts` counts this attempt.
    Requires: `among` selects keys of the queue's table, which it may join to other tables.
    """
    table = queue.table
    due = (
        among.where(is_waiting(table.c.state), table.c.due_at <= _NOW)
        .order_by(*order_by)
        .limit(limit)
        .with_for_update(of=table, skip_locked=True)
        # Without MATERIALIZED, a nested loop selects the batch again for each row and leases more than the limit.
        .cte("due")
        .prefix_with("MATERIALIZED")
    )
    leased = (
        update(table)
        .where(queue.key.in_(select(due.c[0])))
        .values(state=LeasedState.sending, due_at=_NOW + queue.lease, attempts=table.c.attempts + 1)
        .returning(table)
    )
    return list((await session.execute(leased)).mappings())


async def conclude(session: AsyncSession, queue: LeasedQueue, which: ColumnElement[bool], **values: object) -> int:
    """Set the rows to `sent`, also those that another worker leases, with further values. Returns their number."""
    done = {"state": LeasedState.sent, "last_error": None, **values}
    result = await session.execute(update(queue.table).where(which).values(done))
    assert isinstance(result, CursorResult)
    return result.rowcount


async def fail(
    session: AsyncSession,
    queue: LeasedQueue,
    key: UUID,
    *,
    attempts: int,
    max_attempts: int,
    error: str,
    **values_when_parked: object,
) -> LeasedState:
    """Postpone the leased row, or park it after its last attempt. Returns the new state."""
    if attempts >= max_attempts:
        await park(session, queue, key, error=error, **values_when_parked)
        return LeasedState.parked
    await postpone(session, queue, key, attempts=attempts, error=error)
    return LeasedState.queued


async def postpone(session: AsyncSession, queue: LeasedQueue, key: UUID, *, attempts: int, error: str) -> None:
    """Set the leased row back to `queued`; its wait doubles with each failed attempt."""
    wait = min(timedelta(seconds=2 ** min(attempts, 16)), queue.longest_wait)
    values = {"state": LeasedState.queued, "last_error": error, "due_at": _NOW + wait}
    await session.execute(_failed(queue, key).values(values))


async def park(session: AsyncSession, queue: LeasedQueue, key: UUID, *, error: str, **values: object) -> None:
    """Stop the attempts for the leased row, store the reason in `last_error` and set further values."""
    parked = {"state": LeasedState.parked, "last_error": error, **values}
    await session.execute(_failed(queue, key).values(parked))


def queued_again() -> dict[str, object]:
    """Return the values by which a row is due at once and its attempts are counted from zero."""
    return {"state": LeasedState.queued, "attempts": 0, "last_error": None, "due_at": _NOW}


def _failed(queue: LeasedQueue, key: UUID) -> Update:
    # When the lease has ended and another worker has concluded the row, it stays concluded.
    is_leased = queue.table.c.state == LeasedState.sending
    return update(queue.table).where(queue.key == key, is_leased)
