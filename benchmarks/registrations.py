"""How many people a second register for one hot event over HTTP, and how many are refused when it is full.

It leaves one cancelled event behind for each of `--events-at-once`. All callers have one address: start the
installation with VIPU_PUBLIC_RATE=1000000/minute, or most of them are refused.
"""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack

import uvloop

from benchmarks.callers import Connection, connect
from benchmarks.hot_event import HotEvent, hot_event
from benchmarks.measuring import Target, arguments, at_once, print_machine, print_times


async def register_all(hot: HotEvent, target: Target, *, people: range, callers: int, name: str) -> None:
    """Register all people, one after another by each caller; print the times and the counts of the replies."""
    free: list[Connection] = await connect(target.events, callers)
    requests = [hot.registration(number) for number in people]
    replies: Counter[str] = Counter()

    async def register(number: int) -> None:
        connection = free.pop()
        reply = await connection.send(requests[number])
        free.append(connection)
        replies[str(reply.json().get("state", reply.json().get("code"))) if reply.body else "nothing"] += 1

    seconds, took = await at_once(len(requests), callers, register)
    for connection in free:
        connection.close()
    print_times(name, seconds, took=took)
    print(f"  replies {dict(replies)}")


async def main() -> None:
    """Make events, register all people, register more when they are full, count, cancel."""
    target, options = arguments(
        str(__doc__),
        people=(2_000, 20_000, "People who register for each event"),
        seats=(2_000, 20_000, "Seats; there is no waiting list, so that the others are refused"),
        callers=(128, 512, "Callers at once, at each event"),
        refused=(2_000, 20_000, "People who register when it is full"),
        events_at_once=(1, 4, "Hot events at once"),
    )
    print_machine()
    async with AsyncExitStack() as stack:
        hot = [
            await stack.enter_async_context(hot_event(target, seats=options.seats, waiting_list="off"))
            for _ in range(options.events_at_once)
        ]
        people, late = range(options.people), range(20_000, 20_000 + options.refused)
        for name, numbers in (("registrations", people), ("when full", late)):
            async with asyncio.TaskGroup() as group:
                for event in hot:
                    label = f"{name}, {options.callers} callers"
                    group.create_task(register_all(event, target, people=numbers, callers=options.callers, name=label))
        for event in hot:
            print(f"confirmed {(await event.counts())[0]} of {options.seats} seats, rows {await event.live_rows()}")


uvloop.run(main())
