"""Races: many at once for the same seats. Each has its negative control: without the guard it must go wrong."""

import asyncio
from collections import Counter

import pytest

from services.kernel.data.ids import new_secret, secret_hash
from tests.events.unguarded import GUARDS, remove_guards
from tests.factories import COORDINATOR, an_event, person

ROWS = "SELECT state, count(*) FROM events.registrations GROUP BY state"
QUEUE = "SELECT queue_position FROM events.registrations WHERE state = 'waitlisted' ORDER BY 1"


async def crowd(client, event, size, *, grants=()):
    """All of them post at once; their answers."""
    caller = client("events", *grants)
    address = f"/v1/events/{event['id']}/registrations"

    return await asyncio.gather(*(caller.post(address, person(number), key=True) for number in range(size)))


async def rows_by_state(superuser):
    return {row["state"]: row["count"] for row in await superuser.fetch(ROWS)}


async def counters(superuser):
    return tuple(await superuser.fetchrow("SELECT confirmed_count, waiting_count, queue_tail FROM events.events"))


@pytest.mark.slow
async def test_of_500_posts_for_380_seats_exactly_380_are_seated_and_120_wait_in_a_dense_queue(client, superuser):
    event = await an_event(client("events", COORDINATOR), capacity=380, waiting_list="auto")
    answers = await crowd(client, event, 500)
    assert Counter(answer.status_code for answer in answers) == {201: 500}
    assert Counter(answer.json()["state"] for answer in answers) == {"confirmed": 380, "waitlisted": 120}
    places = sorted(answer.json()["queue_place"] or 0 for answer in answers)[380:]
    assert places == list(range(1, 121))
    assert await rows_by_state(superuser) == {"confirmed": 380, "waitlisted": 120}
    assert [row[0] for row in await superuser.fetch(QUEUE)] == list(range(1, 121))
    assert await counters(superuser) == (380, 120, 120)


@pytest.mark.parametrize("guards", GUARDS)
async def test_only_the_guards_keep_two_from_one_seat(client, superuser, monkeypatch, guards):
    """The negative control: the same callers oversell as soon as the seat is taken by look-then-leap.

    Callers who have signed in are admitted alone, each in a transaction of their own; the batches of the others are in
    test_admission_queue.py.
    """
    remove_guards(monkeypatch, guards)
    event = await an_event(client("events", COORDINATOR), capacity=20)
    answers = await crowd(client, event, 40, grants=(COORDINATOR,))
    statuses = Counter(answer.status_code for answer in answers)
    seated = statuses[201]
    assert (await rows_by_state(superuser))["confirmed"] == seated
    assert statuses.keys() <= ({201, 409, 503} if guards == "update" else {201, 409})
    match guards:
        case "lock and update":
            assert (seated, await counters(superuser)) == (20, (20, 0, 0))
        case "update":
            assert seated <= 20 and await counters(superuser) == (seated, 0, 0)
        case "none":
            assert seated > 20


async def a_link(superuser, registration_id):
    secret = new_secret()
    await superuser.execute(
        "INSERT INTO events.registration_links (token_hash, registration_id) VALUES ($1, $2)",
        secret_hash(secret),
        registration_id,
    )
    return {"X-Manage-Token": secret}


async def test_a_newcomer_queues_when_a_seat_is_freed_in_the_same_instant(client, superuser):
    event = await an_event(client("events", COORDINATOR), capacity=5, waiting_list="auto")
    answers = await crowd(client, event, 10)
    by_state = {
        state: [answer.json()["id"] for answer in answers if answer.json()["state"] == state]
        for state in ("confirmed", "waitlisted")
    }
    nobody = client("events")
    links = [await a_link(superuser, registration_id) for registration_id in by_state["confirmed"][:3]]
    results = await asyncio.gather(
        *(nobody.delete("/v1/registrations/self", headers=link) for link in links),
        *(nobody.post(f"/v1/events/{event['id']}/registrations", person(number)) for number in (91, 92, 93)),
    )
    assert [answer.status_code for answer in results] == [200] * 3 + [201] * 3
    assert {answer.json()["state"] for answer in results[3:]} == {"waitlisted"}
    assert await counters(superuser) == (5, 5, 8)
    queue = await superuser.fetch("SELECT email FROM events.registrations WHERE state = 'waitlisted'")
    assert {f"henkilo{number}@yritys.example" for number in (91, 92, 93)} < {row["email"] for row in queue}


async def test_cancelling_twice_at_once_frees_one_seat_and_sends_one_mail(client, superuser):
    event = await an_event(client("events", COORDINATOR), capacity=1, waiting_list="auto")
    answers = [
        await client("events").post(f"/v1/events/{event['id']}/registrations", person(number)) for number in range(3)
    ]
    link = await a_link(superuser, answers[0].json()["id"])
    staff = client("events", COORDINATOR)
    ended = await asyncio.gather(
        *(client("events").delete("/v1/registrations/self", headers=link) for _ in range(4)),
        *(staff.post(f"/v1/registrations/{answers[0].json()['id']}/cancel") for _ in range(2)),
    )
    assert {answer.status_code for answer in ended} == {200}
    assert len({answer.json()["cancelled_by"] for answer in ended}) == 1
    assert await rows_by_state(superuser) == {"cancelled": 1, "confirmed": 1, "waitlisted": 1}
    assert await counters(superuser) == (1, 1, 2)
    mails = await superuser.fetch("SELECT kind, count(*) AS n FROM events.mails GROUP BY kind")
    # The mail names the one who came first: the person, or the organiser.
    first = {"registrant": "cancelled", "organiser": "cancelled_by_organiser"}[ended[0].json()["cancelled_by"]]
    assert {row["kind"]: row["n"] for row in mails} == {"confirmation": 1, "queued": 2, first: 1, "promoted": 1}


async def test_the_same_person_posting_at_once_has_one_seat(client, superuser):
    event = await an_event(client("events", COORDINATOR), capacity=10)
    nobody = client("events")
    answers = await asyncio.gather(
        *(nobody.post(f"/v1/events/{event['id']}/registrations", person(1), key=True) for _ in range(8))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert await counters(superuser) == (1, 0, 0)


async def test_seats_raised_during_a_rush_are_all_filled_and_never_oversold(client, superuser):
    staff = client("events", COORDINATOR)
    event = await an_event(staff, capacity=5, waiting_list="auto")
    _, *raised = await asyncio.gather(
        crowd(client, event, 40),
        staff.patch(f"/v1/events/{event['id']}", {"capacity": 12}, version=2),
    )
    assert raised[0].status_code == 200
    assert await rows_by_state(superuser) == {"confirmed": 12, "waitlisted": 28}
    assert (await counters(superuser))[:2] == (12, 28)
