"""Advisory locks on a connection of their own, so that no connection of a pool is held during the work."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import asyncpg

if TYPE_CHECKING:
    from services.kernel.data.db import Database


class AdvisoryLocks:
    """The advisory locks of one process in one service's database. They end with the process, however it ends."""

    def __init__(self, database: "Database") -> None:
        self._database = database
        self._connection: asyncpg.Connection | None = None
        # A connection runs one query at a time.
        self._querying = asyncio.Lock()

    @asynccontextmanager
    async def try_hold(self, name: str) -> AsyncIterator[bool]:
        """Try to hold the lock of the name until the block ends. Yields False where another process holds it."""
        qualified = f"{self._database.schema}.{name}"
        held = await self._query("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", qualified)
        try:
            yield held
        finally:
            if held:
                await self._query("SELECT pg_advisory_unlock(hashtextextended($1, 0))", qualified)

    async def close(self) -> None:
        """Close the connection, which releases all locks."""
        async with self._querying:
            if self._connection is not None:
                with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                    await self._connection.close(timeout=0.5)
                self._connection = None

    async def _query(self, statement: str, name: str) -> bool:
        async with self._querying:
            if self._connection is None or self._connection.is_closed():
                self._connection = await asyncpg.connect(
                    self._database.plain_url, server_settings=self._database.server_settings, timeout=5
                )
            return bool(await self._connection.fetchval(statement, name, timeout=5))
