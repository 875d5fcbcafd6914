"""Imports where PostgreSQL knows nothing of the rows: no statement is planned for a few rows and meets thousands.

So it is where the tables were emptied, or where autovacuum came while the rows were not committed.
"""

import csv
from uuid import UUID

import pytest

from services.registry.imports import service
from services.registry.imports.terms import ImportId
from services.registry.indexing.periodic_tasks import renew_documents, tidy_words
from tests.registry.test_imports import ADMIN, CLEAN, some_rows

# Every statement takes less than one second; with such a plan the slowest ones took minutes.
LONGEST_STATEMENT = "20s"
FORGET = """
UPDATE pg_class SET reltuples = 0, relpages = 1000
WHERE relnamespace = 'registry'::regnamespace AND relkind IN ('r', 'i')
"""
HOME = {"kind": "coordination", "scope": "national", "state": "running", "name": {"fi": "Koordinaatio"}}
# A plan in which every join reads a table again and again, and one that the statistics ask for.
PLANS = [("enable_hashjoin = off", "enable_mergejoin = off"), ()]


@pytest.fixture
async def forgetting(superuser, database_name):
    """`await forgetting()` makes the statistics those of emptied tables; every statement has an end."""
    await superuser.execute(f"ALTER DATABASE {database_name} SET statement_timeout = '{LONGEST_STATEMENT}'")
    return lambda: superuser.execute(FORGET)


@pytest.fixture
def step(client, applications, forgetting):
    """Run one step of an import with the statistics forgotten before it. A statement without end fails it."""
    admin, database = client("registry", ADMIN), applications.runtime("registry").database

    async def run(what, import_id, state):
        await forgetting()
        if what == "undo":
            assert (await admin.post(f"/v1/imports/{import_id}/undo")).status_code == 200
        else:
            await getattr(service, what)(database, ImportId(UUID(import_id)))
        import_ = (await admin.get(f"/v1/imports/{import_id}")).json()
        assert import_["state"] == state
        return import_

    return run


def all_renamed():
    """Return other names of all projects and their organisations."""
    with CLEAN.open(encoding="utf-8") as file:
        return {
            row["code"]: {"name_fi": f"{row['name_fi']} 2", "beneficiary": row["beneficiary"].upper()}
            for row in csv.DictReader(file)
        }


@pytest.mark.slow
@pytest.mark.own_database
@pytest.mark.parametrize("switches", PLANS, ids=["without-hash-joins", "as-planned"])
async def test_no_statement_of_an_import_is_without_end(
    client, applications, superuser, database_name, forgetting, step, switches
):
    for switch in switches:
        await superuser.execute(f"ALTER DATABASE {database_name} SET {switch}")
    admin, runtime = client("registry", ADMIN), applications.runtime("registry")
    home_id = (await admin.post("/v1/projects", HOME)).json()["id"]

    async def applied(content):
        kind = {"Content-Type": "text/csv"}
        options = {"coordinated_by": home_id}
        made = await admin.send("POST", "/v1/imports", content=content, headers=kind, params=options)
        import_id = made.json()["id"]
        await step("analyse", import_id, "analysed")
        assert (await admin.post(f"/v1/imports/{import_id}/apply")).status_code == 202
        return await step("apply", import_id, "applied")

    first = await applied(CLEAN.read_bytes())
    again = await applied(CLEAN.read_bytes())
    renamed = await applied(some_rows(2775, **all_renamed()))
    counts = first["counts"]["new"], again["counts"]["same"], renamed["counts"]["changed"]
    assert counts == (2775, 2775, 2775)
    await superuser.execute("UPDATE registry.search_documents SET index_version = 0")
    for task in (renew_documents, tidy_words):
        await forgetting()
        await task(runtime)
    for import_ in (renamed, again, first):
        await step("undo", import_["id"], "undone")
    assert await superuser.fetchval("SELECT count(*) FROM registry.projects") == 1
