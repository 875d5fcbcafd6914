"""How many readers a second the public list of events serves; nobody is signed in."""

import asyncio
from functools import partial

import httpx

from benchmarks.measuring import arguments, at_once, machine, told

ADDRESS = "/api/events/v1/events"


async def read(client: httpx.AsyncClient, params: dict[str, str], headers: dict[str, str], _number: int) -> None:
    """One page; it must be new to who has none and unchanged for who has it."""
    answer = await client.get(ADDRESS, params=params or None, headers=headers)
    if answer.status_code != (304 if headers else 200):
        raise SystemExit(f"{answer.status_code}: {answer.text[:300]}")


async def main() -> None:
    """Ask with several callers, plainly, filtered, and for what one has already."""
    target, wanted = arguments(
        str(__doc__), requests=(600, 20_000, "Answers of each kind"), callers=(16, 128, "Readers at once")
    )
    machine()
    async with target.client(at_once=wanted.callers) as client:
        first = await client.get(ADDRESS)
        first.raise_for_status()
        kinds = [("a page of 25", {}, {}), ("webinars held, a page of 25", {"type": "webinar", "held": "true"}, {})]
        if etag := first.headers.get("ETag"):
            kinds.append(("unchanged since (304)", {}, {"If-None-Match": etag}))
        for name, params, headers in kinds:
            ask = partial(read, client, params, headers)
            seconds, took = await at_once(wanted.requests, wanted.callers, ask)
            told(f"{name}, {wanted.callers} readers", seconds, took=took)


asyncio.run(main())
