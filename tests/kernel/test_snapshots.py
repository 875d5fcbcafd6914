"""Sessions that see one state: snapshots for comparing figures, and work that is run again after a conflict."""

import pytest
from fastapi.routing import iter_route_contexts
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.contracts.services import STORING_SERVICES
from services.kernel.data.db import open_snapshot

COUNT = text("SELECT count(*) FROM inbox")
INSERT = "INSERT INTO registry.inbox (message_id) VALUES (gen_random_uuid())"
TOUCH = "UPDATE {}inbox SET message_id = gen_random_uuid()"


@pytest.fixture
def registry_database(applications):
    return applications.runtime("registry").database


@pytest.mark.parametrize(("session", "second"), [("snapshot", 0), ("reading", 1)])
async def test_two_statements_of_a_snapshot_see_one_state(registry_database, superuser, session, second):
    """The reading session is the negative control: each of its statements sees the newest state."""
    async with getattr(registry_database, session)() as opened:
        assert await opened.scalar(COUNT) == 0
        await superuser.execute(INSERT)
        assert await opened.scalar(COUNT) == second


async def test_a_snapshot_cannot_write(registry_database):
    with pytest.raises(DBAPIError, match="read-only transaction"):
        async with registry_database.snapshot() as session:
            await session.execute(text("DELETE FROM inbox"))


@pytest.mark.parametrize("failure", [None, LookupError])
async def test_a_snapshot_gives_its_connection_back_clean(registry_database, superuser, failure):
    pid, isolation = text("SELECT pg_backend_pid()"), text("SHOW transaction_isolation")
    await registry_database.reader.dispose()  # The pool is empty, so both sessions use one connection.
    try:
        async with registry_database.snapshot() as session:
            used = await session.scalar(pid)
            assert await session.scalar(isolation) == "repeatable read"
            if failure:
                raise failure
    except LookupError:
        assert failure
    state = "SELECT state FROM pg_stat_activity WHERE pid = $1"
    assert await superuser.fetchval(state, used) == "idle"
    async with registry_database.reading() as session:
        assert await session.scalar(pid) == used
        assert await session.scalar(isolation) == "read committed"
        assert await superuser.fetchval(state, used) == "idle"


class Contended:
    """Work whose row another transaction changes between its read and its write, in its first runs."""

    def __init__(self, superuser, *, times: int) -> None:
        self._superuser, self._times, self.runs = superuser, times, 0

    async def __call__(self, session) -> None:
        self.runs += 1
        await session.scalar(COUNT)
        if self.runs <= self._times:
            await self._superuser.execute(TOUCH.format("registry."))
        await session.execute(text(TOUCH.format("")))


async def test_work_on_a_superseded_state_is_run_again(registry_database, superuser):
    await superuser.execute(INSERT)
    work = Contended(superuser, times=2)
    await registry_database.repeatable(work)
    assert work.runs == 3


async def test_work_is_given_up_when_it_is_superseded_each_time(registry_database, superuser):
    await superuser.execute(INSERT)
    work = Contended(superuser, times=99)
    with pytest.raises(DBAPIError, match="could not serialize access"):
        await registry_database.repeatable(work)
    assert work.runs == 5


async def test_an_ordinary_transaction_does_not_see_that_it_was_superseded(registry_database, superuser):
    """The negative control of the two tests above."""
    await superuser.execute(INSERT)
    work = Contended(superuser, times=2)
    async with registry_database.transaction() as session:
        await work(session)
    assert work.runs == 1


async def test_work_that_fails_otherwise_is_not_run_again(registry_database, superuser):
    runs = 0

    async def work(session):
        nonlocal runs
        runs += 1
        await session.execute(text("INSERT INTO inbox (message_id) VALUES (gen_random_uuid())"))
        await session.execute(text("SELECT 1 / 0"))

    with pytest.raises(DBAPIError, match="division by zero"):
        await registry_database.repeatable(work)
    assert (runs, await superuser.fetchval("SELECT count(*) FROM registry.inbox")) == (1, 0)


@pytest.mark.parametrize("service", STORING_SERVICES)
def test_figures_and_what_suppresses_them_are_read_from_one_state(applications, service):
    sessions = {
        context.path_format: {dependency.call for dependency in context.original_route.dependant.dependencies}
        for context in iter_route_contexts(applications.apps[service].routes)
        if context.path_format.endswith(("/measures", "/summary", "/results"))
    }
    assert {path for path, calls in sessions.items() if open_snapshot in calls} == sessions.keys()
    assert {"/v1/measures", "/v1/summary"} <= sessions.keys()
