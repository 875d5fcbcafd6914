"""Events that stay locked: their callers are told to try later, and the callers of other events notice nothing."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from services.events.registrations import admission_queue
from services.events.registrations.lock_waits import LOCK_WAIT
from tests.factories import COORDINATOR, an_event, person

ROWS = "SELECT count(*) FROM events.registrations WHERE event_id = $1"
# Connections that wait for a lock now: their relations, rows and transactions stand in pg_locks without a database.
WAITING = """
SELECT count(DISTINCT waiting.pid) FROM pg_locks AS waiting WHERE NOT waiting.granted AND EXISTS (
  SELECT FROM pg_locks AS held JOIN pg_database ON pg_database.oid = held.database
  WHERE held.pid = waiting.pid AND datname = current_database())
"""


@asynccontextmanager
async def locked(superuser, *events):
    """The events are locked by a transaction that does not end."""
    async with superuser.transaction():
        await superuser.execute("SELECT FROM events.events WHERE id = ANY ($1) FOR UPDATE", [e["id"] for e in events])
        yield


@pytest.fixture
def register(client):
    def post(event, number):
        return client("events").post(f"/v1/events/{event['id']}/registrations", person(number))

    return post


async def test_two_locked_events_delay_no_registration_to_a_third(client, superuser, register):
    first, second, third = [await an_event(client("events", COORDINATOR)) for _ in range(3)]
    async with locked(superuser, first, second):
        stuck = [asyncio.create_task(register(event, number)) for number in range(4) for event in (first, second)]
        for number in range(20):
            # Never both connections of the queues wait for a lock.
            assert await superuser.fetchval(WAITING) <= 1
            assert (await asyncio.wait_for(register(third, number), LOCK_WAIT.total_seconds())).status_code == 201
        assert not any(task.done() for task in stuck)
    assert {answer.status_code for answer in await asyncio.gather(*stuck)} == {201}
    assert [await superuser.fetchval(ROWS, event["id"]) for event in (first, second, third)] == [4, 4, 20]


async def test_an_event_that_was_waited_for_in_vain_is_not_waited_for_again(client, superuser, register, monkeypatch):
    monkeypatch.setattr(admission_queue, "MAX_LOCKED_SECONDS", 0.1)
    event = await an_event(client("events", COORDINATOR))
    async with locked(superuser, event):
        for number in range(2):
            refused = await register(event, number)
            assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
            assert refused.headers["retry-after"] == "2"
        asking = asyncio.create_task(register(event, 2))
        waiting = []
        while not asking.done():
            waiting.append(await superuser.fetchval(WAITING))
        assert sum(waiting) == 0
    # The lock is free: the next caller is admitted at once, and only those who were told so are registered.
    assert (await register(event, 3)).status_code == 201
    assert await superuser.fetchval(ROWS, event["id"]) == 1


async def test_a_lock_that_is_released_in_time_costs_no_one_an_answer(client, superuser, register):
    event = await an_event(client("events", COORDINATOR), capacity=2)
    async with locked(superuser, event):
        posts = [asyncio.create_task(register(event, number)) for number in range(3)]
        await asyncio.sleep(LOCK_WAIT.total_seconds() + 0.3)
        assert await superuser.fetchval(WAITING) == 0
        assert not any(post.done() for post in posts)
    assert sorted(answer.status_code for answer in await asyncio.gather(*posts)) == [201, 201, 409]


async def test_staff_of_a_locked_event_are_told_to_try_later(client, superuser):
    event = await an_event(client("events", COORDINATOR))
    async with locked(superuser, event):
        refused = await client("events", COORDINATOR).post(f"/v1/events/{event['id']}/registrations", person(1))
    assert (refused.status_code, refused.json()["retryable"], refused.headers["retry-after"]) == (503, True, "2")


async def test_staff_of_two_locked_events_leave_connections_to_the_staff_of_a_third(client, applications, superuser):
    first, second, third = [await an_event(client("events", COORDINATOR)) for _ in range(3)]
    pool = applications.runtime("events").database.writer.pool

    def register(event, number):
        return client("events", COORDINATOR).post(f"/v1/events/{event['id']}/registrations", person(number))

    async with locked(superuser, first, second):
        stuck = [asyncio.create_task(register(event, number)) for number in range(6) for event in (first, second)]
        while await superuser.fetchval(WAITING) < 4:  # noqa: ASYNC110 - PostgreSQL tells nobody.
            await asyncio.sleep(0.01)
        for number in range(5):
            assert (await asyncio.wait_for(register(third, number), 1)).status_code == 201
        assert pool.checkedout() == 4
        assert not any(task.done() for task in stuck)
    assert {answer.status_code for answer in await asyncio.gather(*stuck)} == {201}
