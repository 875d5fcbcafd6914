"""The outcome of an event: its staff write it from the day of the event on, and readers of its figures read it."""

import pytest

from tests.events.test_kind_events_figures import held
from tests.factories import (
    ADMIN,
    COORDINATOR,
    COORDINATOR_ELSEWHERE,
    FUNDER,
    FUTURE,
    PAST,
    a_cancelled_event,
    a_draft,
    an_event,
)


async def test_an_outcome_is_written_from_the_day_of_the_event_on(client, superuser):
    staff = client("events", COORDINATOR)
    body = {"themes": {"main": ["equality"]}}
    cancelled = await a_cancelled_event(staff, superuser)
    events = [await an_event(staff, starts_at=FUTURE), await a_draft(staff, starts_at=PAST), cancelled]
    answers = [await staff.put(f"/v1/events/{event['id']}/outcome", body) for event in events]
    assert [(one.status_code, one.json()["code"]) for one in answers] == [
        (409, "event-day-ahead"),
        (409, "state-conflict"),
        (409, "event-cancelled"),
    ]
    unmarked = (await staff.get(f"/v1/events/{events[0]['id']}/outcome")).json()
    assert [unmarked[name] for name in ("marked_at", "themes", "notes")] == [None, None, {}]


async def test_a_postponed_event_has_no_outcome_until_its_new_day(client, superuser):
    staff = client("events", COORDINATOR)
    event = await an_event(staff, starts_at=PAST)
    await superuser.execute("UPDATE events.events SET event_status = 'postponed'")
    refused = await staff.put(f"/v1/events/{event['id']}/outcome", {"themes": {"main": ["equality"]}})
    assert (refused.status_code, refused.json()["code"], refused.json()["first_on"]) == (409, "event-day-ahead", None)


@pytest.mark.parametrize(
    "body",
    [
        {"themes": {"main": ["equality"], "touched": ["equality"]}},
        {"themes": {"main": ["equality", "equality"]}},
        {"themes": {"main": ["equality"]}, "notes": {"competence": {"fi": "Muuta"}}},
        {"themes": {"main": ["two words"]}},
        {"notes": {}},
        {"themes": {}, "more": 1},
    ],
)
async def test_a_contradictory_outcome_is_refused(client, body):
    event = await held(client)
    answer = await client("events", COORDINATOR).put(f"/v1/events/{event['id']}/outcome", body)
    assert answer.status_code == 422


async def test_staff_write_an_outcome_and_readers_of_figures_read_it(client, superuser):
    event = await held(client, outcome=["equality"])
    address = f"/v1/events/{event['id']}/outcome"
    body = {"themes": {"main": ["competence"]}}
    for grants, reads, writes in (
        ((), 401, 401),
        ((COORDINATOR_ELSEWHERE,), 404, 403),
        ((FUNDER,), 200, 403),
        ((COORDINATOR,), 200, 200),
        ((ADMIN,), 200, 200),
    ):
        caller = client("events", *grants)
        answers = (await caller.get(address)).status_code, (await caller.put(address, body)).status_code
        assert answers == (reads, writes), grants
    announced = await superuser.fetchval(
        "SELECT count(*) FROM events.outbox WHERE kind = 'vipu.event.outcome_marked.v1'"
    )
    assert announced == 3
