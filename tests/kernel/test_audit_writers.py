"""Ten thousand entries by sixteen writers while they are sealed: each entry that is changed later is named."""

import asyncio
from contextlib import AsyncExitStack
from uuid import uuid4

import pytest

from services.installation.audit_verification import verify
from services.kernel.audit.recorder import Entry
from services.kernel.audit.seals import seal_new_entries
from services.kernel.audit.terms import AuditAction, AuditOutcome
from services.kernel.data.db import Database
from tests.audits import seal_all
from tests.databases import service_url
from tests.kernel.test_audit_seals import swap

WRITERS, ENTRIES = 16, 10_000
ALL = "recorded_at, transaction, cluster, subject, grants, coordination_id, action, noun, ids, method, route,"


def entry(writer: int) -> Entry:
    return Entry(
        subject=f"person:{writer}",
        grants="coordinator",
        coordination_id=uuid4(),
        action=AuditAction.read,
        noun="registrations",
        ids=[uuid4(), uuid4()],
        method="GET",
        route="/v1/registrations/{registration_id}",
        request_id=uuid4(),
        outcome=AuditOutcome.answered,
    )


async def write_many(database: Database, writer: int) -> None:
    # Two at once, so that some share an INSERT.
    for _ in range(ENTRIES // WRITERS // 2 + 1):
        await asyncio.gather(*(database.recorder.write(entry(writer)) for _ in range(2)))


async def seal_until(done: asyncio.Event, database: Database) -> None:
    while not done.is_set():
        await seal_new_entries(database)
        await asyncio.sleep(0.1)


@pytest.mark.slow
async def test_every_change_among_ten_thousand_entries_is_named(superuser, database):
    url = service_url(database.cluster, database.name, "registry")
    done = asyncio.Event()
    sealing = asyncio.create_task(seal_until(done, database.databases["registry"]))
    async with AsyncExitStack() as stack:
        writers = [Database(url, schema="registry", pool_size=1) for _ in range(WRITERS)]
        for writer in writers:
            stack.push_async_callback(writer.close)
        await asyncio.gather(*(write_many(each, number) for number, each in enumerate(writers)))
    done.set()
    await sealing
    await seal_all(database)
    report = await verify(superuser, "registry")
    assert (report.entries >= ENTRIES, report.waiting, report.findings) == (True, 0, [])
    assert report.seals > 10
    ids = [row["id"] for row in await superuser.fetch("SELECT id FROM registry_audit.entries ORDER BY id")]
    altered, removed, one, other = ids[17], ids[5000], ids[1234], ids[8765]
    await superuser.execute("UPDATE registry_audit.entries SET ids = '{}' WHERE id = $1", altered)
    await superuser.execute("DELETE FROM registry_audit.entries WHERE id = $1", removed)
    await swap(superuser, one, other, f"{ALL} request_id, outcome, times")
    assert (await verify(superuser, "registry")).findings == [
        f"Entry {altered} was altered.",
        f"Entry {one} holds what was entry {other}.",
        f"Entry {removed} is missing.",
        f"Entry {other} holds what was entry {one}.",
    ]
