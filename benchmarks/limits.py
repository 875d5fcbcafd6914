"""Measure other callers while some send half requests, a header of 50 MB or large bodies, or take four files at once.

The other callers read the public list of events at a steady pace, in turn in quiet and during each of these, so that
the other work of the machine concerns both. The bar: their p99 is at most three times their quiet p99.
"""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

import httpx

from benchmarks.measuring import Target, arguments, percentile, print_machine, print_times

_HALF = b"POST /api/events/v1/events/x/registrations HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
_LARGE_HEADER = b"GET /api/events/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: "
_BLOCK = b"a" * 65_536
_HEADER_BYTES = 50_000_000
_LARGE_BODY = b'{"name": [' + b'["a"],' * 330_000 + b"[]]}"
_CALLERS_A_SECOND = 50
_EXPORTS = 4
_BODIES_AT_ONCE = 4


class Shows:
    """The installation, and for how long each show goes on."""

    def __init__(self, target: Target, *, seconds: int, turns: int, half: int) -> None:
        self._target, self._seconds, self._turns, self._half = target, seconds, turns, half
        parts = urlsplit(target.url)
        self._socket = (parts.hostname or "127.0.0.1", parts.port or 80)
        self.answers: dict[str, int] = {}

    async def run(self) -> None:
        """Measure the quiet first, then each show, and print a line for each."""
        async with self._target.client(at_once=64) as client:
            await self._others(client, 2)
            print_machine()
            for name, show in self._all(client).items():
                await self._compare(name, client, show)

    def _all(self, client: httpx.AsyncClient) -> dict[str, Callable[[], Coroutine[None, None, None]]]:
        return {
            f"{self._half} half-sent requests": self._half_sent,
            "a header of 50 MB": self._large_header,
            "four workbooks at once": lambda: self._exports(client, "xlsx"),
            "four CSV files at once": lambda: self._exports(client, "csv"),
            "four JSON-lines files at once": lambda: self._exports(client, "jsonl"),
            "public bodies of 2 MB": lambda: self._bodies(client),
        }

    async def _compare(
        self, name: str, client: httpx.AsyncClient, show: Callable[[], Coroutine[None, None, None]]
    ) -> None:
        quiet: list[float] = []
        busy: list[float] = []
        self.answers = {}
        for _ in range(self._turns):
            quiet += await self._others(client, self._seconds)
            async with _beside(show):
                await asyncio.sleep(0.3)
                busy += await self._others(client, self._seconds)
            await asyncio.sleep(1)
        print_times(f"quiet before {name}", quiet)
        print_times(name, busy)
        ratio = percentile(sorted(busy), 0.99) / percentile(sorted(quiet), 0.99)
        print(f"  {ratio:4.1f} times the quiet p99; answers {self.answers}")

    async def _others(self, client: httpx.AsyncClient, duration: int) -> list[float]:
        """Send requests at a steady pace, whatever their answers take. Returns the seconds of each."""
        seconds: list[float] = []

        async def one() -> None:
            began = time.perf_counter()
            (await client.get("/api/events/v1/events", params={"limit": 25})).raise_for_status()
            seconds.append(time.perf_counter() - began)

        async with asyncio.TaskGroup() as group:
            for _ in range(duration * _CALLERS_A_SECOND):
                group.create_task(one())
                await asyncio.sleep(1 / _CALLERS_A_SECOND)
        return seconds

    def _count(self, answer: str) -> None:
        self.answers[answer] = self.answers.get(answer, 0) + 1

    async def _half_sent(self) -> None:
        async def half() -> None:
            while True:
                reader, writer = await asyncio.open_connection(*self._socket)
                writer.write(_HALF)
                told = await reader.read(12)
                self._count(told.decode()[9:12] or "closed")
                writer.close()

        await asyncio.gather(*(half() for _ in range(self._half)))

    async def _large_header(self) -> None:
        while True:
            reader, writer = await asyncio.open_connection(*self._socket)
            writer.write(_LARGE_HEADER)
            with suppress(ConnectionError):
                for _ in range(_HEADER_BYTES // len(_BLOCK)):
                    writer.write(_BLOCK)
                    await writer.drain()
            with suppress(ConnectionError):
                self._count((await reader.read(12)).decode()[9:12] or "closed")
            writer.close()
            await asyncio.sleep(1)

    async def _exports(self, client: httpx.AsyncClient, file_format: str) -> None:
        async def export() -> None:
            while True:
                answer = await client.get("/api/registry/v1/projects", params={"format": file_format}, timeout=120)
                self._count(str(answer.status_code))
                # As a caller does that is told to come back.
                await asyncio.sleep(float(answer.headers.get("retry-after", 0)))

        await asyncio.gather(*(export() for _ in range(_EXPORTS)))

    async def _bodies(self, client: httpx.AsyncClient) -> None:
        numbers = itertools.count()

        async def bodies() -> None:
            for _ in numbers:
                with suppress(httpx.TransportError):
                    headers = {"Content-Type": "application/json"}
                    path = "/api/events/v1/events/x/registrations"
                    answer = await client.post(path, content=_LARGE_BODY, headers=headers, timeout=60)
                    self._count(str(answer.status_code))
                await asyncio.sleep(0.1)

        await asyncio.gather(*(bodies() for _ in range(_BODIES_AT_ONCE)))


@asynccontextmanager
async def _beside(show: Callable[[], Coroutine[None, None, None]]) -> AsyncIterator[None]:
    task = asyncio.create_task(show())
    yield
    if task.done():
        task.result()
    task.cancel()
    await asyncio.wait({task})


target, options = arguments(
    __doc__,
    seconds=(4, 10, "Seconds of each turn"),
    turns=(3, 5, "Turns of quiet and show"),
    half=(400, 1000, "Half-sent requests at once"),
)
asyncio.run(Shows(target, seconds=options.seconds, turns=options.turns, half=options.half).run())
