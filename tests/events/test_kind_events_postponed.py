"""A postponed event has no valid date, and one that moved online no place: mails, calendars, feeds and pages say so."""

from datetime import timedelta

import pytest

from tests.events.calendar_reader import by_vobject
from tests.events.mailing import JOIN_URL, calendar_bytes, calendar_part, only_event, text_of
from tests.events.test_kind_events_calendar import change, new_time, parts_of, register, sent, uid_of
from tests.factories import COORDINATOR, FUTURE, PAST, a_draft, an_event

OLD_DAY = {"fi": "11. maaliskuuta", "sv": "11 mars", "en": "11 March"}  # Of `FUTURE`.
NOTICE = {
    "fi": "Tapahtuma on lykätty. Uusi aika ilmoitetaan myöhemmin.",
    "sv": "Evenemanget är uppskjutet. Den nya tiden meddelas senare.",
    "en": "The event is postponed. The new date will be announced later.",
}
THE_PAST = "UPDATE events.events SET starts_at = now() - interval '2 days', ends_at = now() - interval '1 day'"


@pytest.mark.parametrize("language", NOTICE)
async def test_a_postponement_takes_the_entry_away_and_a_new_date_brings_it_back(
    client, applications, superuser, language
):
    event = await an_event(client("events", COORDINATOR), join_url=JOIN_URL)
    registration = await register(client, event, language=language)
    await sent(applications, superuser)
    await change(client, event, event_status="postponed")
    _, postponed = await sent(applications, superuser)
    assert parts_of([postponed]) == [("CANCEL", uid_of(registration), 1)]
    assert all(NOTICE[language] in text_of(postponed, kind) for kind in ("plain", "html"))
    # The old time is named only as what was before.
    assert [line for line in text_of(postponed).splitlines() if OLD_DAY[language] in line and "→" not in line] == []
    assert JOIN_URL not in text_of(postponed)
    moved = await change(client, event, **new_time())
    assert (moved["event_status"], moved["previous_starts_at"]) == ("rescheduled", event["starts_at"])
    _, _, rescheduled = await sent(applications, superuser)
    assert parts_of([rescheduled]) == [("REQUEST", uid_of(registration), 2)]
    assert by_vobject(calendar_bytes(rescheduled)).shown.starts_at == FUTURE + timedelta(days=30)
    assert NOTICE[language] not in text_of(rescheduled)


async def test_nobody_is_promoted_to_a_date_that_does_not_hold(client, applications, superuser):
    event = await an_event(client("events", COORDINATOR), capacity=1, waiting_list="auto")
    seated, waiting = [await register(client, event, number) for number in (1, 2)]
    await change(client, event, event_status="postponed")
    await client("events", COORDINATOR).post(f"/v1/registrations/{seated['id']}/cancel")
    larger = await change(client, event, capacity=5)
    assert (larger["confirmed_count"], larger["waiting_count"]) == (0, 1)
    dated = await change(client, event, **new_time())
    assert (dated["confirmed_count"], dated["waiting_count"]) == (1, 0)
    mails = [mail for mail in await sent(applications, superuser) if "henkilo2" in mail["To"]]
    assert ("REQUEST", uid_of(waiting), 0) in parts_of(mails)
    assert {uid for _, uid, _ in parts_of(mails)} == {uid_of(waiting)}


async def test_a_forced_seat_is_confirmed_without_a_date(client, applications, superuser):
    event = await an_event(client("events", COORDINATOR))
    await change(client, event, event_status="postponed")
    assert await sent(applications, superuser) == []
    registration = await register(client, event, force_reason="Puhuja")
    assert registration["state"] == "confirmed"
    (mail,) = await sent(applications, superuser)
    assert calendar_part(mail) is None
    assert NOTICE["fi"] in text_of(mail)
    assert OLD_DAY["fi"] not in text_of(mail)
    assert "Kalenterimerkintä" not in text_of(mail) + text_of(mail, "html")
    await change(client, event, **new_time())
    assert parts_of(await sent(applications, superuser)) == [("REQUEST", uid_of(registration), 1)]


@pytest.mark.parametrize("deadline", [{}, {"cancel_until_at": "2026-01-01T00:00:00Z"}])
async def test_whoever_is_registered_can_cancel_a_postponed_event_at_any_time(
    client, applications, superuser, deadline
):
    event = await an_event(client("events", COORDINATOR), **deadline)
    await register(client, event)
    (confirmed,) = await sent(applications, superuser)
    link = {"X-Manage-Token": text_of(confirmed).split("/manage#")[1].split()[0]}
    await change(client, event, event_status="postponed")
    await superuser.execute(THE_PAST)
    read = (await client("events").get("/v1/registrations/self", headers=link)).json()
    assert (read["can_cancel"], read["cancel_until_at"], read["event"]["event_status"]) == (True, None, "postponed")
    cancelled = await client("events").delete("/v1/registrations/self", headers=link)
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    *_, mail = await sent(applications, superuser)
    assert mail["Subject"].startswith("Ilmoittautuminen peruttu")


async def test_after_its_old_end_a_postponed_event_still_gets_a_new_date_or_is_cancelled(
    client, applications, superuser
):
    staff = client("events", COORDINATOR)
    event, other = await an_event(staff), await an_event(staff)
    for number, postponed in enumerate((event, other)):
        await register(client, postponed, number)
        await change(client, postponed, event_status="postponed")
    await sent(applications, superuser)
    await superuser.execute(THE_PAST)
    assert (await staff.post(f"/v1/events/{event['id']}/archive")).json()["code"] == "state-conflict"
    assert (await change(client, event, **new_time()))["event_status"] == "rescheduled"
    await staff.post(f"/v1/events/{other['id']}/cancel", {"reason": {"fi": "Ei uutta aikaa"}})
    *_, first, second = await sent(applications, superuser)
    assert {calendar_part(mail).get_param("method") for mail in (first, second)} == {"REQUEST", "CANCEL"}


async def test_feeds_and_search_engines_read_no_valid_date_of_a_postponed_event(client):
    event = await an_event(client("events", COORDINATOR))
    await change(client, event, event_status="postponed")
    for path in ("calendar.ics", f"events/{event['slug']}/calendar.ics"):
        entry = only_event((await client("events").get(f"/v1/{path}")).content)
        assert (entry["STATUS"], entry["TRANSP"], entry["SEQUENCE"]) == ("CANCELLED", "TRANSPARENT", 1)
        assert str(entry["UID"]) == event["ical_uid"]
        assert str(entry["DESCRIPTION"]).startswith(NOTICE["fi"])
    told = (await client("events").get(f"/v1/events/{event['slug']}/event.jsonld")).json()
    assert told["eventStatus"] == "https://schema.org/EventPostponed"
    assert told["previousStartDate"] == told["startDate"]
    assert "endDate" not in told
    await change(client, event, **new_time())
    entry = only_event((await client("events").get("/v1/calendar.ics")).content)
    assert (entry["STATUS"], entry["SEQUENCE"]) == ("CONFIRMED", 2)
    told = (await client("events").get(f"/v1/events/{event['slug']}/event.jsonld")).json()
    assert told["eventStatus"] == "https://schema.org/EventRescheduled"
    assert told["previousStartDate"] != told["startDate"] and "endDate" in told


@pytest.mark.parametrize("mode", ["onsite", "hybrid", "online"])
async def test_an_event_that_moved_online_sends_nobody_to_the_hall(client, applications, superuser, mode):
    place = {"venue": {"fi": "Säätytalo"}, "address": "Snellmaninkatu 9", "mode": mode, "join_url": JOIN_URL}
    event = await an_event(client("events", COORDINATOR), **place)
    await register(client, event)
    await sent(applications, superuser)
    moved = await change(client, event, event_status="moved_online")
    assert (moved["mode"], moved["venue"]) == ("online", {"fi": "Säätytalo"})
    *_, mail = await sent(applications, superuser)
    assert by_vobject(calendar_bytes(mail)).shown.place == JOIN_URL
    assert "Säätytalo" not in text_of(mail) + text_of(mail, "html")
    assert "LOCATION" not in only_event((await client("events").get("/v1/calendar.ics")).content)
    told = (await client("events").get(f"/v1/events/{event['slug']}/event.jsonld")).json()
    assert told["eventAttendanceMode"] == "https://schema.org/OnlineEventAttendanceMode"
    assert [location["@type"] for location in told["location"]] == ["VirtualLocation"]


async def test_status_and_mode_agree_whichever_is_changed(client):
    staff = client("events", COORDINATOR)
    event = await an_event(staff, mode="onsite")
    both = {"event_status": "moved_online", "mode": "hybrid"}
    refused = await staff.patch(f"/v1/events/{event['id']}", both, version=2)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "moved-online-not-online")
    await change(client, event, event_status="moved_online")
    back = await change(client, event, mode="onsite")
    assert (back["event_status"], back["mode"]) == ("scheduled", "onsite")
    await change(client, event, **new_time())
    await change(client, event, event_status="moved_online")
    assert (await change(client, event, mode="hybrid"))["event_status"] == "rescheduled"


@pytest.mark.parametrize("restated", [{}, {"event_status": "postponed"}])
async def test_a_new_start_ends_a_postponement_of_drafts_too(client, restated):
    staff = client("events", COORDINATOR)
    for event, status in ((await a_draft(staff), "scheduled"), (await an_event(staff), "rescheduled")):
        await change(client, event, event_status="postponed")
        assert (await change(client, event, **new_time(), **restated))["event_status"] == status


async def test_a_status_that_is_sent_back_as_it_was_is_not_chosen(client):
    """A form sends every field back: with a new start that means a reschedule, whatever the status was."""
    staff = client("events", COORDINATOR)
    event = await an_event(staff, mode="onsite")
    moved = await change(client, event, **new_time(), event_status="scheduled")
    assert (moved["event_status"], moved["previous_starts_at"]) == ("rescheduled", event["starts_at"])
    chosen = await change(client, event, **new_time(60), event_status="scheduled")
    assert (chosen["event_status"], chosen["previous_starts_at"]) == ("scheduled", moved["starts_at"])
    online = await change(client, event, event_status="moved_online")
    both = {"event_status": "moved_online", "mode": "onsite"}
    refused = await staff.patch(f"/v1/events/{event['id']}", both, version=online["version"])
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "moved-online-not-online")
    later = await change(client, event, **new_time(90), event_status="moved_online", mode="online")
    assert (later["event_status"], later["previous_starts_at"]) == ("moved_online", chosen["starts_at"])


async def test_a_corrected_start_of_an_event_that_is_over_reschedules_nothing(client):
    event = await an_event(client("events", COORDINATOR), starts_at=PAST)
    times = {"starts_at": "2026-03-10T07:00:00Z", "ends_at": "2026-03-10T08:00:00Z"}
    corrected = await change(client, event, **times, event_status="scheduled")
    assert (corrected["event_status"], corrected["previous_starts_at"]) == ("scheduled", None)
