"""A burst: thousands of people register within one second (open loop), while others read the public list.

It leaves one cancelled event behind. It exits with 1 unless exactly the seats are taken, no registration is lost or
doubled, and every reply is 201, 409, 429 or 503 with Retry-After.
"""

import asyncio
import sys
import time
from collections import Counter

import uvloop

from benchmarks.callers import Connection, Reply, connect, prepared
from benchmarks.hot_event import hot_event
from benchmarks.measuring import arguments, print_machine, print_times


async def read_until(done: asyncio.Event, connection: Connection, request: bytes, seconds: list[float]) -> Counter[int]:
    """Read the list until `done` is set, at most twenty times a second. Returns the statuses of the replies."""
    statuses: Counter[int] = Counter()
    while not done.is_set():
        began = time.perf_counter()
        reply = await connection.send(request)
        assert reply.status == 200 or is_expected(reply), reply.head
        statuses[reply.status] += 1
        seconds.append(time.perf_counter() - began)
        await asyncio.sleep(0.05)
    return statuses


def is_expected(reply: Reply) -> bool:
    """Say whether the reply is one that a burst may get."""
    return reply.status in {201, 409} or (reply.status in {429, 503} and b"retry-after" in reply.head.lower())


async def main() -> None:
    """Send the burst, and compare the replies with the seats."""
    target, options = arguments(
        str(__doc__),
        people=(2_000, 5_000, "People who register, evenly over one second"),
        seats=(200, 5_000, "Seats"),
        readers=(8, 64, "People who read the list at the same time"),
    )
    print_machine()
    async with hot_event(target, seats=options.seats, waiting_list="off") as hot:
        requests = [hot.registration(number) for number in range(options.people)]
        connections = await connect(target.events, options.people)
        readers = await connect(target.events, options.readers)
        listing = prepared("GET", f"{target.events}/v1/events?limit=25")
        seconds: list[float] = []
        reading: list[float] = []
        done, begins = asyncio.Event(), time.perf_counter() + 0.5

        async def post(number: int) -> Reply:
            due = begins + number / options.people
            await asyncio.sleep(due - time.perf_counter())
            reply = await connections[number].send(requests[number])
            seconds.append(time.perf_counter() - due)
            return reply

        read = [asyncio.create_task(read_until(done, reader, listing, reading)) for reader in readers]
        replies = await asyncio.gather(*(post(number) for number in range(options.people)))
        done.set()
        listed = sum(await asyncio.gather(*read), Counter[int]())
        print_times(f"burst of {options.people} in one second", seconds, took=time.perf_counter() - begins)
        print_times(f"{options.readers} readers of the list at the same time", reading)
        print(f"their replies {dict(listed)}")
        seated = [reply.json()["id"] for reply in replies if reply.status == 201]
        confirmed, rows = (await hot.counts())[0], await hot.live_rows()
        print(f"replies {dict(Counter(reply.status for reply in replies))}; confirmed {confirmed}, rows {rows}")
        is_exact = {len(seated), len(set(seated)), confirmed, rows} == {min(options.seats, options.people)}
        if not is_exact or not all(map(is_expected, replies)):
            sys.exit("the seats or the replies are not those of the burst")
        for connection in (*connections, *readers):
            connection.close()


uvloop.run(main())
