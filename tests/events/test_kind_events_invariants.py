"""An invariant is judged on the change, not on the state; deadlines follow the start."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from services.events.events.deadlines import CLOSES_AT, closes_at
from services.events.events.models import Event
from tests.events.test_races import a_link
from tests.factories import (
    COORDINATOR,
    FUTURE,
    PAST,
    a_draft,
    a_registration,
    an_event,
    event_body,
    person,
    registrations_of,
    transaction_of,
)

DAY = timedelta(days=1)


def at(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


def in_days(days: float) -> datetime:
    return (datetime.now(UTC) + timedelta(days=days)).replace(microsecond=0)


async def patched(client, event, body):
    staff = client("events", COORDINATOR)
    address = f"/v1/events/{event['id']}"
    version = (await staff.get(address)).json()["version"]
    return await staff.patch(address, body, version=version)


async def an_overfull_event(client):
    """Two seats, and three people: the last was given a seat beyond the capacity."""
    staff = client("events", COORDINATOR)
    event = await an_event(staff, capacity=2)
    await registrations_of(staff, event, 2)
    forced = await staff.post(f"/v1/events/{event['id']}/registrations", person(9, force_reason="Puhuja"))
    assert forced.status_code == 201
    return event


@pytest.mark.parametrize(
    "change",
    [
        {"title": {"fi": "Toinen"}},
        {"join_url": "https://meet.example/a"},
        {"ends_at": at(FUTURE + timedelta(hours=2))},
        {"waiting_list": "auto", "waiting_capacity": 0},
        {"capacity": 2},
        {"capacity": None},
        {"capacity": 3},
        {"event_status": "moved_online"},
    ],
)
async def test_who_sits_beyond_the_capacity_hinders_no_other_change(client, change):
    event = await an_overfull_event(client)
    answer = await patched(client, event, change)
    assert answer.status_code == 200, answer.text
    assert answer.json()["confirmed_count"] == 3


async def test_a_walk_in_beyond_the_capacity_hinders_no_other_change(client):
    staff = client("events", COORDINATOR)
    event = await an_event(staff, capacity=0, starts_at=in_days(-0.01))
    assert (await staff.post(f"/v1/events/{event['id']}/walk-ins", {"name": "Ovelta Tullut"})).status_code == 201
    assert (await patched(client, event, {"title": {"sv": "Kaffe"}})).status_code == 200


@pytest.mark.parametrize(("capacity", "status"), [(1, 409), (0, 409), (2, 200)], ids=["lower", "none-left", "as-it-is"])
async def test_only_a_lowered_capacity_displaces(client, capacity, status):
    event = await an_overfull_event(client)
    answer = await patched(client, event, {"capacity": capacity, "title": {"fi": "Toinen"}})
    assert answer.status_code == status
    if status == 409:
        assert (answer.json()["code"], answer.json()["count"]) == ("would-displace", 3 - capacity)


async def test_a_first_limit_below_the_people_displaces_and_one_above_them_does_not(client):
    staff = client("events", COORDINATOR)
    event = await an_event(staff)
    await registrations_of(staff, event, 3)
    assert (await patched(client, event, {"capacity": 2})).json()["code"] == "would-displace"
    assert (await patched(client, event, {"capacity": 3})).status_code == 200


async def test_instants_that_contradict_each_other_hinder_only_their_own_change(client, superuser):
    event = await an_event(client("events", COORDINATOR))
    # As rows that were entered before a rule was made.
    wrong = "UPDATE events.events SET registration_closes_at = ends_at + interval '1 day' WHERE id = $1"
    await superuser.execute(wrong, event["id"])
    assert (await patched(client, event, {"title": {"fi": "Toinen"}, "cancel_until_at": at(FUTURE)})).status_code == 200
    refused = await patched(client, event, {"registration_closes_at": at(FUTURE + 2 * DAY)})
    assert [error["code"] for error in refused.json()["errors"]] == ["closes-after-end"]
    opens = await patched(client, event, {"registration_opens_at": at(FUTURE + 3 * DAY)})
    assert [error["code"] for error in opens.json()["errors"]] == ["closes-before-opening"]


async def test_the_registration_times_of_a_running_event_are_changed(client):
    event = await an_event(client("events", COORDINATOR), starts_at=in_days(-0.01), ends_at=in_days(0.5))
    answer = await patched(client, event, {"registration_closes_at": at(in_days(0.4)), "title": {"fi": "Toinen"}})
    assert (answer.status_code, answer.json()["registration_state"]) == (200, "open")


async def test_relative_deadlines_are_read_as_instants_and_follow_a_new_start(client, superuser):
    staff = client("events", COORDINATOR)
    body = event_body(registration_closes_before_start="P2D", cancel_until_before_start="PT36H")
    made = await staff.post("/v1/events", body, key=True)
    assert made.status_code == 201, made.text
    event = made.json()
    assert event["registration_closes_at"] == at(FUTURE - 2 * DAY)
    assert (event["registration_closes_before_start"], event["cancel_until_before_start"]) == ("P2D", "P1DT12H")
    later = FUTURE + 30 * DAY
    moved = (await patched(client, event, {"starts_at": at(later), "ends_at": at(later + DAY)})).json()
    assert moved["registration_closes_at"] == at(later - 2 * DAY)
    assert moved["cancel_until_at"] == at(later - timedelta(hours=36))
    assert moved["warnings"] == []
    stored = "SELECT registration_closes_before_seconds, registration_closes_at FROM events.events"
    assert tuple(await superuser.fetchrow(stored)) == (172_800, None)


async def test_absolute_deadlines_move_with_the_start_unless_the_change_sets_them(client):
    staff = client("events", COORDINATOR)
    deadlines = {"registration_closes_at": at(FUTURE - 3 * DAY), "cancel_until_at": at(FUTURE - DAY)}
    event = await an_event(staff, registration_opens_at=at(in_days(-1)), **deadlines)
    later = FUTURE + 10 * DAY
    times = {"starts_at": at(later), "ends_at": at(later + timedelta(hours=1))}
    kept = at(FUTURE - 2 * DAY)
    moved = (await patched(client, event, {**times, "cancel_until_at": kept})).json()
    assert (moved["registration_closes_at"], moved["cancel_until_at"]) == (at(later - 3 * DAY), kept)
    assert moved["registration_opens_at"] == event["registration_opens_at"]


async def test_after_a_reschedule_people_register_and_cancel(client, superuser):
    """The old deadlines have passed; the event was moved to the next month."""
    staff = client("events", COORDINATOR)
    past = at(in_days(-1))
    event = await an_event(staff, starts_at=in_days(1), registration_closes_at=past, cancel_until_at=past)
    seated = await a_registration(staff, event)
    link, nobody = await a_link(superuser, seated), client("events")
    address = f"/v1/events/{event['id']}/registrations"
    assert (await nobody.post(address, person(5))).json()["code"] == "registration-closed"
    assert (await nobody.delete("/v1/registrations/self", headers=link)).json()["code"] == "cancel-deadline-passed"
    later = in_days(31)
    assert (await patched(client, event, {"starts_at": at(later), "ends_at": at(later + DAY)})).status_code == 200
    assert (await nobody.post(address, person(5))).status_code == 201
    assert (await nobody.get("/v1/registrations/self", headers=link)).json()["can_cancel"] is True
    assert (await nobody.delete("/v1/registrations/self", headers=link)).status_code == 200


@pytest.mark.parametrize(
    ("facts", "change", "warned"),
    [
        ({"cancel_until_at": in_days(8)}, {"starts_at": in_days(1)}, [("/cancel_until_at", "deadline-passed")]),
        (
            {"registration_closes_before_start": "P5D"},
            {"starts_at": in_days(2)},
            [("/registration_closes_at", "deadline-passed")],
        ),
        (
            {"registration_closes_at": in_days(8)},
            {"starts_at": in_days(5), "ends_at": in_days(9), "registration_closes_at": in_days(8)},
            [("/registration_closes_at", "deadline-after-start")],
        ),
        (
            {"registration_opens_at": in_days(6), "registration_closes_at": in_days(8)},
            {"starts_at": in_days(7)},
            [("/registration_opens_at", "opening-moved")],
        ),
        ({"cancel_until_at": in_days(8)}, {"title": {"fi": "Toinen"}}, []),
        ({"cancel_until_at": in_days(8)}, {"starts_at": in_days(20)}, []),
    ],
    ids=["passed", "relative-passed", "kept-after-start", "opening", "other-change", "later"],
)
async def test_a_deadline_that_cannot_move_sensibly_is_warned_about(client, facts, change, warned):
    """The event was to be in ten days."""
    facts = {name: at(value) if isinstance(value, datetime) else value for name, value in facts.items()}
    event = await an_event(client("events", COORDINATOR), starts_at=in_days(10), **facts)
    if starts_at := change.get("starts_at"):
        change = {"ends_at": starts_at + timedelta(hours=1), **change}
    change = {name: at(value) if isinstance(value, datetime) else value for name, value in change.items()}
    answer = await patched(client, event, change)
    assert answer.status_code == 200, answer.text
    warnings = answer.json()["warnings"]
    assert [(warning["pointer"], warning["code"]) for warning in warnings] == warned
    assert all(warning["message"] for warning in warnings)


async def test_one_form_of_a_deadline_replaces_the_other_and_both_at_once_are_refused(client):
    staff = client("events", COORDINATOR)
    event = await a_draft(staff, registration_closes_before_start="P1D")
    absolute = (await patched(client, event, {"registration_closes_at": at(FUTURE)})).json()
    assert absolute["registration_closes_before_start"] is None
    relative = (await patched(client, event, {"registration_closes_before_start": "PT1H"})).json()
    assert relative["registration_closes_at"] == at(FUTURE - timedelta(hours=1))
    both = {"registration_closes_at": at(FUTURE), "registration_closes_before_start": "P3D"}
    refused = [await patched(client, event, both), await staff.post("/v1/events", event_body(**both), key=True)]
    assert [(answer.status_code, answer.json()["errors"][0]["code"]) for answer in refused] == [
        (422, "two-deadlines")
    ] * 2
    none = (await patched(client, event, {"registration_closes_at": None})).json()
    assert (none["registration_closes_at"], none["registration_closes_before_start"]) == (None, None)


async def test_sending_back_what_was_read_changes_nothing(client):
    event = await a_draft(client("events", COORDINATOR), registration_closes_before_start="P1D")
    names = ("registration_closes_at", "registration_closes_before_start", "cancel_until_at", "starts_at", "title")
    answer = await patched(client, event, {name: event[name] for name in names})
    assert (answer.status_code, answer.json()["version"]) == (200, event["version"])


@pytest.mark.parametrize("before", ["-P1D", "P2Y", "PT0.5S", "two days"])
async def test_a_time_before_the_start_is_a_whole_number_of_seconds_within_a_year(client, before):
    body = event_body(registration_closes_before_start=before)
    assert (await client("events", COORDINATOR).post("/v1/events", body, key=True)).status_code == 422


@pytest.mark.parametrize(
    ("starts_in", "ends_in", "facts", "promoted"),
    [
        (10, 11, {}, True),
        (-0.01, 1, {}, False),
        (1, 2, {"promote_until_before_start": "P2D"}, False),
        (3, 4, {"promote_until_before_start": "P2D"}, True),
    ],
    ids=["before-the-start", "running", "too-late-by-setting", "early-enough"],
)
async def test_waiting_persons_move_up_until_the_start_or_earlier_by_setting(
    client, superuser, starts_in, ends_in, facts, promoted
):
    staff = client("events", COORDINATOR)
    event = await an_event(staff, capacity=1, waiting_list="auto", starts_at=FUTURE, **facts)
    seated, _, _ = await registrations_of(staff, event, 3)
    moved = "UPDATE events.events SET starts_at = $1, ends_at = $2"
    await superuser.execute(moved, in_days(starts_in), in_days(ends_in))
    assert (await staff.post(f"/v1/registrations/{seated}/cancel")).status_code == 200
    read = f"/v1/events/{event['id']}"
    assert (await staff.get(read)).json()["confirmed_count"] == int(promoted)
    raised = await patched(client, event, {"capacity": 5})
    assert (raised.json()["confirmed_count"], raised.json()["waiting_count"]) == ((2, 0) if promoted else (0, 2))


@pytest.mark.parametrize(
    "facts", [{}, {"registration_closes_at": at(PAST)}, {"registration_closes_before_start": "P1D"}]
)
async def test_the_deadline_in_python_is_the_deadline_in_sql(client, facts):
    staff = client("events", COORDINATOR)
    await an_event(staff, **facts)
    async with transaction_of(staff) as (session, _):
        [(event, in_sql)] = await session.execute(select(Event, CLOSES_AT))
        assert closes_at(event) == in_sql
    listed = (await client("events").get("/v1/events")).json()["items"][0]
    detail = (await client("events").get(f"/v1/events/{listed['id']}")).json()
    by_staff = (await staff.get("/v1/events")).json()["items"][0]
    assert listed["registration_closes_at"] == detail["registration_closes_at"] == by_staff["registration_closes_at"]


async def test_who_waits_reads_the_deadline_by_which_they_may_cancel(client, superuser):
    staff = client("events", COORDINATOR)
    event = await an_event(staff, capacity=1, waiting_list="auto", cancel_until_at="2026-01-01T00:00:00Z")
    links = [await a_link(superuser, person_id) for person_id in await registrations_of(staff, event, 2)]
    read = [(await client("events").get("/v1/registrations/self", headers=link)).json() for link in links]
    deadlines = [(one["can_cancel"], one["cancel_until_at"]) for one in read]
    assert deadlines == [(False, "2026-01-01T00:00:00Z"), (True, event["ends_at"])]
