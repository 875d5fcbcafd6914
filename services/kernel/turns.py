"""Turns: at most a few pieces of work at a time for each key, so that no key occupies what all share."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass(slots=True)
class _Places:
    free: asyncio.Semaphore
    user_count: int = 0


class Turns:
    """The turns of one process: for each key at most `at_once` blocks run at a time, and the others wait."""

    def __init__(self, *, at_once: int, wait_seconds: float) -> None:
        self._at_once, self._wait_seconds = at_once, wait_seconds
        self._places: dict[str, _Places] = {}

    @asynccontextmanager
    async def take(self, key: str) -> AsyncIterator[None]:
        """Run the block when it is its turn. Raises TimeoutError when that does not come in time."""
        places = self._places.setdefault(key, _Places(asyncio.Semaphore(self._at_once)))
        places.user_count += 1
        try:
            async with asyncio.timeout(self._wait_seconds):
                await places.free.acquire()
            try:
                yield
            finally:
                places.free.release()
        finally:
            places.user_count -= 1
            if not places.user_count:
                del self._places[key]
