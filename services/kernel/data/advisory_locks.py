"""Being alone: advisory locks on a connection of their own, so that no pooled one waits while the work goes on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import asyncpg

if TYPE_CHECKING:
    from services.kernel.data.db import Database


class AdvisoryLocks:
    """Locks of one process in one service's database. They end with the process, however it ends."""

    def __init__(self, database: "Database") -> None:
        self._database = database
        self._connection: asyncpg.Connection | None = None
        # One connection speaks to one caller at a time.
        self._speaking = asyncio.Lock()

    @asynccontextmanager
    async def try_hold(self, name: str) -> AsyncIterator[bool]:
        """Yield whether nobody else holds the name; if so it is held until the block ends."""
        qualified = f"{self._database.schema}.{name}"
        held = await self._ask("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", qualified)
        try:
            yield held
        finally:
            if held:
                await self._ask("SELECT pg_advisory_unlock(hashtextextended($1, 0))", qualified)

    async def close(self) -> None:
        """Give everything up."""
        async with self._speaking:
            if self._connection is not None:
                with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                    await self._connection.close(timeout=0.5)
                self._connection = None

    async def _ask(self, question: str, name: str) -> bool:
        async with self._speaking:
            if self._connection is None or self._connection.is_closed():
                self._connection = await asyncpg.connect(
                    self._database.plain_url, server_settings=self._database.server_settings, timeout=5
                )
            return bool(await self._connection.fetchval(question, name, timeout=5))
