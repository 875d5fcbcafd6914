"""Retention: rows are deleted, or columns of theirs emptied, once they are old enough.

Each noun declares its rules. One periodic task of each service applies them in short transactions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Delete,
    TableClause,
    Update,
    column,
    delete,
    func,
    select,
    table,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute

from services.kernel.background.leased import LeasedState
from services.kernel.data.db import Database
from services.kernel.data.tables import inbox, outbox
from services.kernel.data.types import Expression
from services.kernel.runtime import PeriodicTask, Runtime

log = structlog.get_logger()

# A run changes so many rows at once, and so many times; the next run goes on.
_BATCH: Final = 1_000
_BATCHES: Final = 200


@dataclass(frozen=True, slots=True)
class Retention:
    """The rule for rows of one table that are over: they are deleted, or the columns `emptied` are set to null.

    `key` identifies a row. Requires: rows whose columns are empty do not satisfy `is_over`.
    """

    name: str
    table: TableClause
    key: ColumnElement[object] | InstrumentedAttribute[object]
    is_over: ColumnElement[bool]
    emptied: Sequence[str] = ()

    def statement(self) -> Delete | Update:
        """Return the statement that changes a batch of rows; those that others have locked are left for later."""
        over = select(self.key).where(self.is_over).limit(_BATCH).with_for_update(of=self.table, skip_locked=True)
        # Without MATERIALIZED, a nested loop selects the batch again for each row.
        batch = select(over.cte("over_now").prefix_with("MATERIALIZED"))
        if self.emptied:
            return update(self.table).where(self.key.in_(batch)).values(dict.fromkeys(self.emptied))
        return delete(self.table).where(self.key.in_(batch))


def is_older(since: Expression | InstrumentedAttribute[datetime], than: timedelta) -> ColumnElement[bool]:
    """Return the SQL condition that an instant lies longer ago, by the database's clock."""
    return since < func.clock_timestamp() - than


# A message is delivered for about three days. A receiver of copies goes by versions, so that a message of a restored
# producer, which is sent again much later, changes nothing.
SENT_MESSAGES_KEPT_FOR: Final = timedelta(days=14)
RECEIVED_IDS_KEPT_FOR: Final = timedelta(days=30)
# A parked message waits for a person, who has decided by then.
PARKED_MESSAGES_KEPT_FOR: Final = timedelta(days=180)
JOB_LOG_KEPT_FOR: Final = timedelta(days=30)

# The table of pgqueuer has no model: a line for each change of a job's state, with the traceback of a failure.
_JOB_LOG: Final = table("pgqueuer_log", column("id"), column("created"))
_COMMON: Final = (
    Retention(
        "sent-messages",
        outbox,
        outbox.c.id,
        (outbox.c.state == LeasedState.sent) & is_older(outbox.c.sent_at, SENT_MESSAGES_KEPT_FOR),
    ),
    Retention(
        "parked-messages",
        outbox,
        outbox.c.id,
        (outbox.c.state == LeasedState.parked) & is_older(outbox.c.occurred_at, PARKED_MESSAGES_KEPT_FOR),
    ),
    Retention("received-messages", inbox, inbox.c.message_id, is_older(inbox.c.received_at, RECEIVED_IDS_KEPT_FOR)),
    Retention("job-log", _JOB_LOG, _JOB_LOG.c.id, is_older(_JOB_LOG.c.created, JOB_LOG_KEPT_FOR)),
)


def retention_task(rules: Sequence[Retention]) -> PeriodicTask:
    """Return the periodic task that applies the rules of a service and those that all services share."""

    async def retain(runtime: Runtime) -> None:
        for rule in (*_COMMON, *rules):
            await apply(runtime.database, rule)

    return PeriodicTask("retention", timedelta(hours=1), retain)


async def apply(database: Database, rule: Retention) -> int:
    """Apply a rule, batch by batch. Returns the number of rows that were changed."""
    changed = 0
    for _ in range(_BATCHES):
        async with database.long_transaction() as session:
            result = await session.execute(rule.statement())
        assert isinstance(result, CursorResult)
        changed += result.rowcount
        if result.rowcount < _BATCH:
            break
    if changed:
        log.info("retention.applied", rule=rule.name, rows=changed)
    return changed
