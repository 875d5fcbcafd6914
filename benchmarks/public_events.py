"""How many anonymous readers a second the public list of events serves."""

import asyncio
from functools import partial

import httpx

from benchmarks.measuring import arguments, at_once, family, print_machine, print_times, processor_seconds

ADDRESS = "/api/events/v1/events"
_FILTERS = ({"type": "webinar", "held": "true"}, {"mode": "online", "starts_after": "2026-01-01T00:00:00Z"})

Page = tuple[dict[str, str], str]


async def pages_of(client: httpx.AsyncClient, params: dict[str, str], count: int) -> list[Page]:
    """Read one page after another. Returns the parameters of each with its ETag."""
    pages: list[Page] = []
    while len(pages) < count:
        response = await client.get(ADDRESS, params=params)
        response.raise_for_status()
        pages.append((params, response.headers["ETag"]))
        if (cursor := response.json()["next_cursor"]) is None:
            break
        params = {**params, "cursor": cursor}
    return pages


async def read(client: httpx.AsyncClient, pages: list[Page], number: int, *, known: bool) -> None:
    """Read one of the pages: complete (200), or unchanged for a reader who knows it (304)."""
    params, etag = pages[number % len(pages)]
    response = await client.get(ADDRESS, params=params, headers={"If-None-Match": etag} if known else None)
    if response.status_code != (304 if known else 200):
        raise SystemExit(f"{response.status_code}: {response.text[:300]}")


def used_by(pid: int) -> float:
    """Return the processor seconds of `vipu up` and its processes, so far."""
    return sum(processor_seconds(process) for process in family(pid)) if pid > 1 else 0.0


async def main() -> None:
    """Read with several callers: the first page, filtered pages, page after page, and unchanged pages."""
    target, options = arguments(
        str(__doc__),
        requests=(600, 20_000, "Replies of each kind"),
        callers=(16, 128, "Readers at once"),
        pages=(40, 400, "Pages read one after another"),
        pid=(
            1,
            4_194_304,
            "Process of `vipu up`, to print the processor time of a reply",
        ),
    )
    print_machine()
    async with target.client(at_once=options.callers) as client:
        first = await pages_of(client, {}, 1)
        every = await pages_of(client, {}, options.pages)
        for filters in _FILTERS:
            every += await pages_of(client, filters, options.pages)
        kinds = [
            ("the first page of 25", first, False),
            (f"{len(every)} pages, three filters", every, False),
            ("the first page, unchanged since (304)", first, True),
            (f"{len(every)} pages, unchanged since (304)", every, True),
        ]
        for name, pages, known in kinds:
            began = used_by(options.pid)
            seconds, took = await at_once(options.requests, options.callers, partial(read, client, pages, known=known))
            print_times(f"{name}, {options.callers} readers", seconds, took=took)
            if spent := used_by(options.pid) - began:
                each = spent / options.requests
                print(f"  {each * 1000:.2f} ms of processor time each, PostgreSQL's too: {1 / each:.0f}/s a core")


asyncio.run(main())
