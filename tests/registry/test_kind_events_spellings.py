"""Spellings of organisations: one decision each, in a coordination or for everybody, and it can be taken back."""

import asyncio
from uuid import uuid4

import pytest

from services.contracts.roles import Grant, Role
from tests.factories import ADMIN, a_project, an_organisation
from tests.registry.test_imports import importing
from tests.registry.test_imports_organisations import named
from tests.registry.test_kind_registry_facts import undo

__all__ = ["importing"]

SPELLINGS = "/v1/spellings"


@pytest.fixture
def announced(superuser):
    """`await announced()` lists what was announced about spellings, in order."""

    async def messages():
        rows = await superuser.fetch(
            "SELECT kind, data FROM registry.outbox WHERE kind LIKE 'vipu.spelling.%' ORDER BY position"
        )
        return [(row["kind"].split(".")[2], row["data"]) for row in rows]

    return messages


@pytest.fixture
async def coordination(client):
    return (await a_project(client("registry", ADMIN), kind="coordination", scope="national"))["id"]


@pytest.fixture
def coordinator(client, coordination):
    return client("registry", Grant(Role.coordinator, coordination_id=coordination))


def body(organisation_id, coordination_id=None, spelling="Keha keskus"):
    return {"coordination_id": coordination_id, "spelling": spelling, "organisation_id": organisation_id}


async def test_a_coordinator_decides_and_takes_back_in_the_own_coordination(
    client, coordinator, coordination, announced
):
    keha = await an_organisation(client("registry", ADMIN), name={"fi": "KEHA-keskus"})
    made = await coordinator.post(SPELLINGS, body(keha, coordination, "  Keha\u00a0 KESKUS "))
    assert made.status_code == 201, made.text
    spelling = made.json()
    assert {name: spelling[name] for name in ("spelling", "written", "organisation_id", "organisation_name")} == {
        "spelling": "keha keskus",
        "written": "Keha\u00a0 KESKUS",
        "organisation_id": keha,
        "organisation_name": {"fi": "KEHA-keskus"},
    }
    assert spelling["author"] and spelling["decided_at"] and made.headers["etag"].startswith('"v1-')
    address = f"{SPELLINGS}/{spelling['id']}"
    assert (await coordinator.get(address)).json() == spelling
    assert (await coordinator.delete(address)).status_code == 428
    assert (await coordinator.delete(address, version=2)).status_code == 412
    assert (await coordinator.delete(address, version=1)).status_code == 204
    assert (await coordinator.get(address)).status_code == 404
    told = {"spelling_id": spelling["id"], "coordination_id": coordination, "spelling": "keha keskus"}
    assert await announced() == [
        ("decided", {**told, "organisation_id": keha, "version": 1}),
        ("withdrawn", {**told, "version": 2}),
    ]
    again = await coordinator.post(SPELLINGS, body(keha, coordination))
    assert again.json()["id"] != spelling["id"]


async def test_one_spelling_means_one_organisation_until_that_is_taken_back(client, coordination, announced):
    admin = client("registry", ADMIN)
    keha, other = [await an_organisation(admin, name={"fi": name}) for name in ("KEHA-keskus", "Muu")]
    first = await admin.post(SPELLINGS, body(keha, coordination))
    same = await admin.post(SPELLINGS, body(keha, coordination, "KEHA KESKUS"))
    assert (same.status_code, same.json()) == (201, first.json())
    refused = await admin.post(SPELLINGS, body(other, coordination))
    assert (refused.status_code, refused.json()["code"]) == (409, "spelling-taken")
    everybody = await admin.post(SPELLINGS, body(other))
    assert everybody.status_code == 201, "a decision for everybody stands beside that of one coordination"
    assert (await admin.post(SPELLINGS, body(keha))).status_code == 409
    assert [kind for kind, _ in await announced()] == ["decided", "decided"]
    await admin.delete(f"{SPELLINGS}/{first.json()['id']}", version=1)
    assert (await admin.post(SPELLINGS, body(other, coordination))).status_code == 201


async def test_two_decisions_at_once_are_one(client, coordination, announced):
    admin = client("registry", ADMIN)
    ids = [await an_organisation(admin, name={"fi": name}) for name in ("KEHA-keskus", "Muu")]
    answers = await asyncio.gather(*(admin.post(SPELLINGS, body(ids[place % 2], coordination)) for place in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [409] * 3
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
    assert len(await announced()) == 1


OTHERS = {
    "coordinator-elsewhere": Grant(Role.coordinator, coordination_id=uuid4()),
    "project-contact": Grant(Role.project_contact, project_id=uuid4()),
    "funder": Grant(Role.funder),
    "partner": Grant(Role.partner),
}


@pytest.mark.parametrize("grant", OTHERS.values(), ids=OTHERS)
async def test_the_decisions_of_a_coordination_are_its_own(client, coordination, announced, grant):
    admin, stranger = client("registry", ADMIN), client("registry", grant)
    keha = await an_organisation(admin)
    own = (await admin.post(SPELLINGS, body(keha, coordination))).json()
    everybody = (await admin.post(SPELLINGS, body(keha, None, "Kehä"))).json()
    assert (await stranger.post(SPELLINGS, body(keha, coordination, "Muu"))).status_code == 403
    assert (await stranger.post(SPELLINGS, body(keha, None, "Muu"))).status_code == 403
    coordinates = grant.role is Role.coordinator
    assert [row["id"] for row in (await stranger.get(SPELLINGS)).json()["items"]] == [everybody["id"]] * coordinates
    unknown = await stranger.get(f"{SPELLINGS}/{uuid4()}")
    hidden = await stranger.get(f"{SPELLINGS}/{own['id']}")
    assert (unknown.status_code, hidden.status_code) == (404, 404)
    may_write = grant.role in {Role.coordinator, Role.project_contact}
    for spelling, seen in ((own, False), (everybody, coordinates)):
        answer = await stranger.delete(f"{SPELLINGS}/{spelling['id']}", version=1)
        assert answer.status_code == (403 if seen or not may_write else 404)
    assert len(await announced()) == 2


async def test_strangers_read_no_spelling(client):
    assert (await client("registry").get(SPELLINGS)).status_code == 401


async def test_only_an_administrator_decides_for_everybody(client, coordinator):
    keha = await an_organisation(client("registry", ADMIN))
    assert (await coordinator.post(SPELLINGS, body(keha))).status_code == 403
    everywhere = client("registry", Grant(Role.coordinator))
    assert (await everywhere.post(SPELLINGS, body(keha))).status_code == 403
    made = await client("registry", ADMIN).post(SPELLINGS, body(keha))
    assert made.status_code == 201
    assert (await coordinator.delete(f"{SPELLINGS}/{made.json()['id']}", version=1)).status_code == 403


async def test_what_is_not_known_is_refused(client, coordination):
    admin = client("registry", ADMIN)
    keha = await an_organisation(admin)
    pilot = (await a_project(admin))["id"]
    answers = {
        "unknown-organisation": body(str(uuid4()), coordination),
        "unknown-project": body(keha, str(uuid4())),
        "invalid": body(keha, coordination, " "),
    }
    for code, refused in answers.items():
        answer = await admin.post(SPELLINGS, refused)
        assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    assert (await admin.post(SPELLINGS, body(keha, pilot))).json()["code"] == "unknown-project"
    # It is neither left out by mistake nor meant for everybody.
    assert (await admin.post(SPELLINGS, {"spelling": "Keha", "organisation_id": keha})).status_code == 422


async def test_the_list_is_filtered_and_is_a_file(client, coordination):
    admin = client("registry", ADMIN)
    keha, other = [await an_organisation(admin, name={"fi": name}) for name in ("KEHA-keskus", "Muu")]
    for made in (body(keha, coordination), body(keha, None, "100 % Kehä"), body(other, None, "Muu virasto")):
        assert (await admin.post(SPELLINGS, made)).status_code == 201
    for filters, found in (
        ({}, ["100 % Kehä", "Keha keskus", "Muu virasto"]),
        ({"coordination": coordination}, ["Keha keskus"]),
        ({"everybody": "true"}, ["100 % Kehä", "Muu virasto"]),
        ({"everybody": "false"}, ["Keha keskus"]),
        ({"organisation": other}, ["Muu virasto"]),
        ({"q": "KEH"}, ["100 % Kehä", "Keha keskus"]),
        ({"q": "%"}, ["100 % Kehä"]),
    ):
        rows = (await admin.get(SPELLINGS, **filters)).json()["items"]
        assert [row["written"] for row in rows] == found, filters
    file = await admin.get(SPELLINGS, format="csv")
    assert file.text.splitlines()[0].split(",")[1:6] == [
        "coordination_id", "spelling", "written", "organisation_id", "organisation_name_fi"
    ]  # fmt: skip
    assert len(file.text.splitlines()) == 4


async def test_an_organisation_that_a_spelling_means_outlives_the_import_that_brought_it(client, importing, announced):
    import_ = await importing(named(("Yliopisto", "2296962-1"), ("Kunta", None)), apply=True)
    admin = client("registry", ADMIN)
    [university] = (await admin.get("/v1/organisations", q="Yliopisto")).json()["items"]
    decided = (await admin.post(SPELLINGS, body(university["id"], None, "Yo"))).json()
    await undo(client, import_)
    assert [row["id"] for row in (await admin.get("/v1/organisations")).json()["items"]] == [university["id"]]
    assert (await admin.get(f"{SPELLINGS}/{decided['id']}")).json()["organisation_id"] == university["id"]
