"""Irreversible commands have a guard: what was held stays held, and only a draft is deleted."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from services.contracts.periods import HELSINKI
from services.events.events import queries
from services.events.events.models import Event
from tests.factories import (
    ADMIN,
    COORDINATION,
    COORDINATOR,
    COORDINATOR_ELSEWHERE,
    FUNDER,
    PAST,
    a_draft,
    a_registration,
    an_event,
)

REASON = {"reason": {"fi": "Peruttu"}}
MEASURES = {"coordination": str(COORDINATION), "period": "2026S1"}


async def attended(client, event):
    """One registered person, marked as attended."""
    staff = client("events", COORDINATOR)
    person = await a_registration(staff, event)
    marks = {"items": [{"registration_id": person, "status": "attended"}]}
    marked = await staff.put(f"/v1/events/{event['id']}/attendance", marks)
    assert marked.status_code == 200, marked.text
    return person


async def coffee(staff):
    answer = (await staff.get("/v1/measures", **MEASURES)).json()
    [measure] = [one for one in answer["items"] if one["key"] == "coffee"]
    return measure


def code_of(answer):
    return answer.status_code, answer.json()["code"] if answer.status_code >= 400 else None


async def test_an_event_that_is_over_is_not_cancelled_and_its_measure_stays(client, outbox_kinds):
    staff = client("events", COORDINATOR)
    held, coming = await an_event(staff, starts_at=PAST), await an_event(staff)
    await attended(client, held)
    before = await coffee(staff)
    assert before["value"] == "1"
    refused = await staff.post(f"/v1/events/{held['id']}/cancel", REASON)
    assert code_of(refused) == (409, "event-has-attendance")
    empty = await an_event(staff, starts_at=PAST + timedelta(days=200))
    assert code_of(await staff.post(f"/v1/events/{empty['id']}/cancel", REASON)) == (409, "event-over")
    assert await coffee(staff) == before
    assert "vipu.event.cancelled.v1" not in await outbox_kinds("events")
    assert (await staff.post(f"/v1/events/{coming['id']}/cancel", REASON)).status_code == 200


async def test_an_event_to_which_people_came_is_cancelled_once_their_marks_are_removed(client):
    """The event takes place now: people are marked from its day on, and it is cancelled until its end."""
    staff = client("events", COORDINATOR)
    now = datetime.now(UTC)
    event = await an_event(staff, starts_at=now - timedelta(minutes=1), ends_at=now + timedelta(hours=1))
    person = await attended(client, event)
    address = f"/v1/events/{event['id']}"
    assert code_of(await staff.post(f"{address}/cancel", REASON)) == (409, "event-has-attendance")
    await staff.put(f"{address}/attendance", {"items": [{"registration_id": person, "status": "unknown"}]})
    assert (await staff.post(f"{address}/cancel", REASON)).status_code == 200


async def test_a_postponed_event_is_cancelled_after_its_old_date(client, superuser):
    staff = client("events", COORDINATOR)
    event = await an_event(staff, starts_at=PAST)
    await superuser.execute("UPDATE events.events SET event_status = 'postponed' WHERE id = $1", event["id"])
    assert (await staff.post(f"/v1/events/{event['id']}/cancel", REASON)).status_code == 200


LATER = {"starts_at": "2099-01-01T07:00:00Z", "ends_at": "2099-01-01T08:00:00Z"}
POSTPONED = {"event_status": "postponed"}


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ([POSTPONED], True),
        ([POSTPONED, {"venue": {"fi": "Muu sali"}}], True),
        ([POSTPONED, {"event_status": "scheduled"}, POSTPONED], True),
        ([POSTPONED, LATER], False),
    ],
    ids=["postponed", "then-changed", "twice", "then-dated"],
)
async def test_a_late_postponement_does_not_open_the_way_to_cancelling(client, changes, refused):
    """An event that had ended is over while it is postponed too. A new date makes it one that is to come."""
    staff = client("events", COORDINATOR)
    event = await an_event(staff, starts_at=PAST)
    address, version = f"/v1/events/{event['id']}", event["version"]
    for change in changes:
        changed = await staff.patch(address, change, version=version)
        assert changed.status_code == 200, changed.text
        version = changed.json()["version"]
    expected = (409, "event-over") if refused else (200, None)
    assert code_of(await staff.post(f"{address}/cancel", REASON)) == expected


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"event_status": "postponed"}, 409),
        ({"starts_at": "2099-01-01T07:00:00Z", "ends_at": "2099-01-01T08:00:00Z"}, 409),
        ({"starts_at": "2026-03-10T07:00:00Z", "ends_at": "2026-03-10T08:00:00Z"}, 200),
        ({"title": {"fi": "Toinen"}}, 200),
    ],
    ids=["postponed", "moved-to-the-future", "corrected-day", "title"],
)
async def test_an_event_to_which_people_came_stays_held(client, change, status):
    """Brothers of the cancelling: each would turn its measure to zero."""
    staff = client("events", COORDINATOR)
    event = await an_event(staff, starts_at=PAST)
    address = f"/v1/events/{event['id']}"
    await attended(client, event)
    answer = await staff.patch(address, change, version=event["version"])
    assert code_of(answer) == ((409, "event-has-attendance") if status == 409 else (200, None))
    untouched = await an_event(staff, starts_at=PAST)
    allowed = await staff.patch(f"/v1/events/{untouched['id']}", change, version=untouched["version"])
    assert allowed.status_code == 200, allowed.text


@pytest.mark.parametrize(("delay", "status"), [("same-day", 200), ("next-day", 409)])
async def test_an_event_to_which_people_came_is_moved_within_its_day_alone(client, superuser, delay, status):
    """People are marked before it starts, too: once its day has come."""
    staff = client("events", COORDINATOR)
    event = await an_event(staff)
    midnight = datetime.now(HELSINKI).replace(hour=0, minute=0, second=0, microsecond=0)
    starts_at = midnight.replace(hour=23)
    ends_at = starts_at + timedelta(minutes=20)
    await superuser.execute("UPDATE events.events SET starts_at = $1, ends_at = $2", starts_at, ends_at)
    walk_in = {"name": "Aku Ankka", "email": "aku@yritys.example"}
    entered = await staff.post(f"/v1/events/{event['id']}/walk-ins", walk_in, key=True)
    assert entered.status_code == 201, entered.text
    later = timedelta(minutes=30) if delay == "same-day" else timedelta(hours=2)
    times = {"starts_at": (starts_at + later).isoformat(), "ends_at": (ends_at + later).isoformat()}
    version = (await staff.get(f"/v1/events/{event['id']}")).json()["version"]
    answer = await staff.patch(f"/v1/events/{event['id']}", times, version=version)
    assert code_of(answer) == ((409, "event-has-attendance") if status == 409 else (200, None))


async def test_a_wrong_draft_is_deleted_and_its_address_is_free(client, superuser, outbox_kinds):
    staff = client("events", COORDINATOR)
    draft = await a_draft(staff, slug="kahvit", starts_at=PAST)
    address = f"/v1/events/{draft['id']}"
    missing, stale = await staff.delete(address), await staff.delete(address, version=9)
    assert (missing.status_code, stale.status_code) == (428, 412)
    assert (await staff.delete(address, version=draft["version"])).status_code == 204
    assert (await staff.get(address)).status_code == 404
    assert (await staff.delete(address, version=draft["version"])).status_code == 404
    assert (await outbox_kinds("events"))[-1] == "vipu.event.deleted.v1"
    data = await superuser.fetchval("SELECT data FROM events.outbox ORDER BY position DESC LIMIT 1")
    assert data["event_id"] == draft["id"]
    assert (await a_draft(staff, slug="kahvit"))["slug"] == "kahvit"


@pytest.mark.parametrize(
    ("grants", "status"), [((), 401), ((FUNDER,), 403), ((COORDINATOR_ELSEWHERE,), 404), ((ADMIN,), 204)]
)
async def test_a_draft_is_deleted_by_its_staff_alone(client, grants, status):
    draft = await a_draft(client("events", COORDINATOR))
    answer = await client("events", *grants).delete(f"/v1/events/{draft['id']}", version=draft["version"])
    assert answer.status_code in ({403, 404} if grants == (FUNDER,) else {status})


async def test_what_is_public_or_has_attendance_is_not_deleted(client, superuser):
    staff = client("events", COORDINATOR)
    published = await an_event(staff)
    address = f"/v1/events/{published['id']}"
    assert code_of(await staff.delete(address, version=2)) == (409, "event-published")
    counted = await a_draft(staff, starts_at=PAST)
    await superuser.execute("UPDATE events.events SET attended_count = 1 WHERE id = $1", counted["id"])
    assert code_of(await staff.delete(f"/v1/events/{counted['id']}", version=1)) == (409, "event-has-attendance")


def remove_the_lock(monkeypatch, meeting):
    """Read the event without its lock; two callers wait until both have read it."""

    async def look(session, principal, ref):
        event = await session.scalar(select(Event).where(queries.named(ref)))
        await asyncio.wait_for(meeting.wait(), timeout=10)
        return event

    monkeypatch.setattr(queries, "get_locked", look)
    monkeypatch.setattr(queries, "get_for_change", look)


@pytest.mark.parametrize("locked", [True, False], ids=["locked", "without-the-lock"])
async def test_an_event_is_cancelled_or_has_its_first_mark_never_both(client, monkeypatch, locked):
    """The event takes place now. The negative control reads it without its lock."""
    staff = client("events", COORDINATOR)
    now = datetime.now(UTC)
    event = await an_event(staff, starts_at=now - timedelta(minutes=1), ends_at=now + timedelta(hours=1))
    if not locked:
        remove_the_lock(monkeypatch, asyncio.Barrier(2))
    address = f"/v1/events/{event['id']}"
    answers = await asyncio.gather(
        staff.post(f"{address}/cancel", REASON), staff.put(f"{address}/headcount", {"count": 7})
    )
    monkeypatch.undo()
    seen = (await staff.get(address)).json()
    both = (seen["event_status"], seen["participants"]) == ("cancelled", 7)
    assert both is not locked
    assert sorted(answer.status_code for answer in answers) == ([200, 409] if locked else [200, 200])
