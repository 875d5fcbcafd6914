"""The rights of a service over its own audit: it reads and adds, and nothing else."""

import asyncpg
import pytest

from tests.audits import entries_of
from tests.databases import service_url
from tests.factories import ADMIN

ENTRY = {
    "subject": "'s'",
    "grants": "''",
    "action": "'read'",
    "noun": "'people'",
    "ids": "'{}'",
    "method": "'GET'",
    "route": "'/v1/people'",
    "request_id": "gen_random_uuid()",
    "outcome": "'answered'",
    "times": "1",
}


def added(**more: str) -> str:
    facts = {**ENTRY, **more}
    return f"INSERT INTO registry_audit.entries ({', '.join(facts)}) VALUES ({', '.join(facts.values())})"


FORBIDDEN = {
    "change an entry": "UPDATE registry_audit.entries SET subject = 'nobody'",
    "remove an entry": "DELETE FROM registry_audit.entries",
    "lock entries": "SELECT 1 FROM registry_audit.entries FOR UPDATE",
    "empty the table": "TRUNCATE registry_audit.entries",
    "drop the table": "DROP TABLE registry_audit.entries",
    "drop an index": "DROP INDEX registry_audit.ix_entries_ids",
    "drop the schema": "DROP SCHEMA registry_audit CASCADE",
    "rename the schema": "ALTER SCHEMA registry_audit RENAME TO old",
    "alter the table": "ALTER TABLE registry_audit.entries ADD COLUMN note text",
    "take the table": "ALTER TABLE registry_audit.entries OWNER TO vipu_registry",
    "make a table": "CREATE TABLE registry_audit.more (id int)",
    "make a trigger": "CREATE TRIGGER t BEFORE UPDATE ON registry_audit.entries FOR EACH ROW"
    " EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "make a rule": "CREATE RULE r AS ON INSERT TO registry_audit.entries DO INSTEAD NOTHING",
    "choose the time": added(recorded_at="'2020-01-01'"),
    "choose the place in the order": added(transaction="1"),
    "choose the cluster": added(cluster="1"),
    "choose the id": added(id="1").replace("VALUES", "OVERRIDING SYSTEM VALUE VALUES"),
    "change a seal": "UPDATE registry_audit.seals SET hash = ''",
    "remove a seal": "DELETE FROM registry_audit.seals",
    "say that entries were pruned": "INSERT INTO registry_audit.prunings (last_seal) VALUES (1)",
    "change the version": "UPDATE registry_audit.version SET version = 2",
    "read the audit of another service": "SELECT * FROM events_audit.entries",
    "write the audit of another service": added().replace("registry_audit", "events_audit"),
}


@pytest.mark.parametrize("statement", FORBIDDEN.values(), ids=FORBIDDEN)
async def test_a_service_may_not(client, superuser, database, statement):
    assert (await client("registry", ADMIN).get("/v1/partners")).status_code == 200
    before = await entries_of(superuser, "registry")
    own = await asyncpg.connect(service_url(database.cluster, database.name, "registry"))
    try:
        with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.GeneratedAlwaysError)):
            await own.execute(statement)
    finally:
        await own.close()
    assert len(before) == 1 and await entries_of(superuser, "registry") == before


async def test_a_service_adds_entries_whose_time_and_order_it_does_not_choose(superuser, database):
    own = await asyncpg.connect(service_url(database.cluster, database.name, "registry"))
    try:
        await own.execute(added())
    finally:
        await own.close()
    [row] = await entries_of(superuser, "registry")
    assert row["id"] and row["transaction"] and row["cluster"] and row["recorded_at"]
