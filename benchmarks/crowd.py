"""A flash crowd: thousands post within one second, whether answered or not, while others read the public list.

Leaves one cancelled event behind. Exits with 1 unless exactly the seats are taken, nothing is lost or doubled, and
every answer is 201, 409, 429 or 503 with Retry-After.
"""

import asyncio
import sys
import time
from collections import Counter

import uvloop

from benchmarks.callers import Connection, Reply, connect, prepared
from benchmarks.hot_event import hot_event
from benchmarks.measuring import arguments, machine, told


async def read_until(done: asyncio.Event, connection: Connection, request: bytes, seconds: list[float]) -> None:
    """Read the list again and again, twenty times a second at most."""
    while not done.is_set():
        began = time.perf_counter()
        answer = await connection.ask(request)
        assert answer.status == 200, answer.head
        seconds.append(time.perf_counter() - began)
        await asyncio.sleep(0.05)


def is_expected(answer: Reply) -> bool:
    """Whether a crowd may be answered so."""
    return answer.status in {201, 409} or (answer.status in {429, 503} and b"retry-after" in answer.head.lower())


async def main() -> None:
    """Let the crowd come and see that every answer was true."""
    target, wanted = arguments(
        str(__doc__),
        people=(2_000, 5_000, "Who post, evenly over one second"),
        seats=(200, 5_000, "Seats"),
        readers=(8, 64, "Who read the list meanwhile"),
    )
    machine()
    async with hot_event(target, seats=wanted.seats, waiting_list="off") as hot:
        requests = [hot.registration(number) for number in range(wanted.people)]
        connections = await connect(target.events, wanted.people)
        readers = await connect(target.events, wanted.readers)
        listing = prepared("GET", f"{target.events}/v1/events?limit=25")
        seconds: list[float] = []
        reading: list[float] = []
        done, begins = asyncio.Event(), time.perf_counter() + 0.5

        async def post(number: int) -> Reply:
            due = begins + number / wanted.people
            await asyncio.sleep(due - time.perf_counter())
            answer = await connections[number].ask(requests[number])
            seconds.append(time.perf_counter() - due)
            return answer

        read = [asyncio.create_task(read_until(done, one, listing, reading)) for one in readers]
        answers = await asyncio.gather(*(post(number) for number in range(wanted.people)))
        done.set()
        await asyncio.gather(*read)
        told(f"crowd of {wanted.people} in one second", seconds, took=time.perf_counter() - begins)
        told(f"{wanted.readers} readers of the list meanwhile", reading)
        seated = [answer.json()["id"] for answer in answers if answer.status == 201]
        stands, rows = (await hot.counts())[0], await hot.live_rows()
        print(f"answers {dict(Counter(answer.status for answer in answers))}; confirmed {stands}, rows {rows}")
        right = {len(seated), len(set(seated)), stands, rows} == {min(wanted.seats, wanted.people)}
        if not right or not all(map(is_expected, answers)):
            sys.exit("the crowd was not answered truly")
        for connection in (*connections, *readers):
            connection.close()


uvloop.run(main())
