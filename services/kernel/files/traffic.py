"""Traffic: how many requests this process is answering, so that long work can wait for them."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

# Long work goes on after this time, however many requests there are.
_PATIENCE_SECONDS: Final = 0.1
_POLL_SECONDS: Final = 0.002


class Traffic:
    """The requests in progress, and the steps of long work between them: one at a time, and requests go first."""

    def __init__(self) -> None:
        self._requests = 0
        self._is_stepping = False
        self._stepped_at = 0.0

    @contextmanager
    def request(self) -> Iterator[None]:
        """Count a request during the block."""
        self._requests += 1
        try:
            yield
        finally:
            self._requests -= 1

    @contextmanager
    def long_work(self) -> Iterator[None]:
        """Do not count the request of the block any more: it does long work step by step."""
        self._requests -= 1
        try:
            yield
        finally:
            self._requests += 1

    @asynccontextmanager
    async def step(self) -> AsyncIterator[None]:
        """Do one step of long work in the block, once no request is in progress or a tenth of a second has passed.

        A request that comes meanwhile waits for the end of this step, and not for the next one.
        """
        while self._must_wait():  # noqa: ASYNC110 - An event belongs to one loop; tests have several in a process.
            await asyncio.sleep(_POLL_SECONDS)
        self._is_stepping = True
        try:
            yield
        finally:
            self._is_stepping = False
            self._stepped_at = time.monotonic()

    def _must_wait(self) -> bool:
        is_soon = time.monotonic() < self._stepped_at + _PATIENCE_SECONDS
        return self._is_stepping or (self._requests > 0 and is_soon)


# All applications of a process share its loop.
traffic: Final = Traffic()
