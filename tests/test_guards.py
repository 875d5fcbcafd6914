"""The guards of the tests themselves: against other machines, dear tests and what one test leaves to the next."""

import asyncio
import socket

import asyncpg
import pytest

from tests import cpu_time
from tests.databases import ConnectionLeft
from tests.factories import COORDINATOR, an_event
from tests.network_guard import NetworkReached

ELSEWHERE = ("192.0.2.1", 80)


def test_no_test_connects_to_another_machine():
    with socket.socket() as web, pytest.raises(NetworkReached):
        web.connect(ELSEWHERE)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mail, pytest.raises(NetworkReached):
        mail.sendto(b"x", ELSEWHERE)


def test_no_test_asks_a_name_server():
    with pytest.raises(NetworkReached):
        socket.getaddrinfo("vipu.example", 443)
    assert socket.getaddrinfo("localhost", 80)


async def test_the_event_loop_is_guarded_too():
    with pytest.raises(NetworkReached):
        await asyncio.open_connection(*ELSEWHERE)


def test_a_dear_test_fails_unless_the_machine_is_slow(monkeypatch):
    monkeypatch.setattr(cpu_time, "_reference_seconds", lambda: cpu_time.REFERENCE_SECONDS)
    assert cpu_time.allowed_seconds(traced=False) == cpu_time.ALLOWED_SECONDS
    monkeypatch.setattr(cpu_time, "_reference_seconds", lambda: 3 * cpu_time.REFERENCE_SECONDS)
    assert cpu_time.allowed_seconds(traced=False) == pytest.approx(3 * cpu_time.ALLOWED_SECONDS)


async def test_a_connection_in_use_at_the_end_is_given_up_and_told(database, applications):
    kept = applications.runtime("events").database.writer
    left = await kept.connect()
    with pytest.raises(ConnectionLeft):
        await database.empty()
    await left.invalidate()
    async with kept.connect() as connection:
        assert (await connection.exec_driver_sql("SELECT 1")).scalar() == 1


async def test_a_lock_of_a_stray_connection_ends_with_the_test(database, superuser, cluster):
    stray = await asyncpg.connect(cluster.url(database.name))
    await stray.execute("SELECT pg_advisory_lock(1)")
    await database.empty()
    assert await superuser.fetchval("SELECT pg_try_advisory_lock(1)")
    stray.terminate()


async def test_every_row_but_those_of_the_code_lists_is_gone(database, applications, client, superuser):
    await an_event(client("events", COORDINATOR))
    await database.empty()
    counts = [await superuser.fetchval(f"SELECT count(*) FROM {table}") for table in ("events.events", "events.outbox")]
    assert counts == [0, 0]
    assert await superuser.fetchval("SELECT count(*) FROM registry.codes") > 0


async def test_a_pool_whose_connections_were_killed_is_made_anew(database, applications, superuser):
    kept = applications.runtime("events").database.writer
    async with kept.connect():
        pass
    await superuser.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        "WHERE application_name = 'vipu-events' AND datname = current_database()"
    )
    await database.empty()
    async with kept.connect() as connection:
        assert (await connection.exec_driver_sql("SELECT 1")).scalar() == 1
