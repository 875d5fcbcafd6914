"""The parts that all benchmarks share: the installation, the callers, bounded rounds, and the figures."""

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
    """A running installation on this machine, and the tokens for it."""

    url: str
    data: str | None
    token: str | None
    # Up to but without `/v1`.
    events: str

    def bearer(self, *role: str) -> dict[str, str]:
        """Return the header of a caller with the role, with `--token` or a token made from the data folder."""
        if self.token:
            return {"Authorization": f"Bearer {self.token}"}
        folder = ["--data", self.data] if self.data else []
        words = [sys.executable, "-m", "services.cli", "token", *folder, *role]
        process = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
        return {"Authorization": f"Bearer {process.stdout.strip()}"}

    def client(self, *, at_once: int = 1, headers: dict[str, str] | None = None) -> httpx.AsyncClient:
        """Return a client with as many kept connections as callers."""
        limits = httpx.Limits(max_connections=at_once, max_keepalive_connections=at_once)
        return httpx.AsyncClient(base_url=self.url, headers=headers, limits=limits, timeout=30, trust_env=False)


def arguments(description: str, **numbers: tuple[int, int, str]) -> tuple[Target, argparse.Namespace]:
    """Read the arguments of the command; each number is (default, greatest, help), and never more than the greatest."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="Address of the installation, on this machine")
    parser.add_argument("--data", help="Its data folder, to make tokens")
    parser.add_argument("--token", help="A bearer token in place of --data, with all roles that are needed")
    parser.add_argument("--events", help="The address of the events service alone, if it is not below --url")
    for name, (default, greatest, meaning) in numbers.items():
        parser.add_argument(
            f"--{name.replace('_', '-')}", type=int, default=default, help=f"{meaning} (at most {greatest})"
        )
    options = parser.parse_args()
    url = options.url.rstrip("/")
    events = (options.events or f"{url}/api/events").rstrip("/")
    if not {urlsplit(address).hostname for address in (url, events)} <= _LOOPBACK:
        parser.error("only an installation on this machine is measured")
    for name, (_, greatest, _) in numbers.items():
        if not 1 <= getattr(options, name) <= greatest:
            parser.error(f"--{name.replace('_', '-')} is between 1 and {greatest}")
    return Target(url, options.data, options.token, events), options


def family(root: int) -> list[int]:
    """Return the process and all its descendants."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    processes = [root]
    for process in processes:
        processes += [child for child, parent in parents.items() if parent == process]
    return processes


def processor_seconds(process: int) -> float:
    """Return the processor time that the process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def percentile(sorted_seconds: Sequence[float], share: float) -> float:
    """Return the smallest figure that this share of the figures does not exceed."""
    return sorted_seconds[max(0, math.ceil(share * len(sorted_seconds)) - 1)]


def print_times(name: str, seconds: Sequence[float], *, took: float | None = None) -> None:
    """Print one line: the count, p50, p99 and the slowest; with `took` also the count a second."""
    ordered = sorted(seconds)
    p50, p99 = (percentile(ordered, share) * 1000 for share in (0.5, 0.99))
    rate = f"  {len(ordered) / took:8.0f}/s" if took else ""
    print(f"{name:44} n={len(ordered):5}  p50={p50:7.1f} ms  p99={p99:7.1f} ms  max={ordered[-1] * 1000:7.1f} ms{rate}")


def print_machine() -> None:
    """Print one line about the machine."""
    load = ", ".join(f"{average:.1f}" for average in os.getloadavg())
    print(f"# {os.cpu_count()} processors, load {load}, Python {sys.version.split()[0]}, {time.strftime('%Y-%m-%d')}")


async def one_after_another(client: httpx.AsyncClient, address: str, count: int, **params: str) -> list[float]:
    """Send this many requests, one after another. Raises for a reply that is an error.

    Returns: the seconds that each reply took.
    """
    seconds = []
    for _ in range(count):
        began = time.perf_counter()
        response = await client.get(address, params=params or None)
        seconds.append(time.perf_counter() - began)
        response.raise_for_status()
    return seconds


async def at_once(count: int, callers: int, send: Callable[[int], Awaitable[Any]]) -> tuple[list[float], float]:
    """Send this many requests from this many callers; a caller sends the next one after a reply.

    Returns: the seconds of each request, and of all.
    """
    numbers, seconds = iter(range(count)), []

    async def caller() -> None:
        for number in numbers:
            began = time.perf_counter()
            await send(number)
            seconds.append(time.perf_counter() - began)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(callers):
            group.create_task(caller())
    return seconds, time.perf_counter() - began
