"""Projects: entered, read by any of their names, changed by who may, as they were known on a day."""

from uuid import UUID, uuid4

import pytest

from services.contracts.roles import Grant, Role
from tests.factories import a_project

ADMIN = Grant(Role.admin)
COORDINATION = {
    "kind": "coordination",
    "scope": "national",
    "state": "running",
    "name": {"fi": "Parempi työelämä!", "en": "Better working life!"},
    "programme_period": "2021-2027",
    "fund": "ESR+",
}
PILOT = {"kind": "pilot", "scope": "regional", "state": "running", "name": {"fi": "Muutosturvabotin jatkokehitys"}}


@pytest.fixture
def admin(client):
    return client("registry", ADMIN)


async def entered(admin, **facts):
    return await a_project(admin, **{**PILOT, **facts})


async def coordination(admin):
    return await entered(admin, **COORDINATION)


def coordinator_of(project):
    return Grant(Role.coordinator, coordination_id=UUID(project["id"]))


async def test_a_project_is_entered_whole_announced_and_read_back_by_id_slug_and_number(admin, client, outbox_kinds):
    tem = (await admin.post("/v1/organisations", {"kind": "ministry", "name": {"fi": "Ministeriö"}})).json()
    project = await entered(
        admin,
        kind="programme",
        name={"fi": "Työstä työhön -kehittämisohjelma"},
        state="ended",
        fund="ESR",
        programme_period="2007-2013",
        programme_part="Valtakunnallinen osio",
        priority_axis="2",
        decision_on="2008-08-01",
        identifiers=[{"scheme": "eura2007", "value": "S10370", "source": "rakennerahastot.fi"}],
        dates=[
            {"kind": "planned_start", "falls_on": "2008-09-01"},
            {"kind": "planned_end", "falls_on": "2011-12-31", "source": "register"},
        ],
        parties=[{"organisation_id": tem["id"], "role": "coordinator", "starts_on": "2008-09-01"}],
        funding=[
            {"source": "eu_and_state", "kind": "granted", "amount": "620000", "as_of": "2012-01-31"},
            {"source": "eu_and_state", "kind": "realised", "amount": "513200.50"},
        ],
        areas=[{"scheme": "maakunta", "code": "01", "meaning": "seat", "share": "0.5"}],
        topics=[{"scheme": "theme", "code": "change_security"}, {"scheme": "client_group", "code": "shop_stewards"}],
        milestones=[{"name": {"fi": "Väliraportti"}, "first_on": "2011-10-07", "precision": "season"}],
    )
    assert project["slug"] == "tyosta-tyohon-kehittamisohjelma"
    assert (project["starts_on"], project["ends_on"], project["dates_disagree"]) == ("2008-09-01", "2011-12-31", False)
    assert [line["amount"] for line in project["funding"]] == ["620000.00", "513200.50"]
    assert project["parties"][0]["organisation_name"] == {"fi": "Ministeriö"}
    assert (project["milestones"][0]["first_on"], project["milestones"][0]["last_on"]) == ("2011-09-01", "2011-11-30")
    assert project["states"] == [{"state": "ended", "since_on": None, "reason": None}]
    anonymous = client("registry")
    for ref in (project["id"], project["slug"]):
        assert (await anonymous.get(f"/v1/projects/{ref}")).json() == project
    items = (await anonymous.get("/v1/projects", identifier="S10370")).json()["items"]
    assert [item["id"] for item in items] == [project["id"]]
    assert (items[0]["identifiers"], items[0]["funding"][1]["amount"]) == (["eura2007:S10370"], "513200.50")
    assert await outbox_kinds("registry") == ["vipu.organisation.created.v1", "vipu.project.created.v1"]


async def test_namesakes_get_different_addresses_and_a_chosen_one_is_taken_once(admin):
    numbered = {"identifiers": [{"scheme": "eura2007", "value": "S2"}]}
    slugs = [(await entered(admin, **more))["slug"] for more in ({}, numbered)]
    assert slugs == ["muutosturvabotin-jatkokehitys", "muutosturvabotin-jatkokehitys-s2"]
    third = (await entered(admin))["slug"]
    assert third.startswith(slugs[0]) and third not in slugs
    taken = await admin.post("/v1/projects", {**PILOT, "slug": slugs[0]})
    assert (taken.status_code, taken.json()["code"]) == (409, "project-slug-taken")
    assert (await admin.post("/v1/projects", {**PILOT, "slug": str(uuid4())})).status_code == 422


async def test_one_number_means_one_project_and_a_project_may_have_several(admin):
    numbers = [{"scheme": "eura2014", "value": value} for value in ("S20098", "S21144")]
    first = await entered(admin, identifiers=[*numbers, {"scheme": "hankeikkuna", "value": "TEM035:00/2017"}])
    for value in ("S20098", "S21144", "TEM035:00/2017"):
        assert (await admin.get("/v1/projects", identifier=value)).json()["items"][0]["id"] == first["id"]
    refused = await admin.post("/v1/projects", {**PILOT, "identifiers": numbers[1:]})
    assert (refused.status_code, refused.json()["code"]) == (409, "identifier-taken")
    assert (await admin.post("/v1/projects", {**PILOT, "identifiers": numbers[:1] * 2})).status_code == 422
    assert len((await admin.get("/v1/projects")).json()["items"]) == 1


async def test_an_unknown_code_or_organisation_is_refused_with_its_place(admin):
    refused = await admin.post(
        "/v1/projects",
        {**PILOT, "fund": "EMR", "areas": [{"scheme": "maakunta", "code": "01"}, {"scheme": "maakunta", "code": "1"}]},
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown-code")
    assert {error["pointer"] for error in refused.json()["errors"]} == {"/body/fund", "/body/areas/1/code"}
    party = {"organisation_id": str(uuid4()), "role": "funder"}
    stranger = await admin.post("/v1/projects", {**PILOT, "parties": [party]})
    assert (stranger.status_code, stranger.json()["code"]) == (422, "unknown-organisation")


@pytest.mark.parametrize("amount", [620000.5, "1e3", "١٢", "1.234", "NaN", "9999999999999"])
async def test_money_is_a_decimal_string(admin, amount):
    line = {"source": "eu", "kind": "granted", "amount": amount}
    assert (await admin.post("/v1/projects", {**PILOT, "funding": [line]})).status_code == 422


async def test_sources_that_disagree_are_both_kept_and_shown(admin):
    dates = [
        {"kind": "planned_end", "falls_on": "2017-12-31", "source": "päätös"},
        {"kind": "planned_end", "falls_on": "2023-03-31", "source": "verkkosivu"},
    ]
    project = await entered(admin, dates=dates)
    assert [(d["falls_on"], d["source"]) for d in project["dates"]] == [
        ("2017-12-31", "päätös"),
        ("2023-03-31", "verkkosivu"),
    ]
    assert (project["ends_on"], project["dates_disagree"]) == ("2017-12-31", True)
    changed = await admin.patch(
        f"/v1/projects/{project['slug']}",
        {"dates": [*dates, {"kind": "actual_end", "falls_on": "2023-03-31"}]},
        version=1,
    )
    assert changed.json()["ends_on"] == "2023-03-31"


async def test_a_project_is_read_as_it_was_known_on_a_day(admin, client, outbox_kinds):
    amount = {"source": "eu_and_state", "kind": "granted", "amount": "396200"}
    project = await entered(admin, known_on="2015-01-01", funding=[amount], state="approved")
    address = f"/v1/projects/{project['slug']}"
    later = {"funding": [{**amount, "amount": "3000000"}], "known_on": "2016-11-01", "reason": "Lisärahoitus"}
    assert (await admin.patch(address, later, version=1)).status_code == 200
    await admin.patch(address, {"state": "running", "state_since_on": "2015-03-01"}, version=2)
    anonymous = client("registry")
    assert (await anonymous.get(address, as_of="2014-12-31")).status_code == 404
    then = (await anonymous.get(address, as_of="2016-10-31")).json()
    assert (then["version"], then["state"], then["funding"][0]["amount"]) == (1, "approved", "396200.00")
    assert (await anonymous.get(address, as_of="2016-11-01")).json()["funding"][0]["amount"] == "3000000.00"
    now = (await anonymous.get(address)).json()
    assert (now["version"], [entry["state"] for entry in now["states"]]) == (3, ["approved", "running"])
    assert (await anonymous.get(address, as_of="9999-12-31")).json() == now
    assert (await anonymous.get(address, as_of="0001-01-01")).status_code == 404
    early = await admin.patch(address, {"state": "ended", "known_on": "2016-01-01"}, version=3)
    assert (early.status_code, early.json()["code"]) == (409, "known-too-early")
    assert (await outbox_kinds("registry"))[-2:] == ["vipu.project.changed.v1"] * 2
    assert (await admin.patch(address, {"fund": "ESR", "known_on": "2016-02-01"}, version=3)).status_code == 200
    funds = [(await anonymous.get(address, as_of=day)).json()["fund"] for day in ("2016-01-31", "2016-02-01")]
    assert funds == [None, "ESR"]


async def test_a_revision_names_author_time_reason_and_changed_fields(admin, client):
    project = await entered(admin)
    address = f"/v1/projects/{project['slug']}"
    await admin.patch(address, {"fund": "ESR", "topics": [], "reason": "Rahasto puuttui"}, version=1)
    revisions = (await admin.get(f"{address}/revisions")).json()["items"]
    assert [(r["version"], r["changed"], r["reason"], r["author"]) for r in revisions] == [
        (2, ["fund"], "Rahasto puuttui", "tester"),
        (1, [], None, "tester"),
    ]
    second = (await admin.get(f"{address}/revisions/2")).json()
    assert (second["facts"]["fund"], second["before"]) == ("ESR", {"fund": None})
    assert (await admin.get(f"{address}/revisions/3")).status_code == 404
    assert (await client("registry").get(f"{address}/revisions")).status_code == 401


async def test_the_second_of_two_editors_gets_412_and_nothing_changes_without_a_change(admin, outbox_kinds):
    project = await entered(admin)
    address = f"/v1/projects/{project['slug']}"
    answers = [await admin.patch(address, {"fund": fund}, version=1) for fund in ("ESR", "EAKR")]
    assert [answer.status_code for answer in answers] == [200, 412]
    assert (await admin.patch(address, {"fund": "ESR"})).status_code == 428
    same = await admin.patch(address, {}, version=2)
    assert (same.status_code, same.json()["version"]) == (200, 2)
    assert (await admin.patch(address, {"name": None}, version=2)).status_code == 422
    cleared = await admin.patch(address, {"fund": None}, version=2)
    assert cleared.json()["fund"] is None
    assert (await outbox_kinds("registry")).count("vipu.project.changed.v1") == 2


async def test_an_interruption_needs_its_reason(admin):
    project = await entered(admin)
    address = f"/v1/projects/{project['slug']}"
    refused = await admin.patch(address, {"state": "interrupted"}, version=1)
    assert (refused.status_code, refused.json()["code"]) == (422, "reason-missing")
    done = await admin.patch(
        address, {"state": "interrupted", "state_since_on": "2020-03-16", "reason": "Poikkeusolot"}, version=1
    )
    assert done.json()["states"][-1] == {"state": "interrupted", "since_on": "2020-03-16", "reason": "Poikkeusolot"}


async def test_an_idea_is_shown_only_to_callers_who_may_change_it(admin, client):
    home = await coordination(admin)
    idea = await entered(admin, state="idea", coordinated_by=home["slug"])
    address = f"/v1/projects/{idea['slug']}"
    seen = {
        "anonymous": client("registry"),
        "elsewhere": client("registry", Grant(Role.coordinator, coordination_id=uuid4())),
        "funder": client("registry", Grant(Role.funder, coordination_id=UUID(home["id"]))),
        "here": client("registry", coordinator_of(home)),
        "contact": client("registry", Grant(Role.project_contact, project_id=UUID(idea["id"]))),
    }
    statuses = {name: (await who.get(address)).status_code for name, who in seen.items()}
    assert statuses == {"anonymous": 404, "elsewhere": 404, "funder": 404, "here": 200, "contact": 200}
    listed = {name: len((await who.get("/v1/projects", kind="pilot")).json()["items"]) for name, who in seen.items()}
    assert listed == {"anonymous": 0, "elsewhere": 0, "funder": 0, "here": 1, "contact": 1}
    assert (await seen["elsewhere"].patch(address, {"fund": "ESR"}, version=1)).status_code == 404


async def test_a_revision_of_a_draft_is_not_public(admin, client):
    project = await entered(admin, state="applied", known_on="2020-01-01", summary={"fi": "Luonnos"})
    address = f"/v1/projects/{project['slug']}"
    await admin.patch(address, {"state": "approved", "known_on": "2021-01-01"}, version=1)
    funder = client("registry", Grant(Role.funder))
    for day, status in (("2020-06-30", 404), ("2021-01-01", 200)):
        assert (await client("registry").get(address, as_of=day)).status_code == status
        assert (await funder.get(address, as_of=day)).status_code == status
        assert (await admin.get(address, as_of=day)).status_code == 200
    assert [r["version"] for r in (await funder.get(f"{address}/revisions")).json()["items"]] == [2]
    assert (await funder.get(f"{address}/revisions/1")).status_code == 404
    assert (await funder.get(f"{address}/revisions/2")).json()["before"] == {}
    assert (await admin.get(f"{address}/revisions/2")).json()["before"]["state"] == "applied"


async def test_who_may_change_a_project(admin, client, outbox_kinds):
    home, other = await coordination(admin), await entered(admin, **{**COORDINATION, "slug": "muu-koordinaatio"})
    project = await entered(admin, coordinated_by=home["id"])
    address = f"/v1/projects/{project['slug']}"
    allowed = [
        client("registry", coordinator_of(home)),
        client("registry", Grant(Role.project_contact, project_id=UUID(project["id"]))),
        client("registry", Grant(Role.coordinator)),
    ]
    denied = [
        client("registry", coordinator_of(other)),
        client("registry", Grant(Role.project_contact, project_id=UUID(other["id"]))),
        client("registry", Grant(Role.funder)),
    ]
    assert [(await who.patch(address, {"fund": "ESR"}, version=1)).status_code for who in denied] == [403] * 3
    answers = [
        await who.patch(address, {"priority_axis": f"{place}"}, version=place) for place, who in enumerate(allowed, 1)
    ]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert (await allowed[1].patch(address, {"kind": "national"}, version=4)).status_code == 403
    assert (await outbox_kinds("registry")).count("vipu.project.changed.v1") == 3


async def test_a_coordinator_enters_projects_of_the_own_coordination_only(admin, client):
    home, other = await coordination(admin), await entered(admin, **{**COORDINATION, "slug": "muu-koordinaatio"})
    coordinator = client("registry", coordinator_of(home))
    bodies = [
        PILOT,
        {**PILOT, "coordinated_by": other["id"]},
        {**COORDINATION, "coordinated_by": home["id"]},
        {**PILOT, "coordinated_by": home["id"]},
    ]
    answers = [await coordinator.post("/v1/projects", body) for body in bodies]
    assert [answer.status_code for answer in answers] == [403, 403, 403, 201]
    assert [key["slug"] for key in answers[3].json()["coordinated_by"]] == [home["slug"]]
    unknown = await admin.post("/v1/projects", {**PILOT, "coordinated_by": "ei-ole"})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown-project")
    contact = client("registry", Grant(Role.project_contact, project_id=UUID(home["id"])))
    assert (await contact.post("/v1/projects", PILOT)).status_code == 403


async def test_nothing_odd_in_an_address_is_a_bug(client):
    anonymous = client("registry")
    for ref in ("ei-ole", str(uuid4()), "a%00b", "ä", "x" * 81, "%F0%9F%92%A9"):
        assert (await anonymous.get(f"/v1/projects/{ref}")).status_code in {404, 422}
