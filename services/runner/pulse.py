"""Whether a service hangs: it has sent nothing to anyone for some seconds, and does not say how it is either.

A long request of a service that answers others is at work; only silence towards all callers shows that it hangs.
"""

import asyncio
from typing import Final

import aiohttp

_QUIET_SECONDS: Final = 3.0
_ANSWER_SECONDS: Final = 1.0


class ServiceHangs(Exception):
    """The service accepts connections and answers nothing."""


class Pulse:
    """The signs of life of the service at `base`, for the requests that wait for it."""

    def __init__(self, base: str, session: aiohttp.ClientSession) -> None:
        self._base = base
        self._session = session
        self._noted_at = 0.0
        self._asking: asyncio.Task[bool] | None = None

    def note(self) -> None:
        """Note that the service has just sent something."""
        self._noted_at = asyncio.get_running_loop().time()

    async def watch(self, tasks: set[asyncio.Task[None]]) -> None:
        """Wait for the first of the tasks to end. Raises ServiceHangs when the service hangs meanwhile."""
        began_at = asyncio.get_running_loop().time()
        while True:
            seconds = self._seconds_left(began_at)
            done, _ = await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if done:
                return
            if not self._seconds_left(began_at) and not await self._answers() and not any(map(_is_done, tasks)):
                raise ServiceHangs

    def _seconds_left(self, began_at: float) -> float:
        """Return for how long the service may still be silent to a caller who began to wait at this time."""
        quiet_seconds = asyncio.get_running_loop().time() - max(began_at, self._noted_at)
        return max(0.0, _QUIET_SECONDS - quiet_seconds)

    async def _answers(self) -> bool:
        """Ask the service for its health, once for all who wait. An answer of any kind is a sign of life."""
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask())
        asking = self._asking
        return await asyncio.shield(asking)

    async def _ask(self) -> bool:
        try:
            async with asyncio.timeout(_ANSWER_SECONDS), self._session.get(f"{self._base}/healthz"):
                self.note()
                return True
        except (TimeoutError, aiohttp.ClientError, OSError):
            return False
        finally:
            self._asking = None


def _is_done(task: asyncio.Task[None]) -> bool:
    return task.done()
