"""How many readers a second the public list of events serves; nobody is signed in."""

import asyncio
from functools import partial

import httpx

from benchmarks.measuring import arguments, at_once, family, machine, processor_seconds, told

ADDRESS = "/api/events/v1/events"
_FILTERS = ({"type": "webinar", "held": "true"}, {"mode": "online", "starts_after": "2026-01-01T00:00:00Z"})

Page = tuple[dict[str, str], str]


async def pages_of(client: httpx.AsyncClient, params: dict[str, str], count: int) -> list[Page]:
    """The parameters of one page after another, each with its ETag."""
    found: list[Page] = []
    while len(found) < count:
        answer = await client.get(ADDRESS, params=params)
        answer.raise_for_status()
        found.append((params, answer.headers["ETag"]))
        if (cursor := answer.json()["next_cursor"]) is None:
            break
        params = {**params, "cursor": cursor}
    return found


async def read(client: httpx.AsyncClient, pages: list[Page], number: int, *, known: bool) -> None:
    """One of the pages; it must be new to who has none and unchanged for who has it."""
    params, etag = pages[number % len(pages)]
    answer = await client.get(ADDRESS, params=params, headers={"If-None-Match": etag} if known else None)
    if answer.status_code != (304 if known else 200):
        raise SystemExit(f"{answer.status_code}: {answer.text[:300]}")


def used(pid: int) -> float:
    """Processor seconds of `vipu up` and what it started, so far."""
    return sum(processor_seconds(process) for process in family(pid)) if pid > 1 else 0.0


async def main() -> None:
    """Ask with several callers, plainly, filtered, page after page, and for what one has already."""
    target, wanted = arguments(
        str(__doc__),
        requests=(600, 20_000, "Answers of each kind"),
        callers=(16, 128, "Readers at once"),
        pages=(40, 400, "Pages read one after another"),
        pid=(1, 4_194_304, "Of `vipu up`: tells the processor time of an answer, whoever else uses the machine"),
    )
    machine()
    async with target.client(at_once=wanted.callers) as client:
        first = await pages_of(client, {}, 1)
        every = await pages_of(client, {}, wanted.pages)
        for filters in _FILTERS:
            every += await pages_of(client, filters, wanted.pages)
        kinds = [
            ("the first page of 25", first, False),
            (f"{len(every)} pages, three filters", every, False),
            ("the first page, unchanged since (304)", first, True),
            (f"{len(every)} pages, unchanged since (304)", every, True),
        ]
        for name, pages, known in kinds:
            began = used(wanted.pid)
            seconds, took = await at_once(wanted.requests, wanted.callers, partial(read, client, pages, known=known))
            told(f"{name}, {wanted.callers} readers", seconds, took=took)
            if spent := used(wanted.pid) - began:
                each = spent / wanted.requests
                print(f"  {each * 1000:.2f} ms of processor time each, PostgreSQL's too: {1 / each:.0f}/s a core")


asyncio.run(main())
