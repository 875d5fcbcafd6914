"""The list of projects: found in any inflection, by region under any list's code, by who coordinates."""

import csv
import io
from uuid import UUID

import pytest

from services.kernel.auth import Grant, Role
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


async def test_relevance_pages_and_needs_a_question(admin):
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

    async def found(**filters):
        return slugs(await admin.get("/v1/projects", kind="pilot", **filters))

    assert await found(fund=["ESR", "EAKR"], priority_axis="2") == ["a1", "b2"]
    assert await found(programme_part="Valtakunnallinen osio") == ["b2"]
    assert await found(topic="theme:leadership") == ["c3"]
    assert await found(coordination=home["id"]) == await found(coordination=home["slug"]) == ["a1"]
    assert await found(coordination="ei-ole") == []


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
        funding=[
            {"source": "eu", "kind": "granted", "amount": amount, "as_of": day}
            for amount, day in (("1.00", "2016-01-01"), ("2.00", "2017-01-01"))
        ],
    )
    rows = list(csv.DictReader(io.StringIO((await admin.get("/v1/projects", format="csv")).text)))
    assert (rows[0]["identifiers"], rows[0]["implementers"]) == ("eura2014:S20156", "Lahti")
    assert '"2.00"' in rows[0]["funding"] and '"1.00"' not in rows[0]["funding"]


async def test_a_relation_is_stated_seen_from_both_ends_and_withdrawn(admin, asking, outbox_kinds):
    home = await coordination(admin)
    pilot, earlier = await entered(admin), await entered(admin, slug="edellinen")
    relations = f"/v1/projects/{pilot['slug']}/relations"
    stated = await admin.post(relations, {"kind": "continues", "other": earlier["slug"], "starts_on": "2021-03-01"})
    assert (stated.status_code, stated.json()["direction"], stated.headers["etag"]) == (201, "outgoing", '"v1"')
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


async def test_nobody_takes_a_project_under_the_own_coordination_alone(admin, asking):
    home, pilot = await coordination(admin), await entered(admin)
    relations, body = f"/v1/projects/{home['slug']}/relations", {"kind": "coordinates", "other": pilot["id"]}
    coordinator = asking("registry", coordinator_of(home))
    assert (await coordinator.post(relations, body)).status_code == 403
    assert (await coordinator.patch(f"/v1/projects/{pilot['id']}", {"fund": "ESR"}, version=1)).status_code == 403
    assert (await admin.post(relations, body)).status_code == 201
    assert (await coordinator.patch(f"/v1/projects/{pilot['id']}", {"fund": "ESR"}, version=1)).status_code == 200
    contact = asking("registry", Grant(Role.project_contact, project_id=UUID(pilot["id"])))
    assert (await contact.post(f"/v1/projects/{pilot['id']}/relations", {**body, "kind": "part_of"})).status_code == 409
    assert PILOT["kind"] == "pilot"
