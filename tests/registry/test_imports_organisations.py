"""Organisations in lists: the number outranks the name, and the most frequent spelling names them."""

import csv
import io

import pytest

from tests.registry.test_imports import ADMIN, importing, some_rows, the_project
from tests.registry.test_imports_workbooks import ROW
from tests.registry.test_kind_registry_facts import NEW, OLD, undo

__all__ = ["importing"]


def named(*names):
    """Return a list whose rows name these implementers, each by a name and a number."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [*ROW, "Toteuttajan Y-tunnus"], delimiter=";")
    writer.writeheader()
    for place, (name, number) in enumerate(names):
        writer.writerow(
            {**ROW, "Hankekoodi": f"S3000{place}", "Toteuttajan nimi": name, "Toteuttajan Y-tunnus": number or ""}
        )
    return text.getvalue().encode()


async def organisations(superuser):
    rows = await superuser.fetch("SELECT sort_name, business_id FROM registry.organisations ORDER BY 1, 2")
    return [(row["sort_name"], row["business_id"]) for row in rows]


async def test_an_organisation_without_a_number_gets_the_one_number_of_its_name(client, importing, superuser):
    admin = client("registry", ADMIN)
    await admin.post("/v1/organisations", {"kind": "company", "name": {"fi": "Työpää Oy"}})
    import_ = await importing(named(("TYÖPÄÄ OY", "01164808"), ("Työpää Oy", None)), apply=True)
    assert await organisations(superuser) == [("Työpää Oy", "0116480-8")]
    await undo(client, import_)
    assert await organisations(superuser) == [("Työpää Oy", None)]


@pytest.mark.parametrize("together", [True, False])
async def test_two_numbers_of_one_name_are_two_organisations(client, importing, superuser, together):
    admin = client("registry", ADMIN)
    await admin.post("/v1/organisations", {"kind": "company", "name": {"fi": "Palvelu Oy"}})
    both = (("Palvelu Oy", "0116480-8"), ("Palvelu Oy", "1572860-0"))
    for part in [both] if together else [both[:1], (both[0], both[1])]:
        await importing(named(*part), apply=True)
    numbered = [("Palvelu Oy", "0116480-8"), ("Palvelu Oy", "1572860-0")]
    assert await organisations(superuser) == [*numbered, *([("Palvelu Oy", None)] if together else [])]
    projects = [await the_project(client, code) for code in ("S30000", "S30001")]
    assert len({project["parties"][0]["organisation_id"] for project in projects}) == 2


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_the_most_frequent_spelling_names_an_organisation_in_any_order(client, importing, superuser, order):
    lists = [
        (OLD, named(("Yliopisto", "2296962-1"), ("YLIOPISTO", "2296962-1"), ("YLIOPISTO", "2296962-1"))),
        (NEW, named(("Yliopisto", "2296962-1"), ("Yliopisto", "2296962-1"), ("yliopisto", "2296962-1"))),
    ]
    imports = {}
    for place in order:
        list_on, content = lists[place]
        imports[place] = await importing(content, apply=True, list_on=list_on)
    assert await organisations(superuser) == [("Yliopisto", "2296962-1")]
    await undo(client, imports[1])
    assert await organisations(superuser) == [("YLIOPISTO", "2296962-1")]
    await undo(client, imports[0])
    assert await organisations(superuser) == []


async def test_the_name_that_a_person_gave_an_organisation_stays(client, importing, superuser):
    await importing(named(("Yliopisto", "2296962-1")), apply=True)
    admin = client("registry", ADMIN)
    [known] = (await admin.get("/v1/organisations")).json()["items"]
    address = f"/v1/organisations/{known['id']}"
    same = await admin.patch(address, {"name": {"fi": "Yliopisto"}}, version=known["version"])
    other = await importing(named(("YLIOPISTO", "2296962-1")), apply=True)
    assert await organisations(superuser) == [("YLIOPISTO", "2296962-1")], "an equal name says nothing"
    renamed = (await admin.get(address)).json()["version"]
    assert renamed > same.json()["version"]
    await admin.patch(address, {"name": {"fi": "Oma nimi"}}, version=renamed)
    await importing(named(("Yliopisto", "2296962-1")), apply=True)
    await undo(client, other)
    assert await organisations(superuser) == [("Oma nimi", "2296962-1")]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_organisations_that_two_imports_used_go_with_the_second_undo(client, importing, superuser, order):
    imports = [await importing(some_rows(4), apply=True, list_on=list_on) for list_on in (OLD, NEW)]
    for place in order:
        assert await superuser.fetchval("SELECT count(*) FROM registry.organisations") > 0
        await undo(client, imports[place])
    for table in ("projects", "organisations", "imported_names", "list_statements", "search_documents"):
        assert await superuser.fetchval(f"SELECT count(*) FROM registry.{table}") == 0, table


async def test_of_several_imports_of_one_list_the_latest_names_an_organisation(client, importing, superuser):
    first = await importing(named(("YLIOPISTO", "2296962-1"), ("YLIOPISTO", "2296962-1")), apply=True, list_on=OLD)
    second = await importing(named(("Yliopisto", "2296962-1")), apply=True, list_on=OLD)
    assert await organisations(superuser) == [("Yliopisto", "2296962-1")]
    await undo(client, second)
    assert await organisations(superuser) == [("YLIOPISTO", "2296962-1")]
    await undo(client, first)
    assert await organisations(superuser) == []


async def test_a_name_alone_means_what_another_list_calls_so_beside_a_number(importing, superuser):
    await importing(
        named(("Yliopisto, osasto", "2296962-1"), ("Yliopisto", "2296962-1"), ("Yliopisto", "2296962-1")), apply=True
    )
    await importing(named(("Yliopisto, osasto", None)), apply=True, list_on=OLD)
    assert await organisations(superuser) == [("Yliopisto", "2296962-1")]
