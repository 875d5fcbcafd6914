"""Everybody else: who has no business with an event neither writes anything nor reads a name, on any route."""

import pytest

from services.contracts.roles import Grant, Role
from tests.factories import (
    COORDINATION,
    COORDINATOR,
    COORDINATOR_ELSEWHERE,
    ELSEWHERE,
    FUNDER,
    a_draft,
    an_event,
    event_body,
    person,
)
from tests.route_walk import EMAIL, NAME, ORGANISATION, Ground, same_as_nothing, walk, without_rights

EVENT = "/v1/events/{ref}"
WALK_IN = {name: value for name, value in person().items() if name != "privacy_accepted"}
# Everybody may register; that is asked about elsewhere.
PUBLIC = frozenset({("POST", f"{EVENT}/registrations"), ("POST", f"{EVENT}/registrations/manage-links")})
OTHERS = {
    "anonymous": (),
    "coordinator-elsewhere": (COORDINATOR_ELSEWHERE,),
    "funder": (FUNDER,),
    "partner": (Grant(Role.partner),),
    "door-elsewhere": (Grant(Role.door, event_id=ELSEWHERE),),
    "project-contact": (Grant(Role.project_contact, project_id=COORDINATION),),
}


async def ground(staff, event):
    body = person(name=NAME, email=EMAIL, organisation=ORGANISATION)
    address = f"/v1/events/{event['id']}/registrations"
    registered = await staff.post(address, body)
    registration = registered.json().get("id", "0b1f7a52-58cc-4d0f-9d0c-1c0b4d1c9a10")
    figures = {"coordination": str(COORDINATION), "period": "2026S1"}
    return Ground(
        {"ref": event["id"], "registration_id": registration},
        {
            "/v1/measures": figures,
            "/v1/summary": figures,
            "/v1/co-participation": figures,
            "/v1/organisation-spellings": {"coordination": str(COORDINATION)},
        },
        {
            ("POST", "/v1/events"): event_body(),
            ("PATCH", EVENT): {"title": {"fi": "Toinen"}},
            ("POST", f"{EVENT}/cancel"): {"reason": {"fi": "Ei"}},
            ("PUT", f"{EVENT}/attendance"): {"items": [{"registration_id": registration, "status": "attended"}]},
            ("POST", f"{EVENT}/walk-ins"): WALK_IN,
            ("POST", f"{EVENT}/registrations"): person(2),
            ("POST", f"{EVENT}/registrations/manage-links"): {"email": EMAIL},
            ("PUT", f"{EVENT}/headcount"): {"count": 7},
            ("PUT", f"{EVENT}/outcome"): {"themes": {"main": ["equality"]}},
            ("POST", f"{EVENT}/mails/retry"): {"mail_ids": ["0b1f7a52-58cc-4d0f-9d0c-1c0b4d1c9a10"]},
            ("POST", "/v1/messages"): {"messages": []},
            ("PATCH", "/v1/registrations/{registration_id}"): {"name": "Toinen Nimi"},
        },
        {"X-Manage-Token": "x" * 32},
    )


@pytest.mark.parametrize("grants", OTHERS.values(), ids=OTHERS)
async def test_they_write_nothing_and_read_no_name(client, applications, superuser, grants):
    staff = client("events", COORDINATOR)
    found = await ground(staff, await an_event(staff, join_url="https://meet.example/salattu"))
    before = await superuser.fetchval("SELECT count(*) FROM events.outbox")
    without_rights(await walk(client("events", *grants), applications.apps["events"], found, but=PUBLIC))
    assert await superuser.fetchval("SELECT count(*) FROM events.outbox") == before


@pytest.mark.parametrize("grants", OTHERS.values(), ids=OTHERS)
async def test_a_draft_is_like_no_event_at_all(client, applications, grants):
    staff = client("events", COORDINATOR)
    found = await ground(staff, await a_draft(staff, join_url="https://meet.example/salattu"))
    found = Ground(found.ids, found.params, found.bodies)
    await same_as_nothing(
        client("events", *grants), applications.apps["events"], found, names=("ref", "registration_id")
    )


@pytest.mark.parametrize("grants", OTHERS.values(), ids=OTHERS)
async def test_a_registration_elsewhere_is_like_none(client, applications, grants):
    staff = client("events", COORDINATOR)
    found = await ground(staff, await an_event(staff))
    await same_as_nothing(client("events", *grants), applications.apps["events"], found, names=("registration_id",))


@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl"])
async def test_no_list_that_is_a_file_names_anybody_or_the_room(client, form):
    staff = client("events", COORDINATOR)
    event = await an_event(staff, join_url="https://meet.example/salattu")
    await ground(staff, event)
    for grants in OTHERS.values():
        caller = client("events", *grants)
        listed = await caller.get("/v1/events", format=form)
        assert listed.status_code == 200
        assert b"salattu" not in listed.content.lower()
        for people in ("registrations", "attendance"):
            assert (await caller.get(f"/v1/events/{event['id']}/{people}", format=form)).status_code in {401, 403, 404}


async def test_the_door_of_the_event_reads_names_but_no_addresses(client):
    staff = client("events", COORDINATOR)
    event = await an_event(staff, join_url="https://meet.example/salattu")
    await ground(staff, event)
    from_the_door = client("events", Grant(Role.door, event_id=event["id"]))
    listed = await from_the_door.get(f"/v1/events/{event['id']}/attendance")
    assert listed.status_code == 200 and NAME in listed.text
    assert EMAIL not in listed.text
    for path in (f"/v1/events/{event['id']}/registrations", f"/v1/events/{event['id']}"):
        assert EMAIL not in (answer := await from_the_door.get(path)).text and "meet.example" not in answer.text
