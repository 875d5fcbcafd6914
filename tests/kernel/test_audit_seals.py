"""Seals of the audit: every entry is sealed once, and each later change is found and named."""

import asyncio

import asyncpg
import pytest

from services.installation.audit_verification import verify
from services.kernel.audit import seals
from services.kernel.audit.seals import seal_new_entries
from tests.audits import seal_all
from tests.databases import service_url
from tests.factories import ADMIN
from tests.kernel.test_audit_rights import added


async def read_partners(client, times):
    answers = await asyncio.gather(*(client("registry", ADMIN).get("/v1/partners") for _ in range(times)))
    assert {answer.status_code for answer in answers} == {200}


async def sealed(client, database, times=6):
    """Make entries and seal them, in two seals. Returns their ids."""
    for _ in range(2):
        await read_partners(client, times // 2)
        await seal_all(database)
    return [row["id"] for row in await database.admin.fetch("SELECT id FROM registry_audit.entries ORDER BY id")]


async def found(superuser):
    return list((await verify(superuser, "registry")).findings)


async def swap(superuser, one, other, columns):
    """Exchange the columns of two rows."""
    await superuser.execute(
        f"UPDATE registry_audit.entries e SET ({columns}) = (SELECT {columns} FROM registry_audit.entries o"
        f" WHERE o.id = CASE e.id WHEN {one} THEN {other} ELSE {one} END) WHERE e.id IN ({one}, {other})"
    )


async def renumber(superuser, entry_id, new_id):
    await superuser.execute("ALTER TABLE registry_audit.entries ALTER COLUMN id DROP IDENTITY IF EXISTS")
    await superuser.execute("UPDATE registry_audit.entries SET id = $2 WHERE id = $1", entry_id, new_id)


async def test_what_was_not_changed_is_whole(client, superuser, database):
    ids = await sealed(client, database)
    report = await verify(superuser, "registry")
    assert (report.entries, report.waiting, report.seals, report.findings) == (len(ids), 0, 2, [])
    newest = await superuser.fetchval("SELECT hash FROM registry_audit.seals ORDER BY number DESC LIMIT 1")
    assert report.newest_seal == newest.hex()


async def test_each_entry_is_sealed_once_and_new_ones_wait(client, superuser, database):
    ids = await sealed(client, database)
    await read_partners(client, 1)
    rows = await superuser.fetch("SELECT unnest(entry_ids) AS id FROM registry_audit.seals")
    assert sorted(row["id"] for row in rows) == ids
    report = await verify(superuser, "registry")
    assert (report.waiting, report.findings) == (1, []) and report.oldest_waiting is not None


async def test_many_entries_are_several_seals(client, superuser, database, monkeypatch):
    monkeypatch.setattr(seals, "_ENTRIES_A_SEAL", 2)
    await read_partners(client, 5)
    newest = await seal_all(database)
    assert newest.number == 3
    assert await seal_all(database) == newest
    assert await found(superuser) == []


CHANGES = {
    column: f"UPDATE registry_audit.entries SET {column} = {value} WHERE id = $1"
    for column, value in {
        "recorded_at": "recorded_at - interval '1 microsecond'",
        "transaction": "transaction - 1",
        "subject": "'nobody'",
        "grants": "''",
        "coordination_id": "gen_random_uuid()",
        "action": "'export'",
        "noun": "'things'",
        "ids": "ARRAY[gen_random_uuid()]",
        "method": "'PUT'",
        "route": "'/'",
        "request_id": "gen_random_uuid()",
        "outcome": "'forbidden'",
        "times": "2",
        "cluster": "1",
    }.items()
}


@pytest.mark.parametrize("statement", CHANGES.values(), ids=CHANGES)
async def test_an_altered_entry_is_named(client, superuser, database, statement):
    ids = await sealed(client, database, 4)
    await superuser.execute(statement, ids[1])
    assert await found(superuser) == [f"Entry {ids[1]} was altered."]


async def test_a_removed_entry_is_named(client, superuser, database):
    ids = await sealed(client, database)
    await superuser.execute("DELETE FROM registry_audit.entries WHERE id = $1", ids[3])
    assert await found(superuser) == [f"Entry {ids[3]} is missing."]


async def test_exchanged_entries_are_named(client, superuser, database):
    ids = await sealed(client, database)
    columns = "recorded_at, transaction, cluster, subject, grants, coordination_id, action, noun, ids, method, route,"
    await swap(superuser, ids[1], ids[4], f"{columns} request_id, outcome, times")
    assert await found(superuser) == [
        f"Entry {ids[1]} holds what was entry {ids[4]}.",
        f"Entry {ids[4]} holds what was entry {ids[1]}.",
    ]


async def test_entries_that_exchanged_a_part_are_named(client, superuser, database):
    ids = await sealed(client, database)
    await swap(superuser, ids[1], ids[4], "request_id")
    assert await found(superuser) == [f"Entry {ids[1]} was altered.", f"Entry {ids[4]} was altered."]


@pytest.mark.own_database
async def test_a_moved_entry_is_named(client, superuser, database):
    ids = await sealed(client, database)
    await renumber(superuser, ids[2], 999)
    assert await found(superuser) == [
        f"Entry {ids[2]} is missing. What it said is now entry 999.",
        f"Entry 999 holds what was entry {ids[2]}.",
    ]


async def test_an_entry_that_was_put_between_sealed_ones_is_named(client, superuser, database):
    ids = await sealed(client, database)
    earlier = await superuser.fetchval("SELECT transaction FROM registry_audit.entries WHERE id = $1", ids[2])
    await superuser.execute(added(transaction=str(earlier), recorded_at="'2020-01-01'"))
    last = await superuser.fetchval("SELECT max(id) FROM registry_audit.entries")
    await seal_all(database)
    assert await found(superuser) == [f"Entry {last} was put between sealed ones."]


async def test_an_altered_seal_and_a_removed_one_are_named(client, superuser, database):
    for _ in range(4):
        await sealed(client, database, 2)
    await superuser.execute("UPDATE registry_audit.seals SET sealed_at = sealed_at - interval '1 day' WHERE number = 2")
    assert await found(superuser) == ["Seal 2 was altered."]
    await superuser.execute("DELETE FROM registry_audit.seals WHERE number IN (2, 4, 5)")
    named = await found(superuser)
    assert named[:2] == ["Seal 2 is missing.", "Seals 4 to 5 are missing."]
    assert all(" was put between sealed ones." in one for one in named[2:]) and len(named) == 5


async def test_a_seal_that_was_made_anew_is_found_by_the_next_one(client, superuser, database):
    ids = await sealed(client, database)
    await superuser.execute("UPDATE registry_audit.entries SET subject = 'nobody' WHERE id = $1", ids[0])
    [first, _] = await superuser.fetch("SELECT * FROM registry_audit.seals ORDER BY number")
    entries = await superuser.fetch("SELECT * FROM registry_audit.entries WHERE id = ANY ($1)", first["entry_ids"])
    said = {row["id"]: seals.entry_hash(dict(row)) for row in entries}
    forged = seals.Seal(
        **{name: first[name] for name in seals.Seal.__slots__ if name != "entry_hashes"},
        entry_hashes=b"".join(said[one] for one in first["entry_ids"]),
    )
    await superuser.execute(
        "UPDATE registry_audit.seals SET entry_hashes = $1, hash = $2 WHERE number = 1",
        forged.entry_hashes,
        forged.digest(),
    )
    assert await found(superuser) == ["Seal 2 does not follow from seal 1."]


async def own_connection(database):
    return await asyncpg.connect(service_url(database.cluster, database.name, "registry"))


async def commits_late(client, database):
    """Add an entry in a transaction that commits only after later entries are sealed."""
    late = await own_connection(database)
    try:
        transaction = late.transaction()
        await transaction.start()
        await late.execute(added())
        await read_partners(client, 2)
        await seal_new_entries(database.databases["registry"])
        await transaction.commit()
    finally:
        await late.close()
    await read_partners(client, 1)
    await seal_all(database)


async def test_an_entry_that_is_committed_late_is_sealed_all_the_same(client, superuser, database):
    await commits_late(client, database)
    report = await verify(superuser, "registry")
    assert (report.entries, report.waiting, report.findings) == (4, 0, [])


async def test_without_the_horizon_an_entry_that_is_committed_late_would_slip_under(
    client, superuser, database, monkeypatch
):
    everything = seals.HORIZON.replace("pg_snapshot_xmin(", "pg_snapshot_xmax(")
    monkeypatch.setattr(seals, "HORIZON", everything)
    await commits_late(client, database)
    [named] = await found(superuser)
    assert named.endswith("was put between sealed ones.")


async def test_entries_of_the_cluster_that_a_backup_comes_from_are_sealed_too(client, superuser, database):
    # A new cluster counts its transactions anew: those of the restored entries lie ahead of its own.
    for entry in range(3):
        await superuser.execute(added(cluster="7", transaction=str(10**12 + entry)))
    await sealed(client, database, 4)
    report = await verify(superuser, "registry")
    assert (report.entries, report.waiting, report.findings) == (7, 0, [])
    assert await superuser.fetchval("SELECT count(DISTINCT cluster) FROM registry_audit.seals") == 2


async def test_the_hash_of_the_newest_seal_is_logged_each_time(client, database, talking_log, capsys):
    await sealed(client, database)
    newest = await seal_all(database)
    lines = [line for line in capsys.readouterr().err.splitlines() if "audit.sealed" in line]
    assert len(lines) == 3 and newest.hash.hex() in lines[1] and newest.hash.hex() in lines[2]
