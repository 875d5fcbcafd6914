"""Organisations: entered, found, changed, exported."""

import csv
import io
from uuid import uuid4

import pytest
from openpyxl import load_workbook

from services.contracts.roles import Grant, Role

ADMIN = Grant(Role.admin)
KEHA = {"kind": "agency", "name": {"fi": "KEHA-keskus"}, "business_id": "FI22969621"}


async def test_an_organisation_is_entered_announced_and_read_back(client, outbox_kinds):
    entered = await client("registry", ADMIN).post("/v1/organisations", KEHA)
    assert entered.status_code == 201, entered.text
    assert entered.json()["business_id"] == "2296962-1"
    read = await client("registry").get(f"/v1/organisations/{entered.json()['id']}")
    assert read.json() == entered.json()
    assert read.headers["etag"] == '"v1"'
    assert await outbox_kinds("registry") == ["vipu.organisation.created.v1"]


@pytest.mark.parametrize(
    ("grants", "status", "code"), [((), 401, "unauthenticated"), ((Grant(Role.funder),), 403, "forbidden")]
)
async def test_a_caller_without_the_right_enters_nothing(client, outbox_kinds, grants, status, code):
    refused = await client("registry", *grants).post("/v1/organisations", KEHA)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert refused.headers["content-type"] == "application/problem+json"
    assert await outbox_kinds("registry") == []


async def test_two_organisations_do_not_share_a_business_id(client):
    admin = client("registry", ADMIN)
    answers = [await admin.post("/v1/organisations", KEHA) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 409]
    assert answers[1].json()["code"] == "business-id-taken"


async def test_the_second_of_two_editors_is_refused(client):
    admin = client("registry", ADMIN)
    address = f"/v1/organisations/{(await admin.post('/v1/organisations', KEHA)).json()['id']}"
    changes = [await admin.patch(address, {"name": {"fi": name}}, version=1) for name in ("Ensin", "Sitten")]
    assert [change.status_code for change in changes] == [200, 412]
    assert (await admin.patch(address, {"name": {"fi": "Ilman"}})).status_code == 428
    assert (await admin.patch(address, {"name": None}, version=2)).status_code == 422
    assert (await admin.get(address)).json()["name"] == {"fi": "Ensin"}


async def test_the_same_key_gives_the_same_answer_once(client, outbox_kinds):
    admin = client("registry", ADMIN)
    headers = {"Idempotency-Key": "0b1f7a52-58cc-4d0f-9d0c-1c0b4d1c9a10"}
    first = await admin.post("/v1/organisations", KEHA, headers=headers)
    again = await admin.post("/v1/organisations", KEHA, headers=headers)
    other = await admin.post("/v1/organisations", {**KEHA, "kind": "other"}, headers=headers)
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert other.json()["code"] == "idempotency-key-reused"
    assert await outbox_kinds("registry") == ["vipu.organisation.created.v1"]


async def test_the_last_row_is_reached_page_by_page(client):
    admin = client("registry", ADMIN)
    for number in range(7):
        await admin.post("/v1/organisations", {"kind": "company", "name": {"fi": f"Yritys {number % 3}"}})
    names, cursor = [], None
    while True:
        page = (
            await admin.get("/v1/organisations", limit=2, sort="-name", **({"cursor": cursor} if cursor else {}))
        ).json()
        names += [item["name"]["fi"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert names == sorted(names, reverse=True) and len(names) == 7
    foreign = await admin.get("/v1/organisations", cursor="AAAA")
    assert (foreign.status_code, foreign.json()["code"]) == (400, "invalid-cursor")


@pytest.mark.parametrize(
    "name", ["=1+1", "+358", "-5+cmd|' /C calc'!A0", "@SUM(1)", "\uff1d1+1", "\u00a0=1+1", "{=1+1}"]
)
async def test_every_row_is_exported_and_no_name_becomes_a_formula(client, name):
    admin = client("registry", ADMIN)
    await admin.post("/v1/organisations", {"kind": "company", "name": {"fi": name}})
    answer = await admin.get("/v1/organisations", format="csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    stored = name.strip()
    assert rows[0]["name_fi"] == (stored if stored.startswith("{") else f"'{stored}")
    sheet = load_workbook(io.BytesIO((await admin.get("/v1/organisations", format="xlsx")).content)).active
    cell = next(cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.value == stored)
    assert cell.data_type == "s"


async def test_a_typo_in_a_parameter_or_field_is_refused(client):
    admin = client("registry", ADMIN)
    parameter = await admin.get("/v1/organisations", knd="agency")
    field = await admin.post("/v1/organisations", {**KEHA, "busines_id": "x"})
    assert (parameter.status_code, parameter.json()["errors"][0]["code"]) == (422, "unknown-parameter")
    assert (field.status_code, field.json()["errors"][0]["code"]) == (422, "unknown-field")


async def test_an_unchanged_list_is_not_sent_again(client):
    anonymous = client("registry")
    first = await anonymous.get("/v1/organisations")
    again = await anonymous.get("/v1/organisations", headers={"If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code) == (200, 304)


async def test_the_contact_of_one_project_changes_no_organisation_of_all(client, outbox_kinds):
    coordinator = client("registry", Grant(Role.coordinator, coordination_id=uuid4()))
    entered = await coordinator.post("/v1/organisations", {"kind": "municipality", "name": {"fi": "Kunta"}})
    assert entered.status_code == 201
    contact = client("registry", Grant(Role.project_contact, project_id=uuid4()))
    address = f"/v1/organisations/{entered.json()['id']}"
    assert (await contact.patch(address, {"name": {"fi": "Toinen"}}, version=1)).status_code == 403
    body = {"kind": "municipality", "name": {"fi": "Toinen"}}
    assert (await contact.post("/v1/organisations", body)).status_code == 403
    assert (await coordinator.get(address)).json()["name"] == {"fi": "Kunta"}
    assert await outbox_kinds("registry") == ["vipu.organisation.created.v1"]


@pytest.mark.parametrize(("q", "found"), [("åbo", 1), ("TURU", 1), ("niversit", 1), ("fi", 0), ('"', 0), ("%", 0)])
async def test_an_organisation_is_found_by_part_of_its_name_in_any_language(client, q, found):
    name = {"fi": "Turun kaupunki", "sv": "Åbo stad", "en": "University town"}
    await client("registry", ADMIN).post("/v1/organisations", {"kind": "municipality", "name": name})
    assert len((await client("registry").get("/v1/organisations", q=q)).json()["items"]) == found
