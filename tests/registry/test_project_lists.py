"""The list of projects: found in any inflection, by region under the codes of all lists, by coordination project."""

import csv
import io
from uuid import UUID

import pytest

from services.contracts.roles import Grant, Role
from tests.registry.test_projects import COORDINATION, PILOT, admin, coordination, coordinator_of, entered

__all__ = ["admin"]


def slugs(answer):
    assert answer.status_code == 200, answer.text
    return [item["slug"] for item in answer.json()["items"]]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("koordinaatiohankkeiden", ["tuottava"]),
        ("työelämästä", ["parempi", "tuottava"]),
        ("turva", ["yhteistyolla"]),
        ("muutosturvasta", ["yhteistyolla"]),
        ("yhteystyöllä", ["yhteistyolla"]),
        ("working lives", ["parempi"]),
        ("S20096", ["yhteistyolla"]),
        ("hissi", []),
        ("%", []),
        ("'; DROP TABLE projects; --", []),
    ],
)
async def test_a_project_is_found_as_people_write(admin, q, found):
    await entered(admin, **{**COORDINATION, "slug": "parempi"})
    await entered(
        admin, slug="tuottava", name={"fi": "Tuottava ja tuloksellinen työelämä, valtakunnallinen koordinaatiohanke"}
    )
    await entered(
        admin,
        slug="yhteistyolla",
        name={"fi": "Yhteistyöllä muutosturvaa"},
        identifiers=[{"scheme": "eura2014", "value": "S20096"}],
    )
    assert sorted(slugs(await admin.get("/v1/projects", q=q))) == found
    assert sorted(slugs(await admin.get("/v1/projects", q=q, sort="-relevance"))) == found


async def test_relevance_pages_and_needs_a_query(admin):
    for number in range(5):
        await entered(admin, name={"fi": f"Työhyvinvointi {'ja työ ' * number}"})
    first = (await admin.get("/v1/projects", q="työ", sort="-relevance", limit=3)).json()
    rest = await admin.get("/v1/projects", q="työ", sort="-relevance", limit=3, cursor=first["next_cursor"])
    assert len({item["id"] for item in [*first["items"], *rest.json()["items"]]}) == 5
    assert (await admin.get("/v1/projects", sort="relevance")).json()["code"] == "invalid-sort"


async def test_a_region_is_the_same_under_every_lists_code(admin):
    await entered(admin, slug="vanha", areas=[{"scheme": "nuts3_2021", "code": "FI193"}])
    await entered(admin, slug="uusi", areas=[{"scheme": "nuts3_2024", "code": "FI198"}])
    await entered(admin, slug="kunta", areas=[{"scheme": "kunta", "code": "179", "meaning": "seat"}])
    await entered(admin, slug="muualla", areas=[{"scheme": "maakunta", "code": "06"}])
    everywhere = ["kunta", "uusi", "vanha"]
    for region in ("nuts3_2021:FI193", "nuts3_2024:FI198", "maakunta:13", "ely:10", "elinvoimakeskus:05"):
        assert sorted(slugs(await admin.get("/v1/projects", region=region))) == everywhere, region
    assert slugs(await admin.get("/v1/projects", region="maakunta:99")) == []
    assert (await admin.get("/v1/projects", region="13")).status_code == 422


async def test_regions_of_two_lists_are_alternatives(admin):
    await entered(admin, slug="hame", areas=[{"scheme": "ely", "code": "04"}])
    await entered(admin, slug="lahti", areas=[{"scheme": "kunta", "code": "398"}])
    await entered(admin, slug="jyvaskyla", areas=[{"scheme": "nuts3_2021", "code": "FI193"}])
    await entered(admin, slug="tampere", areas=[{"scheme": "maakunta", "code": "06"}])
    for regions, found in [
        (["maakunta:13", "maakunta:06"], ["jyvaskyla", "tampere"]),
        (["maakunta:06", "maakunta:06"], ["tampere"]),
        (["elinvoimakeskus:03", "nuts3_2024:FI198"], ["jyvaskyla", "lahti"]),
        (["ely:99", "maakunta:99"], []),
        (["ely:04", "maakunta:13", "kunta:398"], ["hame", "jyvaskyla", "lahti"]),
    ]:
        assert sorted(slugs(await admin.get("/v1/projects", region=regions))) == found, regions


async def test_hame_keeps_its_projects_and_neither_heir_gets_them(admin):
    await entered(admin, slug="hame", areas=[{"scheme": "ely", "code": "04"}])
    await entered(admin, slug="lahti", areas=[{"scheme": "kunta", "code": "398"}])
    assert sorted(slugs(await admin.get("/v1/projects", region="ely:04"))) == ["hame", "lahti"]
    assert slugs(await admin.get("/v1/projects", region="elinvoimakeskus:03")) == ["lahti"]
    assert slugs(await admin.get("/v1/projects", region="elinvoimakeskus:04")) == []


async def test_a_project_of_an_abolished_municipality_is_in_its_successor(admin):
    await entered(admin, slug="pertunmaa", areas=[{"scheme": "kunta", "code": "588"}])
    assert slugs(await admin.get("/v1/projects", region="kunta:507")) == ["pertunmaa"]
    assert slugs(await admin.get("/v1/projects", region="kunta:588")) == ["pertunmaa"]


async def test_filters_are_or_within_and_between(admin):
    home = await coordination(admin)
    await entered(admin, slug="a1", fund="ESR", priority_axis="2", coordinated_by=home["slug"])
    await entered(admin, slug="b2", fund="EAKR", priority_axis="2", programme_part="Valtakunnallinen osio")
    await entered(admin, slug="c3", fund="EAKR", topics=[{"scheme": "theme", "code": "leadership"}])

    async def matches(**filters):
        return slugs(await admin.get("/v1/projects", kind="pilot", **filters))

    assert await matches(fund=["ESR", "EAKR"], priority_axis="2") == ["a1", "b2"]
    assert await matches(programme_part="Valtakunnallinen osio") == ["b2"]
    assert await matches(topic="theme:leadership") == ["c3"]
    assert await matches(coordination=home["id"]) == await matches(coordination=home["slug"]) == ["a1"]
    assert await matches(coordination="ei-ole") == []


async def test_in_force_means_on_some_day_of_the_period(admin):
    days = {"kind": "planned_start", "falls_on": "2021-03-01"}, {"kind": "planned_end", "falls_on": "2022-06-30"}
    await entered(admin, slug="kokeilu", dates=list(days))
    await entered(admin, slug="avoin")
    await entered(admin, slug="peruttu", state="cancelled", reason="Ei rahoitusta")
    for period, expected in {"2020": ["avoin"], "2021-03": ["avoin", "kokeilu"], "2022S2": ["avoin"]}.items():
        assert slugs(await admin.get("/v1/projects", in_force=period, sort="-starts_on"))[::-1] == expected


async def test_every_row_is_exported_with_what_a_spreadsheet_needs(admin):
    town = (await admin.post("/v1/organisations", {"kind": "municipality", "name": {"fi": "Lahti"}})).json()
    await entered(
        admin,
        identifiers=[{"scheme": "eura2014", "value": "S20156"}],
        parties=[{"organisation_id": town["id"], "role": "implementer"}],
        funding=[{"source": "eu", "kind": "granted", "amount": "2.00", "as_of": "2017-01-01"}],
    )
    rows = list(csv.DictReader(io.StringIO((await admin.get("/v1/projects", format="csv")).text)))
    assert (rows[0]["identifiers"], rows[0]["implementers"]) == ("eura2014:S20156", "Lahti")
    amounts = {name: value for name, value in rows[0].items() if name.startswith("funding_")}
    assert amounts == {
        "funding_1_source": "eu",
        "funding_1_kind": "granted",
        "funding_1_amount": "2.00",
        "funding_1_currency": "EUR",
    }


async def test_a_relation_is_stated_seen_from_both_ends_and_withdrawn(admin, client, outbox_kinds):
    home = await coordination(admin)
    pilot, earlier = await entered(admin), await entered(admin, slug="edellinen")
    relations = f"/v1/projects/{pilot['slug']}/relations"
    stated = await admin.post(relations, {"kind": "continues", "other": earlier["slug"], "starts_on": "2021-03-01"})
    assert (stated.status_code, stated.json()["direction"]) == (201, "outgoing")
    again = await admin.post(relations, {"kind": "continues", "other": earlier["id"]})
    assert (again.status_code, again.json()["code"]) == (409, "relation-stands")
    seen = (await admin.get(f"/v1/projects/{earlier['slug']}/relations")).json()["items"]
    assert [(one["kind"], one["direction"], one["other"]["slug"]) for one in seen] == [
        ("continues", "incoming", pilot["slug"])
    ]
    assert (await admin.post(relations, {"kind": "continues", "other": pilot["id"]})).status_code == 409
    assert (await admin.post(relations, {"kind": "coordinates", "other": home["id"]})).status_code == 409
    address = f"{relations}/{stated.json()['id']}"
    assert (await admin.get(address)).json() == stated.json()
    assert [(await admin.delete(address, version=v)).status_code for v in (None, 2, 1, 1)] == [428, 412, 204, 404]
    assert (await admin.get(relations)).json()["items"] == []
    assert (await outbox_kinds("registry"))[-2:] == ["vipu.project.related.v1", "vipu.project.relation-withdrawn.v1"]


async def test_a_coordinator_alone_cannot_coordinate_a_project_of_others(admin, client):
    home, pilot = await coordination(admin), await entered(admin)
    relations, body = f"/v1/projects/{home['slug']}/relations", {"kind": "coordinates", "other": pilot["id"]}
    coordinator = client("registry", coordinator_of(home))
    assert (await coordinator.post(relations, body)).status_code == 403
    assert (await coordinator.patch(f"/v1/projects/{pilot['id']}", {"fund": "ESR"}, version=1)).status_code == 403
    assert (await admin.post(relations, body)).status_code == 201
    assert (await coordinator.patch(f"/v1/projects/{pilot['id']}", {"fund": "ESR"}, version=2)).status_code == 200
    contact = client("registry", Grant(Role.project_contact, project_id=UUID(pilot["id"])))
    assert (await contact.post(f"/v1/projects/{pilot['id']}/relations", {**body, "kind": "part_of"})).status_code == 409
    assert PILOT["kind"] == "pilot"


async def test_a_coordinator_lists_relations_with_visible_projects_only(admin, client):
    home, pilot = await coordination(admin), await entered(admin)
    idea = await entered(admin, slug="idea", state="idea")
    relations = f"/v1/projects/{pilot['slug']}/relations"
    made = [(await admin.post(relations, {"kind": "prepared", "other": other["id"]})).json() for other in (home, idea)]
    coordinator = client("registry", coordinator_of(home))
    seen = await coordinator.get(relations)
    assert seen.status_code == 200, seen.text
    assert [one["other"]["slug"] for one in seen.json()["items"]] == [home["slug"]]
    assert (await coordinator.get(f"{relations}/{made[0]['id']}")).status_code == 200
    hidden = f"{relations}/{made[1]['id']}"
    assert [(await coordinator.get(hidden)).status_code, (await coordinator.delete(hidden, version=1)).status_code] == [
        404,
        404,
    ]
    assert len((await admin.get(relations)).json()["items"]) == 2


async def test_a_relation_of_an_earlier_day_shows_the_other_as_it_was_known_then(admin, client):
    pilot = await entered(admin, known_on="2020-01-01")
    other = await entered(admin, slug="toinen", state="applied", name={"fi": "Luonnos"}, known_on="2020-01-01")
    relations = f"/v1/projects/{pilot['slug']}/relations"
    body = {"kind": "continues", "other": other["id"], "known_on": "2020-02-01"}
    assert (await admin.post(relations, body)).status_code == 201
    later = {"state": "approved", "name": {"fi": "Päätetty"}, "known_on": "2021-01-01"}
    assert (await admin.patch("/v1/projects/toinen", later, version=1)).status_code == 200

    async def names(who, day):
        return [one["other"]["name"]["fi"] for one in (await who.get(relations, as_of=day)).json()["items"]]

    anonymous = client("registry")
    assert (await names(anonymous, "2020-06-30"), await names(anonymous, "2021-01-01")) == ([], ["Päätetty"])
    assert (await names(admin, "2020-06-30"), await names(admin, "2020-01-31")) == (["Luonnos"], [])
    future = await admin.post(relations, {"kind": "prepared", "other": other["id"], "known_on": "2199-01-01"})
    assert future.status_code == 422


async def test_a_cursor_of_one_projects_list_opens_no_others(admin):
    first, second = await entered(admin), await entered(admin, slug="toinen")
    await admin.patch(f"/v1/projects/{first['slug']}", {"fund": "ESR"}, version=1)
    cursor = (await admin.get(f"/v1/projects/{first['id']}/revisions", limit=1)).json()["next_cursor"]
    own = await admin.get(f"/v1/projects/{first['id']}/revisions", limit=1, cursor=cursor)
    foreign = await admin.get(f"/v1/projects/{second['id']}/revisions", limit=1, cursor=cursor)
    assert ([one["version"] for one in own.json()["items"]], foreign.status_code) == ([1], 400)


async def test_the_etag_of_a_project_changes_with_its_coordinator_and_the_name_of_a_party(admin):
    home, town = (
        await coordination(admin),
        (await admin.post("/v1/organisations", {"kind": "municipality", "name": {"fi": "Kunta"}})).json(),
    )
    pilot = await entered(admin, parties=[{"organisation_id": town["id"], "role": "implementer"}])
    address, tags = f"/v1/projects/{pilot['slug']}", []

    async def read_again():
        answer = await admin.get(address, headers={"If-None-Match": tags[-1]} if tags else {})
        tags.append(answer.headers["etag"])
        return answer.status_code

    assert [await read_again(), await read_again()] == [200, 304]
    await admin.post(f"/v1/projects/{home['id']}/relations", {"kind": "coordinates", "other": pilot["id"]})
    assert [await read_again(), await read_again()] == [200, 304]
    await admin.patch(f"/v1/organisations/{town['id']}", {"name": {"fi": "Kaupunki"}}, version=1)
    assert [await read_again(), await read_again()] == [200, 304]
    changed = await admin.send("PATCH", address, headers={"If-Match": tags[-1]}, json={"fund": "ESR"})
    assert (changed.status_code, changed.json()["version"]) == (200, 3)


async def test_a_hidden_coordination_filters_like_an_unknown_one(admin, client):
    draft = await entered(admin, **{**COORDINATION, "state": "idea", "slug": "aie"})
    await entered(admin, slug="julkinen", coordinated_by=draft["id"])
    assert slugs(await client("registry").get("/v1/projects", coordination="aie")) == []
    for who in (admin, client("registry", coordinator_of(draft))):
        assert slugs(await who.get("/v1/projects", coordination="aie")) == ["julkinen"]


@pytest.mark.parametrize("sort", ["name", "starts_on", "ends_on", "created_at", "state"])
async def test_every_sort_reaches_every_row_page_by_page(admin, sort):
    for number in range(5):
        dates = [{"kind": "planned_end", "falls_on": f"202{number}-12-31"}] if number % 2 else []
        await entered(admin, dates=dates)
    for direction in ("", "-"):
        seen, more = [], {}
        while more is not None:
            page = (await admin.get("/v1/projects", limit=2, sort=direction + sort, **more)).json()
            seen += [item["id"] for item in page["items"]]
            more = {"cursor": page["next_cursor"]} if page["next_cursor"] else None
        assert len(seen) == len(set(seen)) == 5


async def test_a_project_that_hame_funded_keeps_hame_in_the_year_of_the_vitality_centres(admin, client):
    hame = (await admin.post("/v1/organisations", {"kind": "ely_centre", "name": {"fi": "Hämeen ELY-keskus"}})).json()
    funded = {"organisation_id": hame["id"], "role": "funder", "starts_on": "2023-01-01", "ends_on": "2025-12-31"}
    await entered(admin, slug="hame", parties=[funded], areas=[{"scheme": "ely", "code": "04"}], known_on="2023-03-01")
    for more in ({}, {"as_of": "2023-12-31"}):
        project = (await client("registry").get("/v1/projects/hame", **more)).json()
        assert project["parties"] == [{**funded, "organisation_name": {"fi": "Hämeen ELY-keskus"}}]
    assert slugs(await admin.get("/v1/projects", organisation=hame["id"])) == ["hame"]
    assert (await admin.get("/v1/projects")).json()["items"][0]["funders"] == ["Hämeen ELY-keskus"]
