"""How many people a second register to one hot event over HTTP, and how many are refused once it is full.

Leaves one cancelled event behind for each of `--events-at-once`. All callers have one address: start the installation
with VIPU_PUBLIC_RATE=1000000/minute, or the most are refused.
"""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack

import uvloop

from benchmarks.callers import Connection, connect
from benchmarks.hot_event import HotEvent, hot_event
from benchmarks.measuring import Target, arguments, at_once, machine, told


async def register_all(hot: HotEvent, target: Target, *, people: range, callers: int, name: str) -> None:
    """Let all register, each caller one after another; tell how fast, and what they were told."""
    free: list[Connection] = await connect(target.events, callers)
    requests = [hot.registration(number) for number in people]
    answers: Counter[str] = Counter()

    async def register(number: int) -> None:
        connection = free.pop()
        answer = await connection.ask(requests[number])
        free.append(connection)
        answers[str(answer.json().get("state", answer.json().get("code"))) if answer.body else "nothing"] += 1

    seconds, took = await at_once(len(requests), callers, register)
    for connection in free:
        connection.close()
    told(name, seconds, took=took)
    print(f"  answers {dict(answers)}")


async def main() -> None:
    """Make events, let all register, count what stands, be refused, cancel."""
    target, wanted = arguments(
        str(__doc__),
        people=(2_000, 20_000, "Who register to each event"),
        seats=(2_000, 20_000, "Seats; nobody may wait, so that the others are refused"),
        callers=(128, 512, "Callers at once, at each event"),
        refused=(2_000, 20_000, "Who come when it is full"),
        events_at_once=(1, 4, "Hot events at once"),
    )
    machine()
    async with AsyncExitStack() as stack:
        hot = [
            await stack.enter_async_context(hot_event(target, seats=wanted.seats, waiting_list="off"))
            for _ in range(wanted.events_at_once)
        ]
        people, late = range(wanted.people), range(20_000, 20_000 + wanted.refused)
        for name, crowd in (("registrations", people), ("when full", late)):
            async with asyncio.TaskGroup() as group:
                for one in hot:
                    told_as = f"{name}, {wanted.callers} callers"
                    group.create_task(register_all(one, target, people=crowd, callers=wanted.callers, name=told_as))
        for one in hot:
            print(f"confirmed {(await one.counts())[0]} of {wanted.seats} seats, rows {await one.live_rows()}")


uvloop.run(main())
