"""What follows from the copies: the keys of organisations, and the recounts that are due."""

from uuid import uuid4

from services.events.organisations import service as organisations
from services.events.registrations import recounting


async def test_more_organisations_than_are_followed_at_once_are_all_found(applications, superuser):
    names = [f"Virasto {number}" for number in range(201)]
    told = [
        {"organisation_id": str(uuid4()), "organisation_kind": "agency", "name": {"fi": name}, "version": 1}
        for name in names
    ]
    async with applications.runtime("events").database.transaction() as session:
        await organisations.receive_organisations(session, told)
    keys = await superuser.fetch("SELECT key FROM events.organisation_keys WHERE is_current")
    assert {row["key"] for row in keys} == {name.lower() for name in names}


async def test_a_version_that_changes_no_copied_fact_makes_nothing_due(applications, superuser):
    project = {"project_id": str(uuid4()), "implementer_id": str(uuid4())}
    runtime = applications.runtime("events")

    async def due_after(**facts):
        async with runtime.database.transaction() as session:
            await organisations.receive_projects(session, [{**project, **facts}])
        rows = await superuser.fetch("SELECT copy, id::text FROM events.followed_copies WHERE NOT is_recounted")
        return [tuple(row) for row in rows]

    is_due = [("implementers", project["project_id"])]
    assert await due_after(name={"fi": "Hanke"}, version=1) == is_due
    await recounting.recount_organisations(runtime)
    assert await due_after(name={"fi": "Uusi nimi"}, version=2) == []
    assert await due_after(implementer_id=None, version=3) == is_due
