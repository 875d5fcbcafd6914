"""The worker: it survives outages, queues cancelled jobs again, and stops at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from services.kernel.background import jobs, worker
from services.kernel.background.upstream import UpstreamUnavailable
from services.kernel.background.worker import Worker
from services.kernel.runtime import PeriodicTask

PATIENCE_SECONDS = 10
KILL = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
    "WHERE usename = 'vipu_events' AND datname = current_database()"
)


@pytest.fixture(autouse=True)
def waits_for_jobs_an_hour_at_a_time(monkeypatch):
    monkeypatch.setattr(worker, "_DEQUEUE_SECONDS", 3600)


def worker_of(applications, *, periodic_tasks=(), **handlers) -> Worker:
    return Worker(applications.runtime("events"), handlers=handlers, periodic_tasks=periodic_tasks)


@asynccontextmanager
async def at_work(found: Worker) -> AsyncIterator[asyncio.Task[None]]:
    """The worker's run, which ends when it is stopped, although there is no work for an hour."""
    running = asyncio.create_task(found.run())
    yield running
    found.stop()
    await asyncio.wait_for(running, PATIENCE_SECONDS)


async def enqueue(applications, kind: str) -> None:
    async with applications.runtime("events").database.transaction() as session:
        await jobs.enqueue(session, kind, {})


async def within_patience(event: asyncio.Event) -> None:
    await asyncio.wait_for(event.wait(), PATIENCE_SECONDS)


async def test_a_worker_whose_connections_are_killed_stops_at_once(applications, superuser):
    begun, never = asyncio.Event(), asyncio.Event()

    async def long(*_):
        begun.set()
        await never.wait()

    await enqueue(applications, "long")
    async with at_work(worker_of(applications, long=long)) as running:
        await within_patience(begun)
        assert await superuser.fetchval(KILL) > 0
    assert running.exception() is None


async def test_a_worker_that_is_not_connected_yet_stops_at_once(applications):
    async with at_work(worker_of(applications)):
        pass


async def test_a_worker_whose_connections_are_killed_works_on(applications, superuser, monkeypatch):
    monkeypatch.setattr(worker, "_PAUSE_SECONDS", 0.01)
    first, second = asyncio.Event(), asyncio.Event()

    async def done_first(*_):
        first.set()

    async def done_second(*_):
        second.set()

    with capture_logs() as lines:
        async with at_work(worker_of(applications, first=done_first, second=done_second)):
            await enqueue(applications, "first")
            await within_patience(first)
            await superuser.fetchval(KILL)
            await applications.runtime("events").database.close()
            await enqueue(applications, "second")
            await within_patience(second)
    assert [(line["event"], "exc_info" in line) for line in lines] == [("worker.disconnected", False)]


async def test_a_cancelled_job_is_run_again(applications):
    begun, again, never = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def long(*_):
        begun.set()
        await never.wait()

    async def short(*_):
        again.set()

    await enqueue(applications, "work")
    running = asyncio.create_task(worker_of(applications, work=long).run())
    await within_patience(begun)
    running.cancel()
    await asyncio.wait({running}, timeout=PATIENCE_SECONDS)
    assert running.cancelled()
    await worker_of(applications, work=short).drain()
    assert again.is_set()


@pytest.mark.parametrize(
    ("statement", "traced"), [("SELECT pg_terminate_backend(pg_backend_pid())", False), ("SELECT 1/0", True)]
)
async def test_an_outage_is_logged_by_its_name_and_a_bug_with_its_trace(applications, statement, traced):
    failed = asyncio.Event()

    async def task(runtime):
        try:
            async with runtime.database.transaction() as session:
                await session.execute(text(statement))
        finally:
            failed.set()

    with capture_logs() as lines:
        async with at_work(worker_of(applications, periodic_tasks=[PeriodicTask("task", timedelta(hours=1), task)])):
            await within_patience(failed)
    assert [(line["event"], line["task"], "exc_info" in line) for line in lines] == [
        ("periodic_task.failed", "task", traced)
    ]


@pytest.mark.parametrize(("silent_seconds", "done"), [(31, True), (5, False)])
async def test_a_job_whose_worker_was_killed_is_done_by_another(applications, superuser, silent_seconds, done):
    """After `kill -9`: a job was taken, and its worker has sent no heartbeat since."""
    again = asyncio.Event()

    async def work(*_):
        again.set()

    await enqueue(applications, "work")
    await superuser.execute(
        "UPDATE events.pgqueuer SET status = 'picked', queue_manager_id = gen_random_uuid(), "
        "heartbeat = now() - make_interval(secs => $1)",
        silent_seconds,
    )
    await worker_of(applications, work=work).drain()
    assert again.is_set() == done


async def test_a_periodic_task_that_failed_runs_again_soon_though_it_is_due_daily(applications, monkeypatch):
    monkeypatch.setattr(worker, "_RETRY_SECONDS", 0.01)
    attempts, succeeded = [], asyncio.Event()

    async def reconcile(_):
        attempts.append(len(attempts))
        if len(attempts) < 3:
            raise UpstreamUnavailable("status-503")
        succeeded.set()

    with capture_logs() as lines:
        async with at_work(
            worker_of(applications, periodic_tasks=[PeriodicTask("daily", timedelta(days=1), reconcile)])
        ):
            await within_patience(succeeded)
    assert attempts == [0, 1, 2]
    assert [(line["event"], line["reason"]) for line in lines] == [("periodic_task.failed", "status-503")] * 2
    assert not any("exc_info" in line for line in lines)
