"""What every benchmark shares: where the installation is, who asks, bounded rounds, honest figures."""

import argparse
import asyncio
import math
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

ROOT = Path(__file__).resolve().parents[1]
_TICKS = os.sysconf("SC_CLK_TCK")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Target:
    """A running installation on this machine and the tokens for it."""

    url: str
    data: str | None
    token: str | None
    # Up to but without `/v1`.
    events: str

    def bearer(self, *role: str) -> dict[str, str]:
        """The header of somebody with the role: the given token's, or one made from the data folder."""
        if self.token:
            return {"Authorization": f"Bearer {self.token}"}
        where = ["--data", self.data] if self.data else []
        words = [sys.executable, "-m", "services.cli", "token", *where, *role]
        made = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
        return {"Authorization": f"Bearer {made.stdout.strip()}"}

    def client(self, *, at_once: int = 1, headers: dict[str, str] | None = None) -> httpx.AsyncClient:
        """A client with as many kept connections as callers."""
        limits = httpx.Limits(max_connections=at_once, max_keepalive_connections=at_once)
        return httpx.AsyncClient(base_url=self.url, headers=headers, limits=limits, timeout=30, trust_env=False)


def arguments(about: str, **numbers: tuple[int, int, str]) -> tuple[Target, argparse.Namespace]:
    """The command's arguments; each number is (default, most, help), and never more than its most."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="Where it runs; on this machine only")
    parser.add_argument("--data", help="Its data folder, for making tokens")
    parser.add_argument("--token", help="A bearer token in place of --data; must have all the roles asked of it")
    parser.add_argument("--events", help="Where the events service answers by itself, if not below --url")
    for name, (default, most, told) in numbers.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=default, help=f"{told} (at most {most})")
    found = parser.parse_args()
    url = found.url.rstrip("/")
    events = (found.events or f"{url}/api/events").rstrip("/")
    if not {urlsplit(one).hostname for one in (url, events)} <= _LOOPBACK:
        parser.error("only an installation on this machine is measured")
    for name, (_, most, _) in numbers.items():
        if not 1 <= getattr(found, name) <= most:
            parser.error(f"--{name.replace('_', '-')} is between 1 and {most}")
    return Target(url, found.data, found.token, events), found


def family(root: int) -> list[int]:
    """The process and all its descendants."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found = [root]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def processor_seconds(process: int) -> float:
    """The processor time it has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def percentile(sorted_seconds: Sequence[float], share: float) -> float:
    """The smallest figure that the share of them does not exceed."""
    return sorted_seconds[max(0, math.ceil(share * len(sorted_seconds)) - 1)]


def told(name: str, seconds: Sequence[float], *, took: float | None = None) -> None:
    """One line: how many, p50, p99, the slowest; and how many a second where it is asked."""
    ordered = sorted(seconds)
    p50, p99 = (percentile(ordered, share) * 1000 for share in (0.5, 0.99))
    rate = f"  {len(ordered) / took:8.0f}/s" if took else ""
    print(f"{name:44} n={len(ordered):5}  p50={p50:7.1f} ms  p99={p99:7.1f} ms  max={ordered[-1] * 1000:7.1f} ms{rate}")


def machine() -> None:
    """One line on what it was measured with."""
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"# {os.cpu_count()} processors, load {load}, Python {sys.version.split()[0]}, {time.strftime('%Y-%m-%d')}")


async def one_after_another(client: httpx.AsyncClient, address: str, count: int, **params: str) -> list[float]:
    """The seconds that each of so many answers took. Raises for an answer that is not 200."""
    found = []
    for _ in range(count):
        began = time.perf_counter()
        answer = await client.get(address, params=params or None)
        found.append(time.perf_counter() - began)
        answer.raise_for_status()
    return found


async def at_once(count: int, callers: int, ask: Callable[[int], Awaitable[Any]]) -> tuple[list[float], float]:
    """So many questions from so many callers, each asking again when answered; the seconds of each and of all."""
    numbers, found = iter(range(count)), []

    async def caller() -> None:
        for number in numbers:
            began = time.perf_counter()
            await ask(number)
            found.append(time.perf_counter() - began)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(callers):
            group.create_task(caller())
    return found, time.perf_counter() - began
