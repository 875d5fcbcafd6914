"""Rewriting: what was deleted from a table also leaves its files.

A plain VACUUM frees the space of deleted rows and leaves their bytes in it; only a new file is without them.
"""

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import asyncpg

from services.kernel.time_limits import OF_LONG_WORK

if TYPE_CHECKING:
    from services.kernel.data.db import Database

# All other statements on the table wait behind this lock, so it is waited for shortly and tried again later.
_LIMITS: Final = replace(OF_LONG_WORK, lock=timedelta(seconds=1))
_CONNECT_SECONDS: Final = 5


async def rewrite(database: "Database", table: str) -> bool:
    """Write the table anew without its deleted rows: emptied with TRUNCATE, else with VACUUM FULL.

    Returns False where deleted rows are still in its file and the caller has to try again later: others use the table,
    or an older transaction may still read the rows.
    Requires: the caller has no open transaction that has used the table. The service's role owns the table.
    """
    connection = await asyncpg.connect(
        database.plain_url, server_settings=database.server_settings, timeout=_CONNECT_SECONDS
    )
    try:
        # VACUUM runs in no transaction, so the limits are those of the session. The connection is closed at the end;
        # a worker needs sessions of its own anyway, for its advisory locks and notifications.
        for name, value in _LIMITS.settings():
            await connection.execute(f"SET {name} TO '{value}'")
        return await _truncate_if_empty(connection, table) or await _vacuum_full(connection, table)
    except asyncpg.LockNotAvailableError:
        return False
    finally:
        await connection.close(timeout=_CONNECT_SECONDS)


async def _truncate_if_empty(connection: asyncpg.Connection, table: str) -> bool:
    async with connection.transaction():
        # Without the lock, a row that is inserted between the look and TRUNCATE would be lost.
        await connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        if await connection.fetchval(f"SELECT EXISTS (TABLE {table})"):
            return False
        await connection.execute(f"TRUNCATE {table}")
        return True


async def _vacuum_full(connection: asyncpg.Connection, table: str) -> bool:
    """Return whether no deleted row had to be copied. PostgreSQL tells the number of those only in its messages."""
    kept_counts: list[int] = []

    def read_message(_: object, message: asyncpg.PostgresLogMessage) -> None:
        # "3 dead row versions cannot be removed yet." The words depend on the server's language, the number does not.
        if found := re.search(r"\d+", message.detail or ""):
            kept_counts.append(int(found[0]))

    connection.add_log_listener(read_message)
    await connection.execute(f"VACUUM (FULL, VERBOSE) {table}")
    connection.remove_log_listener(read_message)
    return sum(kept_counts) == 0
