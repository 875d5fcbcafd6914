"""Messages about projects carry the state that other services copy: that of the list, with a higher version."""

import pytest

from services.registry.projects.messages import ProjectFact
from tests.factories import ADMIN, SERVICE, a_project, an_organisation

FIELDS = {"project_id": "id", "project_kind": "kind"}


async def newest(superuser, project_id):
    """What was announced last of the project, and with which kind."""
    said = (
        "SELECT kind, data FROM registry.outbox WHERE subject = $1 AND data ? 'version' ORDER BY position DESC LIMIT 1"
    )
    row = await superuser.fetchrow(said, project_id)
    return row["kind"], row["data"]


async def listed(client, project_id):
    rows = (await client("registry", SERVICE).get("/v1/projects", with_merged=True, limit=100)).json()["items"]
    [row] = [row for row in rows if row["id"] == project_id]
    return {name: row[FIELDS.get(name, name)] for name in ProjectFact.model_fields}


async def patched(admin, project, facts):
    answer = await admin.patch(f"/v1/projects/{project['id']}", facts, version=1)
    assert answer.status_code == 200, answer.text


async def leading(client, slug="kokeilut"):
    return await a_project(client("registry", ADMIN), kind="experiment", scope="national", slug=slug)


async def changed_facts(client, project):
    facts = {"kind": "experiment", "scope": "national", "name": {"fi": "Uusi nimi"}, "state": "ended"}
    await patched(client("registry", ADMIN), project, facts)


async def changed_areas(client, project):
    areas = [{"scheme": "maakunta", "code": "05", "meaning": "action"}]
    await patched(client("registry", ADMIN), project, {"areas": areas})


async def changed_implementer(client, project):
    admin = client("registry", ADMIN)
    roles = ("part_implementer", "implementer", "implementer")
    parties = [{"organisation_id": await an_organisation(admin, name={"fi": role}), "role": role} for role in roles]
    await patched(admin, project, {"parties": parties})


async def coordinated(client, project):
    home, admin = await leading(client), client("registry", ADMIN)
    body = {"kind": "coordinates", "other": project["id"]}
    made = await admin.post(f"/v1/projects/{home['id']}/relations", body)
    assert made.status_code == 201, made.text
    return f"/v1/projects/{home['id']}/relations/{made.json()['id']}"


async def linked(client, project):
    kept, admin = await a_project(client("registry", ADMIN), slug="jaava"), client("registry", ADMIN)
    made = await admin.post(f"/v1/projects/{kept['id']}/links", {"other": project["id"]})
    assert made.status_code == 201, made.text


CHANGES = {
    "project_kind": changed_facts,
    "leads": changed_facts,
    "name": changed_facts,
    "state": changed_facts,
    "areas": changed_areas,
    "implementer_id": changed_implementer,
    "coordination_ids": coordinated,
    "merged_into": linked,
}


def test_every_field_that_others_copy_is_changed_here():
    assert set(ProjectFact.model_fields) - set(CHANGES) == {"project_id", "slug", "version"}


@pytest.mark.parametrize("field", CHANGES)
async def test_a_changed_field_is_announced_as_it_is_listed(client, superuser, field):
    project = await a_project(client("registry", ADMIN))
    before = await newest(superuser, project["id"])
    assert before == ("vipu.project.created.v1", await listed(client, project["id"]))
    await CHANGES[field](client, project)
    kind, after = await newest(superuser, project["id"])
    assert (kind, after) == ("vipu.project.changed.v1", await listed(client, project["id"]))
    assert after[field] != before[1][field]
    assert after["version"] == 2


async def test_a_project_is_entered_with_its_coordination_and_parted_from_it(client, superuser):
    home, admin = await leading(client), client("registry", ADMIN)
    project = await a_project(admin, coordinated_by=home["id"], slug="pilotti")
    kind, entered = await newest(superuser, project["id"])
    assert (kind, entered["version"], entered["coordination_ids"]) == ("vipu.project.created.v1", 1, [home["id"]])
    [relation] = (await admin.get(f"/v1/projects/{project['id']}/relations")).json()["items"]
    parted = await admin.delete(f"/v1/projects/{project['id']}/relations/{relation['id']}", version=1)
    assert parted.status_code == 204, parted.text
    assert await newest(superuser, project["id"]) == ("vipu.project.changed.v1", await listed(client, project["id"]))
    assert (await listed(client, project["id"]))["coordination_ids"] == []


async def test_a_project_that_followed_a_merged_one_is_announced_too_and_again_when_they_part(client, superuser):
    admin = client("registry", ADMIN)
    first, second, third = [await a_project(admin, slug=slug) for slug in ("eka", "toka", "kolmas")]
    await admin.post(f"/v1/projects/{second['id']}/links", {"other": first["id"]})
    link = (await admin.post(f"/v1/projects/{third['id']}/links", {"other": second["id"]})).json()
    assert (await newest(superuser, first["id"]))[1]["merged_into"] == third["id"]
    gone = await admin.delete(f"/v1/projects/{third['id']}/links/{link['id']}", version=1)
    assert gone.status_code == 204, gone.text
    for project, merged_into in ((first, second["id"]), (second, None), (third, None)):
        _, data = await newest(superuser, project["id"])
        assert (data, data["merged_into"]) == (await listed(client, project["id"]), merged_into)


async def test_a_hidden_coordination_is_listed_for_services_alone(client):
    admin = client("registry", ADMIN)
    idea = await a_project(admin, kind="experiment", scope="national", slug="aie", state="idea")
    await a_project(admin, coordinated_by=idea["id"], slug="pilotti")
    for who, ids in ((client("registry"), []), (client("registry", SERVICE), [idea["id"]])):
        [row] = [row for row in (await who.get("/v1/projects")).json()["items"] if row["slug"] == "pilotti"]
        assert row["coordination_ids"] == ids
