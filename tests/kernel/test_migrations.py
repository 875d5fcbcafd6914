"""Migrations: one process at a time runs them, and other processes wait for it."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from services.kernel.data import migrations
from services.kernel.time_limits import OF_MIGRATIONS
from tests.databases import service_url

pytestmark = pytest.mark.own_database
LOCK = 0x76697075
WAITING = (
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND NOT granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


@pytest.fixture(autouse=True)
def short_bound(monkeypatch):
    monkeypatch.setattr(migrations, "OF_MIGRATIONS", replace(OF_MIGRATIONS, lock=timedelta(milliseconds=50)))


async def test_the_second_process_waits_for_the_first_however_long(cluster, database_name, superuser):
    url = service_url(cluster, database_name, "registry")
    await superuser.execute("SELECT pg_advisory_lock($1)", LOCK)
    second = asyncio.create_task(asyncio.to_thread(migrations.upgrade, "registry", url))
    while not await superuser.fetchval(WAITING, LOCK):
        assert not second.done()
        await asyncio.sleep(0.01)
    # Several times the bound that holds for all other locks.
    await asyncio.sleep(0.3)
    assert await superuser.fetchval(WAITING, LOCK) == 1
    await superuser.execute("SELECT pg_advisory_unlock($1)", LOCK)
    await second
