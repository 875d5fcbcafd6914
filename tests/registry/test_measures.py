"""The registry's measures and summary: every key answered, none invented, every figure opened to its rows."""

from urllib.parse import parse_qsl
from uuid import UUID, uuid4

import pytest

from services.contracts.measures import catalogue
from services.contracts.roles import Grant, Role
from tests.registry.test_projects import admin, coordination, coordinator_of, entered

__all__ = ["admin"]

EVENTS_AND_FEEDBACK = 13 + 7


def planned(start, end):
    return [{"kind": "planned_start", "falls_on": start}, {"kind": "planned_end", "falls_on": end}]


@pytest.fixture
async def home(admin):
    return await coordination(admin)


async def test_all_26_measures_are_answered_and_those_without_records_say_why(admin, home):
    answer = (await admin.get("/v1/measures", coordination=home["id"], period="2026S2")).json()
    keys = [item["key"] for item in answer["items"]]
    assert len(keys) == len(set(keys)) == len(catalogue()) - EVENTS_AND_FEEDBACK
    assert keys == [row.key for row in catalogue() if row.key in set(keys)]
    without = [item for item in answer["items"] if item["key"] != "network_map"]
    assert {item["state"] for item in without} == {"no_data"}
    assert all(item["value"] is None and item["reason"].endswith("_not_recorded") for item in without)
    some = await admin.get("/v1/measures", coordination=home["id"], period="2026", keys=["blogs", "coffee"])
    assert [item["key"] for item in some.json()["items"]] == ["blogs"]


async def test_the_network_grows_with_its_records_and_opens_to_its_edges(admin, home):
    funder = (await admin.post("/v1/organisations", {"kind": "ely_centre", "name": {"fi": "Hämeen ELY-keskus"}})).json()
    party = {"organisation_id": funder["id"], "role": "funder"}
    for slug, start in (("eka", "2023-09-01"), ("toka", "2024-02-01")):
        await entered(admin, slug=slug, dates=planned(start, "2025-12-31"), parties=[party], coordinated_by=home["id"])
    await entered(admin, slug="irrallaan", parties=[party])

    async def network(period):
        answer = (await admin.get("/v1/measures", coordination=home["id"], period=period, keys="network_map")).json()
        item = answer["items"][0]
        extra = {one["key"]: int(one["value"]) for one in item["extra"]}
        assert {one["unit"] for one in item["extra"]} == {"kpl"}
        return int(item["value"]), extra["edges"], extra["new_edges"], extra["components"], item["rows"]

    assert (await network("2023S1"))[:4] == (1, 0, 0, 1)
    assert (await network("2023S2"))[:4] == (3, 2, 2, 1)
    nodes, edges, new, components, rows = await network("2024S1")
    assert (nodes, edges, new, components) == (4, 4, 2, 1)
    path, parameters = rows.removeprefix("/api/registry").split("?")
    opened = (await admin.get(path, **dict(parse_qsl(parameters)))).json()["items"]
    assert len(opened) == edges
    assert {(e["kind"], e["from_name"], e["to_name"]) for e in opened if e["since_on"] == "2024-02-01"} == {
        ("coordinates", "Parempi työelämä!", "Muutosturvabotin jatkokehitys"),
        ("funder", "Hämeen ELY-keskus", "Muutosturvabotin jatkokehitys"),
    }
    only_new = await admin.get(path, **dict(parse_qsl(parameters)), new="true")
    assert len(only_new.json()["items"]) == new
    assert (await network("2026S1"))[:2] == (1, 0)


async def test_the_network_of_a_period_to_come_is_not_due(admin, home):
    answer = await admin.get("/v1/measures", coordination=home["id"], period="2099", keys="network_map")
    item = answer.json()["items"][0]
    assert (item["state"], item["reason"], item["value"]) == ("not_due", "period_not_begun", None)


async def test_the_summary_counts_what_is_coordinated_in_the_period(admin, home):
    money = [{"source": "eu_and_state", "kind": "granted", "amount": "120.50", "as_of": "2024-01-01"}]
    keski_suomi = [{"scheme": "maakunta", "code": "13"}]
    for slug, state in (("eka", "running"), ("toka", "ended"), ("idea", "idea")):
        await entered(
            admin,
            slug=slug,
            state=state,
            dates=planned("2023-09-01", "2025-06-30"),
            funding=money,
            areas=keski_suomi,
            coordinated_by=home["id"],
        )
    summary = (await admin.get("/v1/summary", coordination=home["id"], period="2024S1")).json()
    assert summary["projects_by_state"] == [{"code": "ended", "count": 1}, {"code": "running", "count": 1}]
    assert summary["projects_by_kind"] == [{"code": "pilot", "count": 2}]
    assert [(r["scheme"], r["code"], r["name"]["fi"], r["count"]) for r in summary["projects_by_region"]] == [
        ("maakunta", "13", "Keski-Suomi", 2)
    ]
    assert summary["funding"] == [{"kind": "granted", "source": "eu_and_state", "amount": "241.00", "currency": "EUR"}]
    later = (await admin.get("/v1/summary", coordination=home["id"], period="2025S2")).json()
    assert (later["projects"], later["projects_by_state"], later["funding"]) == (0, [], [])


@pytest.mark.parametrize("path", ["/v1/measures", "/v1/summary", "/v1/network/edges"])
async def test_figures_are_shown_only_to_those_of_the_coordination(admin, home, client, path):
    async def status(coordination, *grants):
        return (await client("registry", *grants).get(path, coordination=coordination, period="2026S2")).status_code

    here = UUID(home["id"])
    assert await status(here, coordinator_of(home)) == 200
    assert await status(here, Grant(Role.funder, coordination_id=here)) == 200
    assert await status(here, Grant(Role.coordinator, coordination_id=uuid4())) == 404
    assert await status(here, Grant(Role.project_contact, project_id=here)) == 404
    assert await status(uuid4(), Grant(Role.admin)) == 404
    assert await status((await entered(admin))["id"], Grant(Role.admin)) == 404
    assert await status(here) == 401
    wrong = await admin.get(path, coordination=str(here), period="2026S3")
    assert wrong.status_code == 422
