"""Time limits of PostgreSQL: floors of the roles, longer ones for long work, and what a caller gets at a limit."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.contracts.services import STORING_SERVICES
from services.kernel.data.outages import is_outage
from services.kernel.time_limits import OF_LONG_WORK, OF_REQUESTS, set_time_limits
from tests.factories import COORDINATOR, an_event, person

LIMITS = text("""
SELECT name, setting || unit AS value FROM pg_settings
WHERE name IN ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout')
""")
BLOCKED = "SELECT pid FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"


async def limits_in(session):
    return {row.name: row.value for row in await session.execute(LIMITS)}


@pytest.mark.parametrize("service", STORING_SERVICES)
async def test_a_role_brings_the_limits_of_requests_and_long_work_sets_its_own(applications, service):
    database = applications.runtime(service).database
    for opening in (database.transaction, database.shared_transaction, database.reading, database.snapshot):
        async with opening() as session:
            assert await limits_in(session) == dict(OF_REQUESTS.settings())
    async with database.long_transaction() as session:
        assert await limits_in(session) == dict(OF_LONG_WORK.settings())
    assert await database.repeatable(limits_in) == dict(OF_LONG_WORK.settings())
    # The limits end with the transaction: a pooler gives the connection to others then.
    async with database.long_writer.connect() as connection:
        assert await limits_in(connection) == dict(OF_REQUESTS.settings())


async def test_a_statement_over_its_time_is_an_answer_to_try_later(client, superuser):
    event = await an_event(client("events", COORDINATOR))
    async with superuser.transaction():
        await superuser.execute("SELECT FROM events.events WHERE id = $1 FOR UPDATE", event["id"])
        address = f"/v1/events/{event['id']}/registrations"
        posting = asyncio.create_task(client("events", COORDINATOR).post(address, person(1)))
        while not (pid := await superuser.fetchval(BLOCKED)):  # noqa: ASYNC110 - PostgreSQL tells nobody.
            await asyncio.sleep(0.01)
        # PostgreSQL ends a statement at its limit in the same way, with SQLSTATE 57014.
        await superuser.execute("SELECT pg_cancel_backend($1)", pid)
        refused = await posting
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert refused.headers["retry-after"]


@pytest.mark.parametrize(
    ("setting", "statement"),
    [
        ("statement_timeout", "SELECT pg_sleep(5)"),
        ("idle_in_transaction_session_timeout", "SELECT 1"),
    ],
)
async def test_a_limit_of_time_is_an_outage_and_no_bug(applications, setting, statement):
    database = applications.runtime("registry").database
    with pytest.raises(DBAPIError) as failure:
        async with database.transaction() as session:
            await session.execute(text(f"SET LOCAL {setting} = '30ms'"))
            await asyncio.sleep(0.1)
            await session.execute(text(statement))
    assert is_outage(failure.value)
    async with database.transaction() as session:
        await set_time_limits(session, OF_REQUESTS)
        assert await session.scalar(text("SELECT 1")) == 1


async def test_a_request_that_gets_no_connection_is_told_to_try_later(client, applications, monkeypatch):
    pool = applications.runtime("registry").database.reader.pool
    monkeypatch.setattr(pool, "_timeout", 0.1)
    taken = [await applications.runtime("registry").database.reader.connect() for _ in range(pool.size())]
    refused = await client("registry").get("/v1/codes")
    for connection in taken:
        await connection.close()
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
    assert (await client("registry").get("/v1/codes")).status_code == 200
