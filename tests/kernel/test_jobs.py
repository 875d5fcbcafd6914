"""Jobs: they are enqueued by the transaction, run at least once, and parked when they keep failing."""

from services.kernel.background import jobs, worker
from services.kernel.background.worker import Worker


async def drain(applications, handlers):
    await Worker(applications.runtime("registry"), handlers=handlers, periodic_tasks=()).drain()


async def test_a_job_of_a_rolled_back_transaction_never_runs(applications):
    done = []

    async def note(_, payload):
        done.append(payload["name"])

    database = applications.runtime("registry").database
    try:
        async with database.transaction() as session:
            await jobs.enqueue(session, "note", {"name": "undone"})
            raise LookupError
    except LookupError:
        pass
    async with database.transaction() as session:
        await jobs.enqueue(session, "note", {"name": "kept"})
    await drain(applications, {"note": note})
    assert done == ["kept"]


async def test_a_dedupe_key_is_enqueued_once_while_it_waits(applications):
    done = []

    async def note(_, payload):
        done.append(payload["name"])

    async with applications.runtime("registry").database.transaction() as session:
        for name in ("first", "second"):
            await jobs.enqueue(session, "note", {"name": name}, dedupe_key="one")
    await drain(applications, {"note": note})
    assert done == ["first"]


async def test_a_job_that_keeps_failing_is_parked_with_its_reason(applications, superuser, monkeypatch):
    monkeypatch.setattr(worker, "MAX_ATTEMPTS", 0)

    async def fail(_, __):
        raise LookupError

    async with applications.runtime("registry").database.transaction() as session:
        await jobs.enqueue(session, "fail", {})
    await drain(applications, {"fail": fail})
    assert [row["status"] for row in await superuser.fetch("SELECT status FROM registry.pgqueuer")] == ["failed"]
