"""Reading the audit: data protection officers and admins, of all places or of their own; what they read is recorded."""

import csv
import io

import pytest

from services.contracts.roles import Grant, Role
from tests.audits import entries_of
from tests.factories import (
    ADMIN,
    COORDINATION,
    COORDINATOR,
    COORDINATOR_ELSEWHERE,
    ELSEWHERE,
    FUNDER,
    a_draft,
    an_event,
    registrations_of,
)

pytestmark = pytest.mark.usefixtures("fresh_recorders")
OFFICER = Grant(Role.data_protection_officer)
OFFICER_HERE = Grant(Role.data_protection_officer, coordination_id=COORDINATION)
OFFICER_ELSEWHERE = Grant(Role.data_protection_officer, coordination_id=ELSEWHERE)
ADMIN_HERE = Grant(Role.admin, coordination_id=COORDINATION)
READERS = {
    "officer": (OFFICER, {"read-here", "denied-elsewhere", "unknown"}),
    "admin": (ADMIN, {"read-here", "denied-elsewhere", "unknown"}),
    "officer-here": (OFFICER_HERE, {"read-here"}),
    "admin-here": (ADMIN_HERE, {"read-here"}),
    "officer-elsewhere": (OFFICER_ELSEWHERE, {"denied-elsewhere"}),
}


async def some_requests(client):
    """Read persons here, try to see a draft from elsewhere and persons without a token. Returns the ids of persons."""
    staff = client("events", COORDINATOR, subject="read-here")
    event = await an_event(staff)
    people = await registrations_of(staff, event, 2)
    address = f"/v1/events/{event['id']}/registrations"
    assert (await staff.get(address)).status_code == 200
    draft = await a_draft(staff, title={"fi": "Luonnos"})
    elsewhere = client("events", COORDINATOR_ELSEWHERE, subject="denied-elsewhere")
    assert (await elsewhere.get(f"/v1/events/{draft['id']}/registrations")).status_code == 404
    assert (await client("events").get(address)).status_code == 401
    return people


async def listed(caller, **params):
    answer = await caller.get("/v1/audit", **params)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


@pytest.mark.parametrize(("grant", "subjects"), READERS.values(), ids=READERS)
async def test_the_entries_of_their_place_are_read(client, grant, subjects):
    await some_requests(client)
    items = await listed(client("events", grant, subject="reader"))
    assert {item["subject"].replace("anonymous", "unknown") for item in items} == subjects


@pytest.mark.parametrize(
    ("grants", "status"),
    [((), 401), ((COORDINATOR,), 403), ((FUNDER,), 403), ((Grant(Role.partner),), 403)],
)
async def test_others_do_not_read_it(client, grants, status):
    await some_requests(client)
    for service in ("registry", "events", "feedback"):
        assert (await client(service, *grants).get("/v1/audit")).status_code == status


@pytest.mark.parametrize("path", ["/v1/events/{id}/registrations", "/v1/events/{id}/attendance"])
async def test_an_officer_reads_no_other_data_of_persons(client, path):
    event = await an_event(client("events", COORDINATOR))
    assert (await client("events", OFFICER).get(path.format(id=event["id"]))).status_code == 403


async def test_what_concerns_a_person_is_found_by_the_id(client):
    one, _ = await some_requests(client)
    officer = client("events", OFFICER)
    [item] = await listed(officer, concerns=one)
    assert (item["subject"], item["noun"], item["outcome"]) == ("read-here", "registrations", "answered")
    assert one in item["ids"]


async def test_entries_are_filtered(client):
    await some_requests(client)
    officer = client("events", OFFICER, subject="reader")
    for filters, subjects in (
        ({"subject": "read-here"}, ["read-here"]),
        ({"outcome": ["not_found", "unauthenticated"]}, ["anonymous", "denied-elsewhere"]),
        ({"coordination": str(COORDINATION)}, ["read-here"]),
        ({"noun": "mails"}, []),
        ({"action": "export"}, []),
        ({"recorded_from": "2099-01-01T00:00:00Z"}, []),
        ({"recorded_before": "2020-01-01T00:00:00Z"}, []),
    ):
        assert [item["subject"] for item in await listed(officer, **filters)] == subjects, filters
    recorded = {"recorded_from": "2020-01-01T00:00:00Z", "recorded_before": "2099-01-01T00:00:00Z"}
    assert len(await listed(officer, noun="registrations", **recorded)) == 3


@pytest.mark.parametrize(
    "instant", ["2026-01-01T00:00:00", "2026-01-01", "0001-01-01T00:00:00+14:00", "1e9", "99999999999999"]
)
async def test_a_time_without_its_zone_or_of_another_age_is_refused(client, instant):
    for name in ("recorded_from", "recorded_before"):
        answer = await client("events", OFFICER).get("/v1/audit", **{name: instant})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_pages_and_files_have_every_entry(client):
    await some_requests(client)
    officer = client("events", OFFICER)
    first = await officer.get("/v1/audit", noun="registrations", limit=2)
    rest = await officer.get("/v1/audit", noun="registrations", limit=2, cursor=first.json()["next_cursor"])
    items = [*first.json()["items"], *rest.json()["items"]]
    assert len({item["id"] for item in items}) == 3
    assert first.headers["cache-control"] == "no-store"
    file = await officer.get("/v1/audit", noun="registrations", format="csv")
    rows = list(csv.DictReader(io.StringIO(file.text.lstrip("\ufeff"))))
    assert [row["ids"] for row in rows] == ["|".join(item["ids"]) for item in items]


async def test_reading_the_audit_is_recorded(client, superuser):
    one, _ = await some_requests(client)
    officer = client("events", OFFICER_HERE, subject="officer")
    await listed(officer, concerns=one)
    await officer.get("/v1/audit", format="csv")
    rows = [row for row in await entries_of(superuser, "events") if row["noun"] == "audit"]
    assert [(row["subject"], row["action"], row["coordination_id"]) for row in rows] == [
        ("officer", "read", COORDINATION),
        ("officer", "export", COORDINATION),
    ] + [("officer", "export", COORDINATION)] * (len(rows) - 2)
    assert [str(each) for each in rows[0]["ids"]] == [one]


async def test_every_service_with_a_database_has_it_and_the_dashboard_has_not(client, applications):
    for service in ("registry", "events", "feedback"):
        assert await listed(client(service, ADMIN)) == []
    assert "/v1/audit" not in applications.apps["dashboard"].openapi()["paths"]
