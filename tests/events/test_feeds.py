"""Feeds: published events in anybody's calendar, never the join link."""

from datetime import UTC, datetime, timedelta

import icalendar
import pytest

from services.contracts.roles import Grant, Role
from services.events.coordinations.models import Coordination
from services.kernel.clock import utc_now
from tests.events.mailing import JOIN_URL, an_event, only_event


def entries(answer) -> list[icalendar.Event]:
    return icalendar.Calendar.from_ical(answer.content).walk("VEVENT")


def soon(days: int) -> dict[str, datetime]:
    starts_at = utc_now().replace(microsecond=0) + timedelta(days=days)
    return {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=1)}


async def test_an_event_is_read_as_a_calendar_entry_by_id_and_by_slug(applications, client):
    event = await an_event(applications, description={"fi": "Tervetuloa;\nkaikki"})
    answers = [await client("events").get(f"/v1/events/{ref}/calendar.ics") for ref in (event.id, event.slug)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    assert answers[0].headers["content-type"] == "text/calendar; charset=utf-8"
    assert icalendar.Calendar.from_ical(answers[0].content)["METHOD"] == "PUBLISH"
    entry = only_event(answers[0].content)
    assert (str(entry["UID"]), entry["STATUS"], str(entry["SUMMARY"])) == (event.ical_uid, "CONFIRMED", "Hankekahvit")
    assert entry.decoded("DTSTART") == datetime(2026, 11, 12, 7, tzinfo=UTC)
    assert str(entry["LOCATION"]) == "Säätytalo, Snellmaninkatu 9, Helsinki"
    assert str(entry["DESCRIPTION"]) == f"Tervetuloa;\nkaikki\n\nhttp://vipu.test/e/{event.slug}"
    assert "ORGANIZER" not in entry and "ATTENDEE" not in entry


async def test_the_reader_chooses_the_language(applications, client):
    event = await an_event(applications)
    told = await client("events").get(f"/v1/events/{event.slug}/calendar.ics", headers={"Accept-Language": "sv"})
    assert str(only_event(told.content)["SUMMARY"]) == "Projektkaffe"
    assert "Accept-Language" in told.headers["vary"]


async def test_an_unchanged_calendar_is_not_sent_again(applications, client):
    event = await an_event(applications, **soon(3))
    for path in (f"/v1/events/{event.slug}/calendar.ics", "/v1/calendar.ics", f"/v1/events/{event.slug}/event.jsonld"):
        first = await client("events").get(path)
        again = await client("events").get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["/v1/events/{}/calendar.ics", "/v1/events/{}/event.jsonld"])
async def test_a_draft_is_nobodys_to_see_and_the_join_link_is_in_no_feed(applications, client, path):
    draft = await an_event(applications, publication_status="draft", **soon(1))
    shown = await an_event(applications, **soon(2))
    for asker in (client("events"), client("events", Grant(Role.admin))):
        assert (await asker.get(path.format(draft.slug))).status_code == 404
        assert JOIN_URL not in (await asker.get(path.format(shown.slug))).text
        feed = await asker.get("/v1/calendar.ics")
        assert [str(entry["UID"]) for entry in entries(feed)] == [shown.ical_uid]
        assert JOIN_URL not in feed.text


async def test_a_cancelled_event_stays_in_the_feed_as_cancelled(applications, client):
    event = await an_event(applications, event_status="cancelled", ical_sequence=3, **soon(4))
    (entry,) = entries(await client("events").get("/v1/calendar.ics"))
    assert (entry["STATUS"], entry["SEQUENCE"], str(entry["UID"])) == ("CANCELLED", 3, event.ical_uid)


async def test_the_feed_has_what_comes_and_what_was_lately_by_coordination_and_type(applications, client):
    coffee = await an_event(applications, **soon(5))
    async with applications.runtime("events").database.transaction() as session:
        session.add(Coordination(id=coffee.coordination_id, slug="parempi", name={"fi": "Parempi"}, version=1))
    webinar = await an_event(applications, type="webinar", coordination_id=coffee.coordination_id, **soon(-30))
    elsewhere = await an_event(applications, **soon(1))
    await an_event(applications, **soon(-100))
    asker = client("events")

    async def uids(**wanted: object) -> list[str]:
        return [str(entry["UID"]) for entry in entries(await asker.get("/v1/calendar.ics", **wanted))]

    assert await uids() == [event.ical_uid for event in (webinar, elsewhere, coffee)]
    assert await uids(coordination="parempi") == [webinar.ical_uid, coffee.ical_uid]
    assert await uids(coordination=str(coffee.coordination_id), type="webinar") == [webinar.ical_uid]
    assert await uids(coordination="unknown") == []
    assert (await asker.get("/v1/calendar.ics", type="party")).status_code == 422
    assert (await asker.get("/v1/calendar.ics", colour="red")).json()["errors"][0]["code"] == "unknown-parameter"


@pytest.mark.parametrize("asked", ["a\r\nBEGIN:VEVENT", "\x1a\x85", "a\u2028b"])
async def test_whatever_is_asked_for_the_feed_stays_one_calendar(client, asked):
    answer = await client("events").get("/v1/calendar.ics", coordination=asked)
    assert answer.status_code == 200
    assert entries(answer) == []


async def test_search_engines_are_told_state_mode_and_free_seats(applications, client):
    event = await an_event(
        applications,
        title={"fi": "Kahvit </script><script>alert(1)</script>"},
        event_status="rescheduled",
        previous_starts_at=datetime(2026, 11, 5, 7, tzinfo=UTC),
        capacity=30,
        confirmed_count=28,
        **soon(5),
    )
    answer = await client("events").get(f"/v1/events/{event.slug}/event.jsonld")
    assert answer.headers["content-type"] == "application/ld+json"
    assert "<" not in answer.text
    told = answer.json()
    assert told["name"] == event.title["fi"]
    assert told["eventStatus"] == "https://schema.org/EventRescheduled"
    assert told["eventAttendanceMode"] == "https://schema.org/MixedEventAttendanceMode"
    assert told["previousStartDate"] == "2026-11-05T07:00:00+00:00"
    assert (told["maximumAttendeeCapacity"], told["remainingAttendeeCapacity"]) == (30, 2)
    assert [place["@type"] for place in told["location"]] == ["Place", "VirtualLocation"]
    over = await an_event(applications, capacity=30, confirmed_count=28, **soon(-5))
    told = (await client("events").get(f"/v1/events/{over.slug}/event.jsonld")).json()
    assert told["maximumAttendeeCapacity"] == 30 and "remainingAttendeeCapacity" not in told
