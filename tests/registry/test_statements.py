"""Statements: what lists and persons say stands beside each other, and what is shown follows from it."""

from uuid import UUID

import pytest

from services.contracts.roles import Grant, Role
from tests.registry.test_projects import ADMIN, coordination, coordinator_of, entered

GRANTED = {"source": "eu_and_state", "kind": "granted", "amount": "100.00"}
PAGE = {"list_kind": "project_page", "list_on": "2015-05-01", "label": "Hankkeen verkkosivu"}
REGISTER = {"list_kind": "register", "list_on": "2016-10-19", "label": "Rekisteri"}
NUMBERED = {"identifiers": [{"scheme": "eura2014", "value": "S20098"}]}


@pytest.fixture
def admin(client):
    return client("registry", ADMIN)


async def shown(admin, project, **query):
    answer = await admin.get(f"/v1/projects/{project['id']}", **query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def changed(admin, project, **patch):
    version = (await shown(admin, project))["version"]
    answer = await admin.patch(f"/v1/projects/{project['id']}", patch, version=version)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def statements(admin, project, **query):
    return (await admin.get(f"/v1/projects/{project['id']}/statements", **query)).json()["items"]


async def test_a_newer_list_is_shown_and_an_older_one_changes_only_the_past(admin):
    project = await entered(admin, **NUMBERED, source=REGISTER, fund="ESR", funding=[GRANTED])
    await changed(admin, project, fund="EAKR", source=PAGE, funding=[{**GRANTED, "amount": "90.00"}])
    now = await shown(admin, project)
    assert (now["fund"], now["version"], now["last_listed_on"]) == ("ESR", 1, "2016-10-19")
    assert now["funding"] == [
        {
            **GRANTED,
            "currency": "EUR",
            "as_of": "2016-10-19",
            "note": None,
            "parts": [
                {
                    "identifier": "eura2014:S20098",
                    "list_kind": "register",
                    "list_on": "2016-10-19",
                    "amount": "100.00",
                    "as_of": "2016-10-19",
                }
            ],
        }
    ]
    then = await shown(admin, project, as_of="2015-12-31")
    assert (then["fund"], then["funding"][0]["amount"], then["last_listed_on"]) == ("EAKR", "90.00", "2015-05-01")
    assert (await admin.get(f"/v1/projects/{project['id']}", as_of="2015-04-30")).status_code == 404


async def test_a_persons_word_wins_for_its_line_alone_and_its_release_shows_the_newest_list(admin):
    realised = {**GRANTED, "kind": "realised", "amount": "80.00"}
    project = await entered(admin, **NUMBERED, source=PAGE, funding=[GRANTED, realised])
    await changed(admin, project, funding=[{**GRANTED, "amount": "120.00"}, realised])
    newer = [{**line, "amount": "130.00"} for line in (GRANTED, realised)]
    after = await changed(admin, project, funding=newer, source=REGISTER)
    assert [line["amount"] for line in after["funding"]] == ["120.00", "130.00"]
    [own] = await statements(admin, project, source="person")
    assert own["facts"] == [
        {
            "field": "funding",
            "language": None,
            "value": {"kind": "granted", "source": "eu_and_state", "currency": "EUR", "amount": "120.00"},
        }
    ]
    assert [row["list_on"] for row in await statements(admin, project)] == [None, "2016-10-19", "2015-05-01"]
    address = f"/v1/projects/{project['id']}/statements/{own['id']}"
    assert (await admin.delete(address)).status_code == 428
    assert (await admin.delete(address, version=9)).status_code == 412
    assert (await admin.delete(address, version=own["version"])).status_code == 204
    assert [line["amount"] for line in (await shown(admin, project))["funding"]] == ["130.00", "130.00"]
    assert await statements(admin, project, source="person") == []
    assert (await admin.delete(address, version=own["version"])).status_code == 404


async def test_an_equal_value_says_nothing_and_null_says_that_there_is_none(admin):
    project = await entered(admin, **NUMBERED, source=PAGE, fund="ESR", priority_axis="3", funding=[GRANTED])
    now = await shown(admin, project)
    line = {name: now["funding"][0][name] for name in ("source", "kind", "amount", "currency", "as_of", "note")}
    same = await changed(admin, project, fund="ESR", funding=[line], name=now["name"])
    assert (same["version"], await statements(admin, project, source="person")) == (1, [])
    cleared = await changed(admin, project, fund=None, funding=[])
    assert (cleared["version"], cleared["fund"], cleared["funding"]) == (2, None, [])
    after = await changed(admin, project, fund="EAKR", priority_axis="4", funding=[GRANTED], source=REGISTER)
    assert (after["fund"], after["priority_axis"], after["funding"]) == (None, "4", [])


async def test_a_text_is_merged_by_language(admin):
    project = await entered(admin, name={"fi": "A"}, summary={"fi": "Tiivistelmä", "en": "Summary"})
    after = await changed(admin, project, name={"sv": "B"}, summary={"fi": None, "sv": "Kort"})
    assert (after["name"], after["summary"]) == ({"fi": "A", "sv": "B"}, {"en": "Summary", "sv": "Kort"})
    assert (await changed(admin, project, summary=None))["summary"] is None
    version = (await shown(admin, project))["version"]
    nameless = await admin.patch(f"/v1/projects/{project['id']}", {"name": {"fi": None, "sv": None}}, version=version)
    assert (nameless.status_code, nameless.json()["errors"][0]["pointer"]) == (422, "/body/name")


async def test_what_a_person_knew_on_a_day_is_read_back_also_after_it_was_released(admin):
    project = await entered(admin, **NUMBERED, source=PAGE, fund="ESR")
    await changed(admin, project, fund="EAKR", known_on="2015-06-01")
    [own] = await statements(admin, project, source="person")
    await admin.delete(f"/v1/projects/{project['id']}/statements/{own['id']}", version=1)
    days = ("2015-05-31", "2015-06-01", "9999-12-31")
    assert [(await shown(admin, project, as_of=day))["fund"] for day in days] == ["ESR", "EAKR", "ESR"]


async def test_states_are_told_in_the_order_of_their_days(admin):
    project = await entered(admin, **NUMBERED, source=REGISTER, state="running")
    await changed(admin, project, state="approved", source=PAGE)
    now = await shown(admin, project)
    assert (now["state"], [entry["state"] for entry in now["states"]]) == ("running", ["approved", "running"])
    await changed(admin, project, state="ended", state_since_on="2018-12-31")
    later = {**REGISTER, "list_on": "2019-03-01"}
    after = await changed(admin, project, state="closed", source=later)
    assert (after["state"], after["states"][-1]["since_on"]) == ("ended", "2018-12-31")
    [own] = await statements(admin, project, source="person")
    await admin.delete(f"/v1/projects/{project['id']}/statements/{own['id']}", version=1)
    now = await shown(admin, project)
    assert [entry["state"] for entry in now["states"]] == ["approved", "running", "closed"]


async def test_days_of_all_sources_are_shown_and_the_newest_is_the_projects(admin):
    dates = [{"kind": "planned_start", "falls_on": "2015-03-01"}, {"kind": "planned_end", "falls_on": "2018-02-28"}]
    project = await entered(admin, **NUMBERED, source=REGISTER, dates=dates)
    await changed(admin, project, source=PAGE, dates=[{**dates[0], "falls_on": "2015-01-01"}])
    now = await shown(admin, project)
    assert [(day["falls_on"], day["source"]) for day in now["dates"]] == [
        ("2015-03-01", "Rekisteri, S20098"),
        ("2018-02-28", "Rekisteri, S20098"),
    ]
    assert (now["starts_on"], now["ends_on"]) == ("2015-03-01", "2018-02-28")
    backwards = {"dates": [{**dates[0], "falls_on": "2019-01-01"}, dates[1]]}
    refused = await admin.patch(f"/v1/projects/{project['id']}", backwards, version=now["version"])
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/body")


async def test_only_who_may_change_all_projects_names_a_list_and_only_for_a_number_of_the_project(admin, client):
    home = await coordination(admin)
    project = await entered(admin, **NUMBERED, coordinated_by=home["id"])
    coordinator = client("registry", coordinator_of(home))
    address = f"/v1/projects/{project['id']}"
    assert (await coordinator.patch(address, {"fund": "ESR", "source": PAGE}, version=1)).status_code == 403
    foreign = {"fund": "ESR", "source": {**PAGE, "identifier": "eura2014:S1"}}
    refused = await admin.patch(address, foreign, version=1)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/body/source/identifier")
    unnumbered = await admin.post("/v1/projects", {**_body(project), "source": PAGE})
    assert unnumbered.status_code == 422


def _body(project):
    return {name: project[name] for name in ("kind", "scope", "state", "name")}


async def test_a_statement_is_read_by_readers_and_released_by_those_who_may_change_the_project(admin, client):
    home, other = await coordination(admin), await coordination(admin)
    project = await entered(admin, coordinated_by=home["id"], fund="ESR")
    address = f"/v1/projects/{project['id']}/statements"
    [fund] = [row for row in await statements(admin, project) if row["facts"][0]["field"] == "fund"]
    assert (await client("registry").get(address)).status_code == 401
    assert (await client("registry", Grant(Role.funder)).get(address)).status_code == 200
    for grant, status in (
        (coordinator_of(other), 403),
        (Grant(Role.funder), 403),
        (Grant(Role.project_contact, project_id=UUID(project["id"])), 204),
    ):
        released = await client("registry", grant).delete(f"{address}/{fund['id']}", version=1)
        assert released.status_code == status
    assert (await shown(admin, project))["fund"] is None
    [name] = [row for row in await statements(admin, project) if row["facts"][0]["field"] == "name"]
    nameless = await admin.delete(f"{address}/{name['id']}", version=1)
    assert (nameless.status_code, nameless.json()["code"]) == (409, "state-conflict")
    [kind] = [row for row in await statements(admin, project) if row["facts"][0]["field"] == "kind"]
    contact = client("registry", Grant(Role.project_contact, project_id=UUID(project["id"])))
    assert (await contact.delete(f"{address}/{kind['id']}", version=1)).status_code == 403
