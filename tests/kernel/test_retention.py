"""What is old enough is deleted, in every service: messages that were sent or received, and the log of jobs."""

from datetime import timedelta
from uuid import uuid4

import pytest

from services.contracts.services import STORING_SERVICES
from services.kernel.background import retention
from services.kernel.background.retention import (
    JOB_LOG_KEPT_FOR,
    PARKED_MESSAGES_KEPT_FOR,
    RECEIVED_IDS_KEPT_FOR,
    SENT_MESSAGES_KEPT_FOR,
)
from services.runner.services import SERVICE_BY_NAME

HOUR = timedelta(hours=1)
MESSAGE = (
    "INSERT INTO {}.outbox (id, kind, subject, data, state, occurred_at, sent_at)"
    " VALUES ($1, 'kind', $1, '{{}}', $2, now() - $3::interval, now() - $4::interval)"
)
RECEIVED = "INSERT INTO {}.inbox (message_id, received_at) VALUES ($1, now() - $2::interval)"
LOGGED = (
    "INSERT INTO {}.pgqueuer_log (created, job_id, status, priority, entrypoint)"
    " VALUES (now() - $1::interval, 1, 'successful', 0, 'job')"
)


async def retain(applications, service):
    """Run the periodic task of the service, which exists once."""
    [task] = [task for task in SERVICE_BY_NAME[service].definition.periodic_tasks if task.name == "retention"]
    await task.run(applications.runtime(service))


@pytest.mark.parametrize("service", STORING_SERVICES)
async def test_old_messages_and_lines_are_deleted_and_young_ones_stay(applications, superuser, service):
    old = {
        "sent": SENT_MESSAGES_KEPT_FOR,
        "parked": PARKED_MESSAGES_KEPT_FOR,
        "queued": 10 * PARKED_MESSAGES_KEPT_FOR,  # It waits, however long.
    }
    for state, kept_for in old.items():
        for age in (kept_for - HOUR, kept_for + HOUR):
            await superuser.execute(MESSAGE.format(service), uuid4(), state, age, age if state == "sent" else None)
    for age in (RECEIVED_IDS_KEPT_FOR - HOUR, RECEIVED_IDS_KEPT_FOR + HOUR):
        await superuser.execute(RECEIVED.format(service), uuid4(), age)
    for age in (JOB_LOG_KEPT_FOR - HOUR, JOB_LOG_KEPT_FOR + HOUR):
        await superuser.execute(LOGGED.format(service), age)
    await retain(applications, service)
    left = await superuser.fetch(f"SELECT state, count(*) FROM {service}.outbox GROUP BY 1 ORDER BY 1")
    assert [tuple(row) for row in left] == [("parked", 1), ("queued", 2), ("sent", 1)]
    for table in ("inbox", "pgqueuer_log"):
        assert await superuser.fetchval(f"SELECT count(*) FROM {service}.{table}") == 1


async def test_a_run_goes_on_batch_by_batch_and_leaves_locked_rows_for_later(applications, superuser, monkeypatch):
    monkeypatch.setattr(retention, "_BATCH", 2)
    ids = [uuid4() for _ in range(5)]
    for message_id in ids:
        await superuser.execute(RECEIVED.format("feedback"), message_id, 2 * RECEIVED_IDS_KEPT_FOR)
    async with superuser.transaction():
        await superuser.execute("SELECT 1 FROM feedback.inbox WHERE message_id = $1 FOR UPDATE", ids[0])
        await retain(applications, "feedback")
    assert await superuser.fetchval("SELECT array_agg(message_id) FROM feedback.inbox") == [ids[0]]
    await retain(applications, "feedback")
    assert await superuser.fetchval("SELECT count(*) FROM feedback.inbox") == 0


async def test_one_run_is_bounded_and_the_next_goes_on(applications, superuser, monkeypatch):
    monkeypatch.setattr(retention, "_BATCH", 1)
    monkeypatch.setattr(retention, "_BATCHES", 2)
    for _ in range(3):
        await superuser.execute(RECEIVED.format("feedback"), uuid4(), 2 * RECEIVED_IDS_KEPT_FOR)
    for left in (1, 0):
        await retain(applications, "feedback")
        assert await superuser.fetchval("SELECT count(*) FROM feedback.inbox") == left
