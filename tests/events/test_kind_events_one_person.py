"""One person counts once: on the door list, in the counts and among the tickets, however many rows they have."""

import asyncio
from uuid import UUID

import pytest

from services.contracts.roles import Grant, Role
from services.events.events import queries as event_queries
from services.events.registrations import persons
from services.events.registrations import queries as registration_queries
from services.events.registrations.terms import RegistrationId
from tests.events.mailing import received
from tests.factories import (
    COORDINATOR,
    PAST,
    an_event,
    person,
    registrations_of,
    transaction_of,
    until_somebody_waits,
)

RECENT = "UPDATE events.events SET ends_at = now() - interval '2 hours', starts_at = now() - interval '3 hours'"


class Desk:
    """The staff of one event that was held lately, over HTTP."""

    def __init__(self, client, superuser, event):
        self.staff, self.superuser, self.event = client("events", COORDINATOR), superuser, event
        self.door = client("events", Grant(Role.door, event_id=event["id"]))
        self.address = f"/v1/events/{event['id']}"

    async def register(self, number=1, **facts):
        made = await self.staff.post(f"{self.address}/registrations", person(number, **facts))
        assert made.status_code == 201, made.text
        return made.json()["id"]

    async def cancel(self, registration):
        assert (await self.staff.post(f"/v1/registrations/{registration}/cancel")).status_code == 200

    async def mark(self, registration, status="attended"):
        items = {"items": [{"registration_id": registration, "status": status}]}
        marked = await self.door.put(f"{self.address}/attendance", items)
        assert marked.status_code == 200, marked.text
        return marked.json()["items"][0]["outcome"]

    async def correct(self, registration, **facts):
        version = (await self.staff.get(f"/v1/registrations/{registration}")).json()["version"]
        return await self.staff.patch(f"/v1/registrations/{registration}", facts, version=version)

    async def walk_in(self, **body):
        return await self.door.post(f"{self.address}/walk-ins", body)

    async def door_list(self):
        listed = (await self.door.get(f"{self.address}/attendance")).json()["items"]
        return [(one["name"], one["state"], one["attendance"]) for one in listed]

    async def participants(self):
        return (await self.staff.get(self.address)).json()["participants"]

    async def organisations(self):
        rows = await self.superuser.fetch(
            "SELECT organisation_key, registered, attended FROM events.event_organisation_counts"
            " WHERE registered > 0 OR attended > 0 ORDER BY 1"
        )
        return [tuple(row) for row in rows]

    async def tickets(self, applications):
        await self.superuser.execute(RECENT)
        await applications.worker("events").drain()
        return sorted(mail["To"].addresses[0].addr_spec for mail in await received(self.superuser))


@pytest.fixture
async def desk(client, superuser):
    event = await an_event(client("events", COORDINATOR), starts_at=PAST)
    return Desk(client, superuser, event)


async def test_who_cancels_and_registers_again_stands_once_and_counts_once(applications, desk):
    first = await desk.register()
    await desk.cancel(first)
    assert await desk.mark(first) == "marked"
    second = await desk.register(organisation="Toinen Oy")
    assert await desk.door_list() == [("Henkilö 1", "confirmed", "attended")]
    assert await desk.mark(first) == "unchanged"
    assert await desk.mark(second, "partially_attended") == "marked"
    assert await desk.participants() == 1
    assert await desk.organisations() == [("toinen oy", 1, 1)]
    rows = (await desk.staff.get(f"{desk.address}/registrations")).json()["items"]
    assert [(one["id"], one["is_standing"], one["attendance"]) for one in rows] == [
        (first, False, "unknown"),
        (second, True, "partially_attended"),
    ]
    assert await desk.tickets(applications) == ["henkilo1@yritys.example"]


async def test_a_mark_made_beforehand_goes_with_who_comes_back_over_the_public_form(client, superuser):
    event = await an_event(client("events", COORDINATOR))
    desk, public = Desk(client, superuser, event), client("events")
    first = await desk.register()
    assert await desk.mark(first, "excused") == "marked"
    await desk.cancel(first)
    back = await public.post(f"{desk.address}/registrations", person(1, organisation="Toinen Oy"))
    assert back.status_code == 201
    assert await desk.door_list() == [("Henkilö 1", "confirmed", "excused")]
    assert await desk.organisations() == [("toinen oy", 1, 0)]


async def test_who_was_invited_under_an_earlier_row_gets_no_second_ticket(applications, desk):
    first = await desk.register()
    await desk.mark(first)
    assert len(await desk.tickets(applications)) == 1
    await desk.cancel(first)
    second = await desk.register()
    assert await desk.tickets(applications) == ["henkilo1@yritys.example"]
    assert (await desk.correct(second, name="Henkilö Yksi")).status_code == 200
    assert await desk.participants() == 1
    assert await desk.tickets(applications) == ["henkilo1@yritys.example"]
    assert await desk.door_list() == [("Henkilö 1", "cancelled", "unknown"), ("Henkilö Yksi", "confirmed", "attended")]


async def test_a_mark_on_an_earlier_registration_counts_for_its_person(desk):
    earlier = []
    for _ in range(2):
        earlier.append(await desk.register())
        await desk.cancel(earlier[-1])
    last = await desk.register()
    items = [{"registration_id": one, "status": "attended"} for one in (*earlier, last)]
    marked = (await desk.door.put(f"{desk.address}/attendance", {"items": items})).json()
    assert [one["outcome"] for one in marked["items"]] == ["marked", "unchanged", "unchanged"]
    assert [one["registration_id"] for one in marked["items"]] == [*earlier, last]
    assert marked["attended_count"] == 1
    assert await desk.mark(earlier[0], "no_show") == "marked"
    assert (await desk.door_list(), await desk.participants()) == ([("Henkilö 1", "confirmed", "no_show")], None)


@pytest.mark.parametrize("cancelled_first", [True, False])
async def test_a_corrected_name_makes_two_rows_one_person_and_parts_them_again(desk, cancelled_first):
    gone = await desk.register(1, name="Maria Mäki")
    live = await desk.register(1, name="Maija Mäki", organisation="Toinen Oy")
    if cancelled_first:
        await desk.cancel(gone)
    for one in (gone, live):
        await desk.mark(one)
    if not cancelled_first:
        await desk.cancel(gone)
    assert (await desk.participants(), await desk.organisations()) == (2, [("toinen oy", 1, 1), ("yritys 1 oy", 0, 1)])
    assert (await desk.correct(gone, name="MÄKI, Maija")).status_code == 200
    assert await desk.door_list() == [("Maija Mäki", "confirmed", "attended")]
    assert (await desk.participants(), await desk.organisations()) == (1, [("toinen oy", 1, 1)])
    assert (await desk.correct(live, name="Kaija Mäki")).status_code == 200
    assert await desk.participants() == 2
    assert (await desk.correct(live, name="Maija Mäki")).status_code == 200
    assert await desk.participants() == 1
    assert (await desk.correct(gone, name="Maria Mäki")).status_code == 200
    assert (await desk.participants(), await desk.organisations()) == (2, [("toinen oy", 1, 1), ("yritys 1 oy", 0, 1)])


async def test_a_mark_goes_with_the_row_that_stands_and_back_when_the_two_are_parted(desk):
    gone, live = await desk.register(1, name="Maria Mäki"), await desk.register(1, name="Maija Mäki")
    await desk.cancel(gone)
    await desk.mark(gone)
    await desk.mark(live, "no_show")
    assert (await desk.correct(live, name="Maria Mäki")).status_code == 200
    assert await desk.door_list() == [("Maria Mäki", "confirmed", "attended")]
    assert (await desk.correct(live, name="Maija Mäki")).status_code == 200
    assert await desk.door_list() == [("Maija Mäki", "confirmed", "unknown"), ("Maria Mäki", "cancelled", "attended")]
    assert await desk.participants() == 1


async def test_a_corrected_address_makes_a_walk_in_the_registered_person(applications, desk):
    await desk.register()
    guest = (await desk.walk_in(name="Henkilö 1", organisation="Vieras Oy", is_another_person=True)).json()["id"]
    assert (len(await desk.door_list()), await desk.participants()) == (2, 1)
    await desk.cancel(guest)
    async with transaction_of(desk.staff) as (session, principal):
        row = await registration_queries.get(session, principal, RegistrationId(UUID(guest)))
        event = await registration_queries.lock_with_event(session, row)
        await persons.correct(session, event, row, {"email": "HENKILO1@yritys.example"})
    assert await desk.door_list() == [("Henkilö 1", "confirmed", "attended")]
    assert (await desk.participants(), await desk.organisations()) == (1, [("yritys 1 oy", 1, 1)])
    assert await desk.tickets(applications) == ["henkilo1@yritys.example"]


async def test_a_live_registration_does_not_become_that_of_another_live_person(desk):
    one, _ = await desk.register(1, name="Maria Mäki"), await desk.register(1, name="Maija Mäki")
    refused = await desk.correct(one, name="Maija Mäki")
    assert (refused.status_code, refused.json()["code"]) == (409, "same-person-registered")
    assert (await desk.correct(one, organisation="Sama Henkilö Oy")).status_code == 200


NAMESAKES = [
    {"name": "henkilö 1"},
    {"name": "1,  HENKILO", "organisation": "Aivan Muu Oy"},
    {"name": "Henkilö 1", "email": "toinen@muu.example"},
]


@pytest.mark.parametrize("is_cancelled", [False, True])
async def test_a_walk_in_named_like_a_registered_person_is_offered_as_that_person_first(desk, is_cancelled):
    known = await desk.register()
    if is_cancelled:
        await desk.cancel(known)
    state = "cancelled" if is_cancelled else "confirmed"
    for body in NAMESAKES:
        offered = await desk.walk_in(**body)
        assert (offered.status_code, offered.json()["code"]) == (409, "walk-in-may-be-registered")
        assert offered.json()["candidates"] == [
            {"registration_id": known, "name": "Henkilö 1", "organisation": "Yritys 1 Oy", "state": state}
        ]
        assert "@" not in offered.text
    assert await desk.participants() is None
    assert await desk.mark(known) == "marked"
    assert await desk.participants() == 1
    for count, body in enumerate(NAMESAKES, start=2):
        entered = await desk.walk_in(**body, is_another_person=True)
        assert (entered.status_code, entered.json()["origin"]) == (201, "walk_in"), entered.text
        assert await desk.participants() == count


async def test_the_same_address_and_name_is_that_person_at_once_unless_they_cancelled(desk):
    known = await desk.register()
    same = {"name": "HENKILÖ 1", "email": "Henkilo1+ovi@yritys.example"}
    assert (await desk.walk_in(**same)).json()["id"] == known
    await desk.cancel(known)
    offered = await desk.walk_in(**same)
    assert [one["registration_id"] for one in offered.json()["candidates"]] == [known]
    entered = await desk.walk_in(**same, is_another_person=True)
    assert (entered.status_code, entered.json()["id"] != known) == (201, True)
    assert (await desk.participants(), len(await desk.door_list())) == (1, 1)


async def test_an_earlier_registration_is_offered_once_and_another_name_not_at_all(desk):
    await desk.cancel(await desk.register())
    last = await desk.register()
    offered = await desk.walk_in(name="Henkilö 1")
    assert [one["registration_id"] for one in offered.json()["candidates"]] == [last]
    assert (await desk.walk_in(name="Henkilö 2")).status_code == 201


BEFORE = {"venue": {"fi": "Sali"}, "mode": "onsite"}


async def test_the_door_opens_on_the_helsinki_day_of_the_event(client, superuser):
    staff = client("events", COORDINATOR)
    event = await an_event(staff, **BEFORE)
    [known] = await registrations_of(staff, event, 1)
    address = f"/v1/events/{event['id']}"
    requests = [
        ("POST", f"{address}/walk-ins", {"name": "Aikainen Lintu"}),
        ("PUT", f"{address}/headcount", {"count": 3}),
        ("PUT", f"{address}/attendance", {"items": [{"registration_id": known, "status": "attended"}]}),
        ("PUT", f"{address}/attendance", {"items": [{"registration_id": known, "status": "no_show"}]}),
    ]

    async def codes():
        answers = [await staff.send(method, to, json=body) for method, to, body in requests]
        return [(one.status_code, one.json().get("code"), one.json().get("first_on")) for one in answers]

    async def begins(instant):
        await superuser.execute(f"UPDATE events.events SET starts_at = {instant}")
        return await codes()

    assert await codes() == [(409, "event-day-ahead", "2099-03-11")] * 4
    excused = {"items": [{"registration_id": known, "status": "excused"}]}
    assert (await staff.put(f"{address}/attendance", excused)).json()["items"][0]["outcome"] == "marked"
    midnight = "timezone('Europe/Helsinki', date_trunc('day', timezone('Europe/Helsinki', now())) + interval '{} day')"
    assert {code for _, code, _ in await begins(midnight.format(1))} == {"event-day-ahead"}
    assert [status for status, _, _ in await begins(midnight.format(1) + " - interval '1 second'")] == [201, *[200] * 3]
    await superuser.execute("UPDATE events.events SET event_status = 'postponed'")
    assert await codes() == [(409, "event-day-ahead", None)] * 4


async def two_marks_at_once(desk, ids):
    """Both marks of two persons begin while another transaction holds the event."""
    holding = desk.superuser.transaction()
    await holding.start()
    await desk.superuser.execute("SELECT FROM events.events FOR UPDATE")
    marking = [asyncio.create_task(desk.mark(one)) for one in ids]
    await until_somebody_waits(desk.superuser)
    await asyncio.sleep(0.05)
    await holding.rollback()
    return await asyncio.gather(*marking)


def unlock(monkeypatch):
    """Take the event's lock away from marks."""
    monkeypatch.setattr(event_queries, "get_locked", event_queries.get)


@pytest.mark.parametrize("guarded", [True, False])
async def test_two_marks_at_once_are_two_participants(desk, monkeypatch, guarded):
    """Negative control: without the event's lock both count from zero, and one of the two is lost."""
    ids = [await desk.register(number) for number in (1, 2)]
    if not guarded:
        unlock(monkeypatch)
    assert await two_marks_at_once(desk, ids) == ["marked", "marked"]
    assert await desk.participants() == (2 if guarded else 1)


@pytest.mark.parametrize("guarded", [True, False])
async def test_a_mark_that_meets_a_new_registration_is_the_persons_mark(desk, monkeypatch, guarded):
    """Negative control: without the event's lock the mark finds the old row, which then no longer stands."""
    old = await desk.register()
    await desk.cancel(old)
    if not guarded:
        unlock(monkeypatch)
    holding = desk.superuser.transaction()
    await holding.start()
    await desk.superuser.execute("SELECT FROM events.registrations FOR UPDATE")
    again = asyncio.create_task(desk.staff.post(f"{desk.address}/registrations", person(1)))
    await until_somebody_waits(desk.superuser)
    items = {"items": [{"registration_id": old, "status": "attended"}]}
    marking = asyncio.create_task(desk.door.put(f"{desk.address}/attendance", items))
    await asyncio.sleep(0.1)
    await holding.rollback()
    answers = [one.status_code for one in await asyncio.gather(again, marking)]
    came = [attendance for _, _, attendance in await desk.door_list()]
    assert (answers[0], came) == (201, ["attended" if guarded else "unknown"])
    assert (answers[1] == 200) == guarded
