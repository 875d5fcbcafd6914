"""Attendance: who came, marked by staff and door, counted at once, never mixed with registration."""

import pytest

from services.contracts.roles import Grant, Role
from tests.factories import (
    COORDINATOR,
    COORDINATOR_ELSEWHERE,
    FUNDER,
    PAST,
    a_cancelled_event,
    a_draft,
    an_event,
    person,
    registrations_of,
)

UNKNOWN = "0192f0c1-7a52-4cc0-8f3c-0b7c2f4a9d33"


async def a_held_event(client, people, **facts):
    """An event of the past with people registered; the event and their registration ids."""
    staff = client("events", COORDINATOR)
    event = await an_event(staff, starts_at=PAST, **facts)
    return event, await registrations_of(staff, event, people)


def marks(**statuses):
    return {"items": [{"registration_id": one, "status": status} for one, status in statuses.items()]}


async def counted(superuser, event):
    return await superuser.fetchval("SELECT attended_count FROM events.events WHERE id = $1", event["id"])


async def attended_by_organisation(superuser):
    rows = await superuser.fetch(
        "SELECT organisation_key, attended FROM events.event_organisation_counts WHERE attended > 0 ORDER BY 1"
    )
    return [tuple(row) for row in rows]


async def test_who_came_is_marked_counted_and_announced(client, superuser, outbox_kinds):
    event, ids = await a_held_event(client, 4)
    staff, address = client("events", COORDINATOR), f"/v1/events/{event['id']}/attendance"
    wanted = marks(**dict(zip(ids, ["attended", "partially_attended", "no_show", "excused"], strict=True)))
    marked = await staff.put(address, wanted)
    assert (marked.status_code, marked.json()["attended_count"]) == (200, 2)
    assert {item["outcome"] for item in marked.json()["items"]} == {"marked"}
    again = await staff.put(address, wanted)
    assert {item["outcome"] for item in again.json()["items"]} == {"unchanged"}
    undone = await staff.put(address, marks(**{ids[0]: "unknown", UNKNOWN: "attended"}))
    assert [item["outcome"] for item in undone.json()["items"]] == ["marked", "not_found"]
    assert await counted(superuser, event) == 1
    assert await attended_by_organisation(superuser) == [("yritys 1 oy", 1)]
    states = await superuser.fetch("SELECT DISTINCT state FROM events.registrations")
    assert [row["state"] for row in states] == ["confirmed"]
    assert (await outbox_kinds("events"))[-2:] == ["vipu.event.attendance_recorded.v1"] * 2


async def test_a_registration_of_another_event_is_not_marked(client, superuser):
    event, _ = await a_held_event(client, 1)
    _, others = await a_held_event(client, 1)
    answer = await client("events", COORDINATOR).put(
        f"/v1/events/{event['id']}/attendance", marks(**{others[0]: "attended"})
    )
    assert answer.json()["items"][0]["outcome"] == "not_found"
    assert await superuser.fetchval("SELECT sum(attended_count) FROM events.events") == 0


async def test_the_last_of_two_marks_for_one_person_counts_once(client, superuser):
    event, ids = await a_held_event(client, 1)
    items = [{"registration_id": ids[0], "status": status} for status in ("attended", "no_show", "attended")]
    answer = await client("events", COORDINATOR).put(f"/v1/events/{event['id']}/attendance", {"items": items})
    assert answer.json()["attended_count"] == 1
    too_many = {"items": items * 200}
    refused = await client("events", COORDINATOR).put(f"/v1/events/{event['id']}/attendance", too_many)
    assert refused.status_code == 422


async def test_the_door_marks_presence_and_sees_no_addresses(client, superuser):
    event, ids = await a_held_event(client, 2)
    door = client("events", Grant(Role.door, event_id=event["id"]))
    address = f"/v1/events/{event['id']}"
    seen = await door.get(f"{address}/attendance")
    assert [one["name"] for one in seen.json()["items"]] == ["Henkilö 0", "Henkilö 1"]
    assert "@" not in seen.text and seen.headers["cache-control"] == "no-store"
    assert (await door.put(f"{address}/attendance", marks(**{ids[0]: "attended"}))).status_code == 200
    present = await door.get(f"{address}/attendance", attendance="attended")
    assert [one["id"] for one in present.json()["items"]] == [ids[0]]
    assert (await door.get(f"{address}/registrations")).status_code == 403
    other, _ = await a_held_event(client, 0)
    assert (await door.put(f"/v1/events/{other['id']}/headcount", {"count": 1})).status_code == 403
    assert (await door.get(f"/v1/events/{other['id']}/attendance")).status_code == 404


@pytest.mark.parametrize(("grants", "status"), [((), 401), ((FUNDER,), 403), ((COORDINATOR_ELSEWHERE,), 403)])
async def test_nobody_else_says_who_came(client, superuser, grants, status):
    event, ids = await a_held_event(client, 1)
    caller, address = client("events", *grants), f"/v1/events/{event['id']}"
    answers = [
        await caller.put(f"{address}/attendance", marks(**{ids[0]: "attended"})),
        await caller.put(f"{address}/headcount", {"count": 5}),
        await caller.post(f"{address}/walk-ins", {"name": "Kuokka", "email": "kuokka@yritys.example"}),
    ]
    assert [answer.status_code for answer in answers] == [status] * 3
    assert await counted(superuser, event) == 0


async def test_a_walk_in_is_entered_beyond_capacity_and_counted_once(client, superuser):
    event, ids = await a_held_event(client, 1, capacity=1)
    staff, address = client("events", COORDINATOR), f"/v1/events/{event['id']}/walk-ins"
    stranger = {"name": "Yllättävä Vieras", "email": "vieras@yritys.example", "organisation": "Vieras Oy"}
    entered = [await staff.post(address, stranger) for _ in range(2)]
    assert [answer.status_code for answer in entered] == [201, 201], entered[0].text
    assert entered[0].json() == entered[1].json()
    assert (entered[0].json()["origin"], entered[0].json()["attendance"]) == ("walk_in", "attended")
    known = await staff.post(address, {"name": "Henkilö 0", "email": "henkilo0@yritys.example"})
    assert (known.json()["id"], known.json()["origin"]) == (ids[0], "organiser")
    assert await counted(superuser, event) == 2
    assert await superuser.fetchval("SELECT confirmed_count FROM events.events") == 2
    assert await attended_by_organisation(superuser) == [("vieras oy", 1), ("yritys 0 oy", 1)]
    assert await superuser.fetchval("SELECT count(*) FROM events.mails") == 0


async def test_a_walk_in_without_an_address_is_known_by_name_and_organisation(client, superuser):
    event, ids = await a_held_event(client, 1)
    staff, address = client("events", COORDINATOR), f"/v1/events/{event['id']}/walk-ins"
    guests = [
        {"name": "Maija Mäki", "organisation": "Vieras Oy"},
        {"name": "mäki, maija", "organisation": " VIERAS  oy"},
        {"name": "Maija Mäki", "organisation": "Toinen Oy"},
        {"name": "Maija Mäki"},
        {"name": "Maija Mäki", "email": "maija@vieras.example", "organisation": "Vieras Oy"},
        {"name": "Henkilö 0", "organisation": "Yritys 0 Oy"},
    ]
    entered = [await staff.post(address, {**guest, "is_another_person": True}) for guest in guests]
    assert {answer.status_code for answer in entered} == {201}, [answer.text for answer in entered]
    found = [answer.json()["id"] for answer in entered]
    assert found[0] == found[1] and len(set(found)) == 5 and ids[0] not in found
    assert await counted(superuser, event) == 5
    assert (await staff.post(address, {"name": "Maija Mäki", "email": ""})).status_code == 422
    register = f"/v1/events/{event['id']}/registrations"
    assert (await staff.post(register, {"name": "Maija", "privacy_accepted": True})).status_code == 422
    listed = await staff.get(register, origin="walk_in")
    assert sorted(one["email"] or "" for one in listed.json()["items"]) == ["", "", "", "", "maija@vieras.example"]
    same = await staff.patch(f"/v1/registrations/{found[3]}", {"organisation": "Toinen Oy"}, version=2)
    assert (same.status_code, same.json()["code"]) == (409, "same-person-registered")


async def test_who_gave_no_address_gets_no_mail_whatever_happens(client, applications, superuser):
    staff = client("events", COORDINATOR)
    event = await an_event(staff, mode="onsite")
    address = f"/v1/events/{event['id']}"
    # Nobody walks in before the day of the event.
    await superuser.execute("UPDATE events.events SET starts_at = now(), ends_at = now() + interval '1 hour'")
    guests = [(await staff.post(f"{address}/walk-ins", {"name": name})).json()["id"] for name in ("Eka", "Toka")]
    await staff.put(f"{address}/attendance", marks(**dict.fromkeys(guests, "unknown")))
    await staff.post(f"{address}/registrations", person(1))
    await applications.worker("events").drain()
    assert (await staff.post(f"/v1/registrations/{guests[0]}/cancel")).status_code == 200
    version = (await staff.get(address)).json()["version"]
    moved = await staff.patch(address, {"venue": {"fi": "Toinen sali"}}, version=version)
    assert moved.status_code == 200, moved.text
    for _ in range(
        2
    ):  # The first run queues the news, the second one sends them: none are sent after the cancellation.
        await applications.worker("events").drain()
    assert (await staff.post(f"{address}/cancel", {"reason": {"fi": "Peruttu"}})).status_code == 200
    await applications.worker("events").drain()
    kinds = [row["kind"] for row in await superuser.fetch("SELECT kind FROM events.mails ORDER BY queued_at")]
    assert kinds == ["confirmation", "event_changed", "event_cancelled"]


async def test_an_address_that_is_taken_away_leaves_no_manage_link(client, superuser):
    staff = client("events", COORDINATOR)
    event = await an_event(staff)
    await superuser.execute("UPDATE events.events SET starts_at = now(), ends_at = now() + interval '1 hour'")
    guest = {"name": "Ohi Kulkija", "email": "ohi@yritys.example"}
    entered = (await staff.post(f"/v1/events/{event['id']}/walk-ins", guest)).json()
    for email, links in (("kulkija@yritys.example", 1), (None, 0)):
        address = f"/v1/registrations/{entered['id']}"
        version = (await staff.get(address)).json()["version"]
        assert (await staff.patch(address, {"email": email}, version=version)).status_code == 200
        assert await superuser.fetchval("SELECT count(*) FROM events.registration_links") == links


async def test_a_correction_moves_the_persons_attendance_to_the_right_organisation(client, superuser):
    event, ids = await a_held_event(client, 1)
    staff = client("events", COORDINATOR)
    await staff.put(f"/v1/events/{event['id']}/attendance", marks(**{ids[0]: "attended"}))
    moved = await staff.patch(f"/v1/registrations/{ids[0]}", {"organisation": "  OIKEA   Oy "}, version=2)
    assert moved.status_code == 200, moved.text
    assert await attended_by_organisation(superuser) == [("oikea oy", 1)]


async def test_a_headcount_adds_to_the_names(client, superuser, outbox_kinds):
    event, ids = await a_held_event(client, 1)
    staff, address = client("events", COORDINATOR), f"/v1/events/{event['id']}"
    noted = await staff.put(f"{address}/headcount", {"count": 42, "by_mode": {"onsite": 40, "online": 2}})
    assert noted.json() == {
        "heads": 42,
        "by_mode": {"onsite": 40, "online": 2},
        "qualifier": "exact",
        "by_organisation_kind": None,
        "attended_count": 0,
        "participants": 42,
        "participants_by_mode": {"onsite": 40, "online": 2, "unknown": 0},
    }
    assert (await staff.put(f"{address}/headcount", {"count": 2**40})).status_code == 422
    await staff.put(f"{address}/attendance", marks(**{ids[0]: "attended"}))
    assert (await staff.get(address)).json()["participants"] == 43
    raised = await staff.put(f"{address}/headcount", {"count": 43})
    assert (raised.status_code, raised.json()["participants"]) == (200, 44)
    taken_back = await staff.put(f"{address}/headcount", {"count": None})
    assert (taken_back.status_code, taken_back.json()["heads"], taken_back.json()["participants"]) == (200, None, 1)
    assert "vipu.event.attendance_recorded.v1" in await outbox_kinds("events")


async def test_nobody_comes_to_a_cancelled_event_or_a_draft(client, superuser):
    staff = client("events", COORDINATOR)
    event = await a_cancelled_event(staff, superuser)
    cancelled = await staff.put(f"/v1/events/{event['id']}/attendance", marks(**{UNKNOWN: "attended"}))
    assert (cancelled.status_code, cancelled.json()["code"]) == (409, "event-cancelled")
    draft = await a_draft(staff, starts_at=PAST)
    walked = await staff.post(f"/v1/events/{draft['id']}/walk-ins", {"name": "Vieras", "email": "v@yritys.example"})
    assert (walked.status_code, walked.json()["code"]) == (409, "registration-not-open")
