"""Registrations: seats taken, waited for, given back, and who may see whom."""

import pytest

from services.contracts.roles import Grant, Role
from services.kernel.data.ids import new_secret, secret_hash
from tests.factories import (
    ADMIN,
    COORDINATOR,
    COORDINATOR_ELSEWHERE,
    FUNDER,
    PAST,
    a_draft,
    an_event,
    person,
)

COUNTS = "SELECT confirmed_count, waiting_count, cancelled_count FROM events.events"


STATES = "SELECT name, state FROM events.registrations ORDER BY created_at"


MAILS = "SELECT kind FROM events.mails ORDER BY queued_at"


async def counts(superuser):
    return tuple(await superuser.fetchrow(COUNTS))


async def kinds(superuser):
    return [row["kind"] for row in await superuser.fetch(MAILS)]


async def a_link(superuser, registration_id):
    """A manage link as one gets it by mail: its secret stands nowhere but in the mail."""
    secret = new_secret()
    await superuser.execute(
        "INSERT INTO events.registration_links (token_hash, registration_id) VALUES ($1, $2)",
        secret_hash(secret),
        registration_id,
    )
    return {"X-Manage-Token": secret}


async def register(client, event, number=1, **facts):
    return await client("events").post(f"/v1/events/{event['id']}/registrations", person(number, **facts))


async def test_a_seat_is_taken_announced_and_mailed(client, superuser, outbox_kinds):
    event = await an_event(client("events", COORDINATOR), capacity=2, join_url="https://meet.example/secret")
    answer = await register(client, event)
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert (body["state"], body["queue_place"], body["event"]["slug"]) == ("confirmed", None, event["slug"])
    assert body.keys() == {"id", "state", "queue_place", "event"}
    assert "secret" not in answer.text
    assert await counts(superuser) == (1, 0, 0)
    assert await kinds(superuser) == ["confirmation"]
    assert (await outbox_kinds("events"))[-1] == "vipu.registration.confirmed.v1"
    announced = await superuser.fetchval("SELECT data::text FROM events.outbox ORDER BY position DESC LIMIT 1")
    assert "henkilo1" not in announced
    hashed = await superuser.fetchval("SELECT octet_length(token_hash) FROM events.registration_links")
    assert hashed == 32


async def test_the_queue_is_dense_and_newcomers_stand_behind_it(client, superuser):
    event = await an_event(client("events", COORDINATOR), capacity=1, waiting_list="auto", waiting_capacity=2)
    answers = [await register(client, event, number) for number in range(4)]
    told = [(a.status_code, a.json().get("state"), a.json().get("queue_place")) for a in answers]
    assert told == [(201, "confirmed", None), (201, "waitlisted", 1), (201, "waitlisted", 2), (409, None, None)]
    assert answers[3].json()["code"] == "event-full"
    assert await counts(superuser) == (1, 2, 0)
    assert await kinds(superuser) == ["confirmation", "queued", "queued"]


@pytest.mark.parametrize(
    ("facts", "code", "opens_at"),
    [
        ({"capacity": 0}, "event-full", None),
        ({"registration_opens_at": "2098-01-01T00:00:00Z"}, "registration-not-open", "2098-01-01T00:00:00Z"),
        ({"registration_closes_at": "2026-01-01T00:00:00Z"}, "registration-closed", None),
        ({"starts_at": PAST}, "registration-closed", None),
        ({"registration_required": False}, "registration-not-required", None),
    ],
)
async def test_a_refusal_says_precisely_why(client, superuser, facts, code, opens_at):
    event = await an_event(client("events", COORDINATOR), **facts)
    refused = await register(client, event)
    assert (refused.status_code, refused.json()["code"]) == (409, code)
    assert refused.json().get("opens_at") == opens_at
    assert await counts(superuser) == (0, 0, 0)
    assert await kinds(superuser) == []


async def test_nobody_registers_to_a_draft(client):
    staff = client("events", COORDINATOR)
    draft = await a_draft(staff)
    address = f"/v1/events/{draft['id']}/registrations"
    assert (await client("events").post(address, person())).status_code == 404
    refused = await staff.post(address, person())
    assert (refused.status_code, refused.json()["code"]) == (409, "registration-not-open")


@pytest.mark.parametrize(
    "facts",
    [
        {"privacy_accepted": False},
        {"email": "ei-osoite"},
        {"email": "a@b"},
        {"email": "a\r\nBcc: b@yritys.example"},
        {"email": "x" * 250 + "@yritys.example"},
        {"name": "Nimi\r\nBcc: x"},
        {"name": "\u0000"},
        {"name": " "},
        {"state": "confirmed"},
        {"language": "suomi!"},
    ],
)
async def test_what_no_person_is_called_or_reached_by_is_refused(client, superuser, facts):
    event = await an_event(client("events", COORDINATOR))
    assert (await register(client, event, **facts)).status_code == 422
    assert await counts(superuser) == (0, 0, 0)


async def test_the_same_person_is_answered_like_a_newcomer_and_has_one_seat(client, superuser):
    event = await an_event(client("events", COORDINATOR), capacity=5)
    first = await register(client, event, email="maija@yritys.example", name="Maija Mäki")
    spellings = [
        ("MAIJA@Yritys.Example", "Maija Mäki"),
        ("maija+vipu@yritys.example", "maija mäki"),
        ("\uff4daija@yritys.example", "Mäki, Maija"),
        ("maija@yritys.example", "Maija Ma\u0308ki"),
    ]
    for email, name in spellings:
        again = await register(client, event, email=email, name=name)
        assert (again.status_code, again.json()) == (201, first.json()), again.text
    assert await counts(superuser) == (1, 0, 0)
    assert await kinds(superuser) == ["confirmation", "manage_link"]


async def test_a_full_event_answers_the_known_and_the_unknown_alike(client, superuser):
    event = await an_event(client("events", COORDINATOR), capacity=1)
    await register(client, event, 1)
    known, unknown = [await register(client, event, number) for number in (1, 2)]
    assert known.status_code == unknown.status_code == 409
    assert {**known.json(), "instance": ""} == {**unknown.json(), "instance": ""}
    assert await kinds(superuser) == ["confirmation"]


async def test_a_waiting_list_answers_the_known_and_the_unknown_alike(client, superuser):
    event = await an_event(client("events", COORDINATOR), capacity=1, waiting_list="auto")
    for number in (1, 2):
        await register(client, event, number)
    known, unknown = [(await register(client, event, number)).json() for number in (1, 3)]
    assert {**known, "id": ""} == {**unknown, "id": ""}
    assert await counts(superuser) == (1, 2, 0)
    positions = await superuser.fetch(
        "SELECT queue_position FROM events.registrations WHERE state = 'waitlisted' ORDER BY 1"
    )
    assert [row[0] for row in positions] == [1, 2]


async def test_one_shared_mailbox_registers_four_colleagues(client, superuser):
    event = await an_event(client("events", COORDINATOR))
    for number in range(4):
        answer = await register(client, event, number, email="toimisto@yritys.example")
        assert answer.status_code == 201
    await register(client, event, 3, email="Toimisto@yritys.example")
    assert await counts(superuser) == (4, 0, 0)


async def test_the_same_key_gives_the_same_answer_once(client, superuser):
    event = await an_event(client("events", COORDINATOR))
    headers = {"Idempotency-Key": "0b1f7a52-58cc-4d0f-9d0c-1c0b4d1c9a10"}
    address = f"/v1/events/{event['slug']}/registrations"
    first, again = [await client("events").post(address, person(), headers=headers) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json() and again.headers["idempotency-replayed"] == "true"
    assert await kinds(superuser) == ["confirmation"]


async def test_one_sees_and_cancels_ones_own_registration_and_the_next_moves_up(client, superuser, outbox_kinds):
    event = await an_event(
        client("events", COORDINATOR), capacity=1, waiting_list="auto", join_url="https://meet.example/secret"
    )
    mine, next_in_line, last = [(await register(client, event, number)).json() for number in (1, 2, 3)]
    link, other, third = [await a_link(superuser, one["id"]) for one in (mine, next_in_line, last)]
    nobody = client("events")
    seen = await nobody.get("/v1/registrations/self", headers=link)
    assert (seen.status_code, seen.json()["state"], seen.json()["join_url"]) == (
        200,
        "confirmed",
        "https://meet.example/secret",
    )
    assert seen.headers["cache-control"] == "no-store"
    waiting = (await nobody.get("/v1/registrations/self", headers=third)).json()
    assert (waiting["state"], waiting["queue_place"], waiting["join_url"]) == ("waitlisted", 2, None)
    cancelled = [await nobody.delete("/v1/registrations/self", headers=link) for _ in range(2)]
    assert [answer.status_code for answer in cancelled] == [200, 200]
    assert cancelled[0].json() == cancelled[1].json()
    assert (cancelled[0].json()["state"], cancelled[0].json()["cancelled_by"]) == ("cancelled", "registrant")
    promoted = (await nobody.get("/v1/registrations/self", headers=other)).json()
    assert (promoted["state"], promoted["join_url"]) == ("confirmed", "https://meet.example/secret")
    assert (await nobody.get("/v1/registrations/self", headers=third)).json()["queue_place"] == 1
    assert await counts(superuser) == (1, 1, 1)
    assert await kinds(superuser) == ["confirmation", "queued", "queued", "cancelled", "promoted"]
    assert (await outbox_kinds("events"))[-2:] == ["vipu.registration.cancelled.v1", "vipu.registration.confirmed.v1"]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_a_guessed_link_opens_nothing(client, method):
    answer = await client("events").send(method, "/v1/registrations/self", headers={"X-Manage-Token": new_secret()})
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


async def test_after_the_deadline_a_seat_is_not_given_back_but_a_place_in_the_queue_is(client, superuser):
    event = await an_event(
        client("events", COORDINATOR), capacity=1, waiting_list="auto", cancel_until_at="2026-01-01T00:00:00Z"
    )
    seated, waiting = [(await register(client, event, number)).json() for number in (1, 2)]
    refused = await client("events").delete("/v1/registrations/self", headers=await a_link(superuser, seated["id"]))
    left = await client("events").delete("/v1/registrations/self", headers=await a_link(superuser, waiting["id"]))
    assert (refused.status_code, refused.json()["code"], left.status_code) == (409, "cancel-deadline-passed", 200)
    assert await counts(superuser) == (1, 0, 1)


async def test_who_registers_again_stands_at_the_tail_with_a_calendar_entry_of_their_own(client, superuser):
    event = await an_event(client("events", COORDINATOR), capacity=1, waiting_list="auto")
    first, _ = [(await register(client, event, number)).json() for number in (1, 2)]
    await client("events").delete("/v1/registrations/self", headers=await a_link(superuser, first["id"]))
    again = (await register(client, event, 1)).json()
    assert (again["state"], again["queue_place"]) == ("waitlisted", 1)
    assert again["id"] != first["id"]
    uids = await superuser.fetch(
        "SELECT ical_uid FROM events.registrations WHERE id = ANY ($1)", [first["id"], again["id"]]
    )
    assert {row["ical_uid"] for row in uids} == {f"{first['id']}@vipu", f"{again['id']}@vipu"}
    assert await counts(superuser) == (1, 1, 1)


async def test_staff_add_people_outside_the_window_and_beyond_capacity_only_with_a_reason(client, superuser):
    staff = client("events", COORDINATOR)
    event = await an_event(staff, capacity=1, registration_closes_at="2026-01-01T00:00:00Z")
    address = f"/v1/events/{event['id']}/registrations"
    added = await staff.post(address, person(1))
    full = await staff.post(address, person(2))
    forced = await staff.post(address, person(2, force_reason="Puhuja"))
    assert [a.status_code for a in (added, full, forced)] == [201, 409, 201]
    assert full.json()["code"] == "event-full"
    assert await counts(superuser) == (2, 0, 0)
    for outsider in (client("events"), client("events", COORDINATOR_ELSEWHERE)):
        assert (await outsider.post(address, person(3, force_reason="Pyydän"))).status_code == 403
        assert (await outsider.post(address, person(3))).json()["code"] == "registration-closed"


async def test_people_of_a_past_event_are_recorded_and_not_written_to(client, superuser):
    staff = client("events", COORDINATOR)
    event = await an_event(staff, starts_at=PAST)
    recorded = await staff.post(f"/v1/events/{event['id']}/registrations", person())
    cancelled = await staff.post(f"/v1/registrations/{recorded.json()['id']}/cancel")
    assert (recorded.status_code, cancelled.json()["cancelled_by"]) == (201, "organiser")
    assert await kinds(superuser) == []


@pytest.mark.parametrize(
    ("grants", "listed", "read"),
    [
        ((), 401, 401),
        ((FUNDER,), 403, 403),
        ((Grant(Role.door),), 403, 403),
        ((COORDINATOR_ELSEWHERE,), 404, 404),
        ((COORDINATOR,), 200, 200),
        ((ADMIN,), 200, 200),
    ],
)
async def test_people_are_seen_by_the_events_staff_alone(client, grants, listed, read):
    event = await an_event(client("events", COORDINATOR))
    registered = (await register(client, event)).json()
    caller = client("events", *grants)
    assert (await caller.get(f"/v1/events/{event['id']}/registrations")).status_code == listed
    assert (await caller.get(f"/v1/registrations/{registered['id']}")).status_code == read


async def test_staff_find_correct_and_cancel_registrations(client, superuser):
    staff = client("events", COORDINATOR)
    event = await an_event(staff, capacity=1, waiting_list="auto")
    first, second = [(await register(client, event, number)).json() for number in (1, 2)]
    page = await staff.get(f"/v1/events/{event['id']}/registrations", state="waitlisted", q="Henkilö")
    assert [one["id"] for one in page.json()["items"]] == [second["id"]]
    assert page.headers["cache-control"] == "no-store"
    address = f"/v1/registrations/{second['id']}"
    renamed = await staff.patch(address, {"organisation": "Toinen Oy", "name": "Toinen Nimi"}, version=1)
    assert (renamed.status_code, renamed.json()["organisation"]) == (200, "Toinen Oy")
    stale = await staff.patch(address, {"name": "Kolmas"}, version=1)
    assert (stale.status_code, (await staff.patch(address, {"name": "K"})).status_code) == (412, 428)
    same = await staff.patch(f"/v1/registrations/{first['id']}", {"organisation": None}, version=1)
    assert same.json()["organisation"] is None
    assert (await client("events", COORDINATOR_ELSEWHERE).post(f"{address}/cancel")).status_code == 404
    gone = await staff.post(f"/v1/registrations/{first['id']}/cancel")
    assert (gone.json()["state"], gone.json()["cancelled_by"]) == ("cancelled", "organiser")
    assert (await staff.get(address)).json()["state"] == "confirmed"
    organisations = await superuser.fetch(
        "SELECT organisation_key, registered FROM events.event_organisation_counts WHERE registered > 0"
    )
    assert [tuple(row) for row in organisations] == [("toinen oy", 1)]


async def test_a_correction_cannot_make_two_of_one_person(client):
    staff = client("events", COORDINATOR)
    event = await an_event(staff)
    mailbox = "toimisto@yritys.example"
    _, second = [(await register(client, event, number, email=mailbox)).json() for number in (1, 2)]
    refused = await staff.patch(f"/v1/registrations/{second['id']}", {"name": "henkilö 1"}, version=1)
    assert (refused.status_code, refused.json()["code"]) == (409, "same-person-registered")


async def test_more_seats_promote_and_mail_and_fewer_displace_nobody(client, superuser):
    staff = client("events", COORDINATOR)
    event = await an_event(staff, capacity=2, waiting_list="auto")
    for number in range(5):
        await register(client, event, number)
    address = f"/v1/events/{event['id']}"
    fewer = await staff.patch(address, {"capacity": 0}, version=2)
    assert (fewer.status_code, fewer.json()["code"]) == (409, "would-displace")
    assert (fewer.json()["count"], fewer.json()["confirmed_count"]) == (2, 2)
    more = await staff.patch(address, {"capacity": 4}, version=2)
    assert (more.json()["confirmed_count"], more.json()["waiting_count"]) == (4, 1)
    assert (await kinds(superuser)).count("promoted") == 2
    rows = await superuser.fetch(STATES)
    assert [row["state"] for row in rows] == ["confirmed"] * 4 + ["waitlisted"]
    unlimited = await staff.patch(address, {"capacity": None}, version=3)
    assert (unlimited.json()["confirmed_count"], unlimited.json()["waiting_count"]) == (5, 0)


async def test_a_new_time_is_told_to_everybody_once(client, applications, superuser):
    staff = client("events", COORDINATOR)
    event = await an_event(staff, capacity=1, waiting_list="auto")
    for number in range(2):
        await register(client, event, number)
    await applications.worker("events").drain()  # A mail that is sent later would tell the new time itself.
    address = f"/v1/events/{event['id']}"
    later = {"starts_at": "2099-03-12T07:00:00Z", "ends_at": "2099-03-12T08:00:00Z"}
    assert (await staff.patch(address, later, version=2)).status_code == 200
    assert (await staff.patch(address, {"title": {"fi": "Kahvit"}}, version=3)).status_code == 200
    await applications.worker("events").drain()
    assert (await kinds(superuser)).count("event_changed") == 2


async def test_a_hybrid_events_guest_says_where_they_take_part(client, superuser):
    staff = client("events", COORDINATOR)
    hybrid, online = await an_event(staff, mode="hybrid"), await an_event(staff, mode="online")
    for event in (hybrid, online):
        assert (await register(client, event, mode="onsite")).status_code == 201
    modes = await superuser.fetch("SELECT mode FROM events.registrations ORDER BY created_at")
    assert [row["mode"] for row in modes] == ["onsite", None]


async def test_no_stored_row_holds_a_links_secret_after_the_mail_is_sent(client, applications, superuser):
    event = await an_event(client("events", COORDINATOR))
    await register(client, event)
    await applications.worker("events").drain()
    secrets = await superuser.fetch("SELECT secret FROM events.mail_secrets")
    assert secrets == []
