"""Tables that another history of revisions made: each command says one sentence about them and changes nothing."""

import asyncio
from dataclasses import replace

import pytest

from services.contracts.services import STORING_SERVICES
from services.installation import schemas
from services.installation.errors import CannotRun
from services.installation.installation import Installation
from services.runner import processes
from tests.databases import PASSWORD, service_url

pytestmark = pytest.mark.own_database
UNKNOWN = "0123456789ab"
STATE = """
SELECT (SELECT string_agg(version_num, ' ') FROM events.alembic_version) AS events,
  to_regnamespace('registry')::text AS registry
"""


def sentence(place: str, anew: str) -> str:
    return (
        f"The tables of events in {place} are at revision {UNKNOWN}, which this version of Vipu does not know:"
        f" run the version that made them, or begin anew {anew}."
    )


@pytest.fixture
async def unknown(superuser):
    """Events is at an unknown revision, and the schema of the registry would have to be made."""
    await superuser.execute(f"UPDATE events.alembic_version SET version_num = '{UNKNOWN}'")
    await superuser.execute("DROP SCHEMA registry CASCADE")


async def assert_untouched(superuser):
    assert dict(await superuser.fetchrow(STATE)) == {"events": UNKNOWN, "registry": None}


@pytest.fixture
def urls(cluster, database_name):
    return {service: service_url(cluster, database_name, service) for service in STORING_SERVICES}


@pytest.fixture
def place(cluster, database_name):
    return f"the database {database_name} on 127.0.0.1:{cluster.url(database_name).rpartition(':')[2].split('/')[0]}"


@pytest.mark.parametrize("as_administrator", [True, False])
async def test_migrate_refuses_them(unknown, urls, place, cluster, database_name, superuser, as_administrator):
    administrator = cluster.url(database_name) if as_administrator else None
    passwords, said = dict.fromkeys(urls, PASSWORD), []
    with pytest.raises(CannotRun) as refused:
        await asyncio.to_thread(schemas.migrate, urls, admin_url=administrator, passwords=passwords, tell=said.append)
    assert (str(refused.value), said) == (sentence(place, "in an empty database"), [])
    await assert_untouched(superuser)


async def test_serve_refuses_them(unknown, urls, place, superuser, monkeypatch):
    monkeypatch.setenv("VIPU_ENVIRONMENT", "development")
    monkeypatch.setenv("VIPU_EVENTS_DATABASE_URL", urls["events"])
    with pytest.raises(CannotRun) as refused:
        async with processes.started(processes.application("events")):
            pass
    assert str(refused.value) == sentence(place, "in an empty database")
    await assert_untouched(superuser)


async def test_up_refuses_them(unknown, cluster, database_name, superuser, tmp_path, monkeypatch):
    monkeypatch.setattr(schemas, "DATABASE", database_name)
    keys = replace(Installation(tmp_path).keys, passwords=dict.fromkeys(STORING_SERVICES, PASSWORD))
    said: list[str] = []
    with pytest.raises(CannotRun) as refused:
        await asyncio.to_thread(schemas.bring_up_to_date, Installation(tmp_path), cluster, keys, tell=said.append)
    assert (str(refused.value), said) == (sentence(str(tmp_path), "with another folder (--data)"), [])
    await assert_untouched(superuser)


async def test_a_backup_with_them_is_refused(unknown, cluster, database_name):
    with pytest.raises(CannotRun) as refused:
        await asyncio.to_thread(schemas.require_known, cluster, database_name, place="the backup", anew="without it")
    assert str(refused.value) == sentence("the backup", "without it")


async def test_tables_of_the_known_history_are_not_refused(cluster, database_name, superuser):
    await superuser.execute("DELETE FROM events.alembic_version")
    await superuser.execute("DROP SCHEMA registry CASCADE")
    await asyncio.to_thread(schemas.require_known, cluster, database_name, place="the backup", anew="without it")
