"""Links: several numbers of one project, joined and parted again."""

import pytest

from services.contracts.roles import Grant, Role
from tests.registry.test_projects import ADMIN, coordination, coordinator_of, entered
from tests.registry.test_statements import GRANTED, PAGE, REGISTER, shown


@pytest.fixture
def admin(client):
    return client("registry", ADMIN)


async def numbered(admin, value, scheme="eura2014", source=REGISTER, **facts):
    identifiers = [{"scheme": scheme, "value": value}]
    return await entered(admin, identifiers=identifiers, source=source, name={"fi": value}, **facts)


async def linked(caller, project, other):
    answer = await caller.post(f"/v1/projects/{project['id']}/links", {"other": other["id"]})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_three_numbers_of_one_project_are_linked_found_by_any_and_parted_with_their_history(admin, outbox_kinds):
    """Case 1 of the registry: one Hankeikkuna number covers two EURA codes."""
    dates = [{"kind": "planned_start", "falls_on": "2015-01-01"}]
    home = await numbered(admin, "TEM035:00/2017", "hankeikkuna", PAGE, dates=dates, fund="ESR")
    first = await numbered(admin, "S20098", funding=[GRANTED], priority_axis="3")
    second = await numbered(admin, "S21144", funding=[{**GRANTED, "amount": "200.00"}], priority_axis="4")
    links = [await linked(admin, home, other) for other in (first, second)]
    now = await shown(admin, home)
    assert [number["value"] for number in now["identifiers"]] == ["TEM035:00/2017", "S20098", "S21144"]
    assert [(line["amount"], line["as_of"]) for line in now["funding"]] == [("300.00", "2016-10-19")]
    assert [part["identifier"] for part in now["funding"][0]["parts"]] == ["eura2014:S20098", "eura2014:S21144"]
    assert (now["priority_axis"], now["name"], now["starts_on"]) == ("3", {"fi": "TEM035:00/2017"}, "2015-01-01")
    for value in ("TEM035:00/2017", "S20098", "S21144"):
        found = (await admin.get("/v1/projects", identifier=value)).json()["items"]
        assert [item["id"] for item in found] == [home["id"]]
    for ref in (first["id"], second["slug"]):
        answered = (await admin.get(f"/v1/projects/{ref}")).json()
        assert (answered["id"], answered["merged_into"]) == (home["id"], home["id"])
    assert now["merged_into"] is None
    assert len((await admin.get("/v1/projects")).json()["items"]) == 1
    assert [link["identifiers"] for link in links] == [["eura2014:S20098"], ["eura2014:S21144"]]
    for link, other in zip(links, (first, second), strict=True):
        address = f"/v1/projects/{home['slug']}/links/{link['id']}"
        assert (await admin.get(address)).json()["other"]["slug"] == other["slug"]
        assert (await admin.delete(address, version=1)).status_code == 204
        assert (await admin.get(address)).status_code == 404
    apart = [await shown(admin, project) for project in (home, first, second)]
    assert [[number["value"] for number in project["identifiers"]] for project in apart] == [
        ["TEM035:00/2017"],
        ["S20098"],
        ["S21144"],
    ]
    assert [project["funding"][0]["amount"] for project in apart if project["funding"]] == ["100.00", "200.00"]
    assert [project["merged_into"] for project in apart] == [None] * 3
    history = (await admin.get(f"/v1/projects/{first['id']}/revisions")).json()["items"]
    assert [revision["version"] for revision in history] == [3, 2, 1]
    assert (await outbox_kinds("registry")).count("vipu.project.changed.v1") == 8


async def test_lists_that_come_later_speak_of_the_project_that_holds_the_number(admin):
    home, other = await numbered(admin, "S1"), await numbered(admin, "S2", funding=[GRANTED])
    link = await linked(admin, home, other)
    newer = {"list_kind": "register", "list_on": "2018-01-01", "label": "Rekisteri", "identifier": "eura2014:S2"}
    body = {"funding": [{**GRANTED, "amount": "150.00"}], "source": newer}
    version = (await shown(admin, home))["version"]
    assert (await admin.patch(f"/v1/projects/{home['id']}", body, version=version)).status_code == 200
    await admin.delete(f"/v1/projects/{home['id']}/links/{link['id']}", version=1)
    assert (await shown(admin, other))["funding"][0]["amount"] == "150.00"
    assert (await shown(admin, home))["funding"] == []


async def test_relations_move_with_a_link_and_return(admin, client):
    lead, home, other = await coordination(admin), await numbered(admin, "S1"), await numbered(admin, "S2")
    await admin.post(f"/v1/projects/{lead['id']}/relations", {"kind": "coordinates", "other": other["id"]})
    coordinator = client("registry", coordinator_of(lead))
    assert (await coordinator.patch(f"/v1/projects/{home['id']}", {"fund": "ESR"}, version=1)).status_code == 403
    link = await linked(admin, home, other)
    version = (await shown(admin, home))["version"]
    patched = await coordinator.patch(f"/v1/projects/{other['slug']}", {"fund": "ESR"}, version=version)
    assert (patched.status_code, patched.json()["id"]) == (200, home["id"])
    await admin.delete(f"/v1/projects/{home['id']}/links/{link['id']}", version=1)
    leads = [[lead["slug"] for lead in (await shown(admin, p))["coordinated_by"]] for p in (home, other)]
    assert leads == [[], [lead["slug"]]]


async def test_projects_that_are_both_coordinated_count_once_while_they_are_linked(admin):
    lead, home, other = await coordination(admin), await numbered(admin, "S1"), await numbered(admin, "S2")
    for project in (home, other):
        await admin.post(f"/v1/projects/{lead['id']}/relations", {"kind": "coordinates", "other": project["id"]})
    link = await linked(admin, home, other)
    summary = {"coordination": lead["id"], "period": "2026"}
    assert (await admin.get("/v1/summary", **summary)).json()["projects"] == 1
    await admin.delete(f"/v1/projects/{home['id']}/links/{link['id']}", version=1)
    assert (await admin.get("/v1/summary", **summary)).json()["projects"] == 2


async def test_a_chain_of_links_answers_with_its_end(admin):
    first, second, third = [await numbered(admin, f"S{place}") for place in (1, 2, 3)]
    await linked(admin, second, third)
    last = await linked(admin, first, second)
    assert (await shown(admin, third))["id"] == first["id"]
    assert [number["value"] for number in (await shown(admin, first))["identifiers"]] == ["S1", "S2", "S3"]
    await admin.delete(f"/v1/projects/{first['id']}/links/{last['id']}", version=1)
    assert (await shown(admin, third))["id"] == second["id"]
    assert [number["value"] for number in (await shown(admin, second))["identifiers"]] == ["S2", "S3"]


async def test_who_may_link_and_what_may_not_be_linked(admin, client):
    lead, other = await coordination(admin), await coordination(admin)
    home = await entered(admin, coordinated_by=lead["id"])
    foreign = await entered(admin, coordinated_by=other["id"])
    address = f"/v1/projects/{home['id']}/links"
    assert (await client("registry").post(address, {"other": foreign["id"]})).status_code == 401
    for grant in (coordinator_of(lead), coordinator_of(other), Grant(Role.funder)):
        assert (await client("registry", grant).post(address, {"other": foreign["id"]})).status_code == 403
    for wrong, status, code in (
        (home["slug"], 409, "state-conflict"),
        (lead["slug"], 409, "state-conflict"),
        ("ei-ole", 422, "unknown-project"),
    ):
        refused = await admin.post(address, {"other": wrong})
        assert (refused.status_code, refused.json()["code"]) == (status, code)
    link = await linked(admin, home, foreign)
    assert (await admin.delete(f"{address}/{link['id']}", version=7)).status_code == 412
    assert (
        await client("registry", coordinator_of(other)).delete(f"{address}/{link['id']}", version=1)
    ).status_code in {
        204,
        403,
    }
