"""The audits of an installation and of a deployment: their making, their verification and their retention."""

import asyncio
from contextlib import contextmanager
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from services import cli
from services.contracts.services import STORING_SERVICES
from services.installation import audits, schemas
from services.installation.errors import CannotRun
from services.installation.installation import Installation
from services.runner import processes
from tests.audits import entries_of, seal_all
from tests.databases import PASSWORD, service_url
from tests.factories import ADMIN

DROPPED = "DROP SCHEMA registry_audit CASCADE"


@pytest.fixture
def deployed(cluster, database_name, monkeypatch):
    """The settings of a deployment over this test's database, without those of the administrator."""
    for service in STORING_SERVICES:
        monkeypatch.setenv(f"VIPU_{service.upper()}_DATABASE_URL", service_url(cluster, database_name, service))
    monkeypatch.setenv("VIPU_ENVIRONMENT", "development")


@pytest.fixture
def administrator(deployed, cluster, database_name, monkeypatch):
    """The settings of a deployment with those of the administrator."""
    monkeypatch.setenv("VIPU_ADMIN_DATABASE_URL", cluster.url(database_name))


async def vipu(*words):
    return await asyncio.to_thread(CliRunner().invoke, cli.app, ["audit", *words])


async def seal(client, database, times=2):
    for _ in range(times):
        assert (await client("registry", ADMIN).get("/v1/partners")).status_code == 200
    return await seal_all(database)


async def test_a_deployment_is_verified_with_the_rights_of_the_services(client, database, deployed):
    newest = await seal(client, database)
    whole = await vipu("verify", "--last", newest.hash.hex())
    assert whole.exit_code == 0 and whole.output.endswith("The audit is whole.\n"), whole.output
    assert f"registry: entries: 2; seals: 1, the newest {newest.hash.hex()}" in whole.output
    assert "events: entries: 0; seals: 0\n" in whole.output


async def test_what_was_changed_is_named_and_the_exit_code_says_so(client, database, superuser, deployed):
    await seal(client, database)
    first, last = await entries_of(superuser, "registry")
    await superuser.execute("UPDATE registry_audit.entries SET subject = 'nobody' WHERE id = $1", first["id"])
    await superuser.execute("DELETE FROM registry_audit.entries WHERE id = $1", last["id"])
    broken = await vipu("verify")
    assert broken.exit_code == 1
    assert f"registry: Entry {first['id']} was altered.\nregistry: Entry {last['id']} is missing.\n" in broken.output
    assert "whole" not in broken.output


async def test_a_removed_end_is_found_by_the_hash_that_was_kept(client, database, superuser, deployed):
    earlier = await seal(client, database)
    newest = await seal(client, database, 1)
    gone = "(SELECT unnest(entry_ids) FROM registry_audit.seals WHERE number = 2)"
    await superuser.execute(f"DELETE FROM registry_audit.entries WHERE id IN {gone}")
    await superuser.execute("DELETE FROM registry_audit.seals WHERE number = 2")
    assert (await vipu("verify", "--last", earlier.hash.hex())).exit_code == 0
    found = await vipu("verify", "--last", earlier.hash.hex(), "--last", newest.hash.hex())
    assert found.exit_code == 1
    assert f"No seal has the hash {newest.hash.hex()}: " in found.output


async def test_old_entries_are_removed_and_the_rest_can_be_verified(client, database, superuser, administrator):
    newest = await seal(client, database)
    await superuser.execute("SELECT pg_sleep(0.01)")
    assert (await client("registry", ADMIN).get("/v1/partners")).status_code == 200
    pruned = await vipu("prune", "--before", "2099-01-01", "--yes")
    assert pruned.exit_code == 0, pruned.output
    assert "registry: 2 entries removed." in pruned.output
    rows = await entries_of(superuser, "registry")
    assert [(row["action"], row["noun"], row["subject"]) for row in rows] == [
        ("read", "partners", "tester"),
        ("change", "audit", "operator"),
    ]
    await seal_all(database)
    whole = await vipu("verify", "--last", newest.hash.hex())
    assert whole.exit_code == 0, whole.output
    await superuser.execute("DELETE FROM registry_audit.entries WHERE id = $1", rows[0]["id"])
    assert f"Entry {rows[0]['id']} is missing." in (await vipu("verify")).output


async def test_entries_sealed_later_stay(client, database, superuser, administrator):
    await seal(client, database)
    assert (await vipu("prune", "--before", "2020-01-01", "--yes")).exit_code == 0
    assert len(await entries_of(superuser, "registry")) == 2


async def test_only_the_administrator_removes_entries(client, database, superuser, deployed):
    await seal(client, database)
    refused = await vipu("prune", "--before", "2099-01-01", "--yes")
    assert isinstance(refused.exception, CannotRun) and "VIPU_ADMIN_DATABASE_URL" in str(refused.exception)
    assert len(await entries_of(superuser, "registry")) == 2


async def test_an_audit_that_is_not_whole_is_not_pruned(client, database, superuser, administrator):
    await seal(client, database)
    await superuser.execute("UPDATE registry_audit.entries SET subject = 'nobody'")
    refused = await vipu("prune", "--before", "2099-01-01", "--yes")
    assert isinstance(refused.exception, CannotRun) and "not whole" in str(refused.exception)
    assert len(await entries_of(superuser, "registry")) == 2


async def test_an_installation_is_verified_and_pruned_by_its_folder(
    client, database, database_name, cluster, superuser, tmp_path, monkeypatch, deployed
):
    @contextmanager
    def running(*_, tell):
        yield cluster

    monkeypatch.setattr(audits, "opened", running)
    monkeypatch.setattr(audits, "DATABASE", database_name)
    assert Installation(tmp_path).keys.made
    newest = await seal(client, database)
    whole = await vipu("verify", "--data", str(tmp_path), "--last", newest.hash.hex())
    assert whole.exit_code == 0, whole.output
    pruned = await vipu("prune", "--data", str(tmp_path), "--before", "2099-01-01", "--yes")
    assert "registry: 2 entries removed." in pruned.output
    assert len(await entries_of(superuser, "registry")) == 1
    nowhere = await vipu("verify", "--data", str(tmp_path / "mistyped"))
    assert isinstance(nowhere.exception, CannotRun)


@pytest.mark.own_database
async def test_a_service_does_not_start_without_its_audit(client, superuser, deployed, monkeypatch):
    await superuser.execute(DROPPED)
    with pytest.raises(CannotRun, match="the audit of registry has no tables of this version: run `vipu migrate`"):
        async with processes.started(processes.application("registry")):
            pass
    ready = await client("registry").get("/readyz")
    assert ready.status_code == 503
    verified = await vipu("verify")
    assert isinstance(verified.exception, CannotRun) and "run `vipu migrate`" in str(verified.exception)


@pytest.mark.own_database
async def test_migrate_makes_the_audit_with_the_rights_of_the_administrator_alone(
    superuser, cluster, database_name, deployed
):
    await superuser.execute(DROPPED)
    refused = await asyncio.to_thread(CliRunner().invoke, cli.app, ["migrate"])
    assert isinstance(refused.exception, CannotRun) and "VIPU_ADMIN_DATABASE_URL" in str(refused.exception)
    words = ["migrate", "--admin-url", cluster.url(database_name)]
    assert (await asyncio.to_thread(CliRunner().invoke, cli.app, words)).exit_code == 0
    owner = "SELECT tableowner FROM pg_tables WHERE schemaname = 'registry_audit' AND tablename = 'entries'"
    assert await superuser.fetchval(owner) == await superuser.fetchval("SELECT current_user")


@pytest.mark.own_database
async def test_an_installation_from_before_gets_its_audit_at_the_next_start(
    cluster, database_name, superuser, tmp_path, monkeypatch
):
    await superuser.execute(DROPPED)
    monkeypatch.setattr(schemas, "DATABASE", database_name)
    keys = replace(Installation(tmp_path).keys, passwords=dict.fromkeys(STORING_SERVICES, PASSWORD), made=False)
    (tmp_path / "codes").write_text(schemas.codes_digest(schemas.code_files()))
    for _ in range(2):
        await asyncio.to_thread(schemas.bring_up_to_date, Installation(tmp_path), cluster, keys, tell=print)
        assert await superuser.fetchval("SELECT version FROM registry_audit.version") == 1
    assert await superuser.fetchval("SELECT has_table_privilege('vipu_registry', 'registry_audit.entries', 'SELECT')")
