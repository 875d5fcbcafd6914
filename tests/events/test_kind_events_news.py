"""News says what is new: before and now, in the reader's language, once, and nothing where nothing is new."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.events.mailing import calendar_bytes, calendar_part, only_event, received, text_of
from tests.events.news import (
    LATER,
    LINK,
    VENUE,
    an_event_with_people,
    by_language,
    five_minutes_pass,
    named_in,
    news,
    patched,
    register,
    sent,
)
from tests.events.test_races import a_link
from tests.factories import COORDINATOR, FUTURE, PAST, an_event, person


@pytest.fixture(autouse=True)
def gathered(change_settings):
    """Changes are gathered for five minutes, as they are by default."""
    change_settings("events", news_after_minutes=5)


async def test_a_mail_names_what_it_was_and_what_it_is_in_the_readers_language(client, applications, superuser):
    event = await an_event_with_people(client, applications)
    facts = {**LATER, "venue": {"fi": "Kalevankulma", "sv": "Kalevahörnet"}, "mode": "onsite", "join_url": None}
    await patched(client, event, facts)
    await five_minutes_pass(applications, superuser)
    finnish, swedish, english = [named_in(mail) for mail in sorted(await news(superuser), key=by_language)]
    assert finnish == {
        "Aika": "keskiviikko 11. maaliskuuta 2099 klo 9.00\u201310.00 (Itä-Euroopan normaaliaika) → "
        "keskiviikko 1. huhtikuuta 2099 klo 9.00\u201310.00 (Itä-Euroopan kesäaika)",
        "Paikka": "Säätytalo, Snellmaninkatu 9 → Kalevankulma, Snellmaninkatu 9",
        "Osallistumistapa": "paikan päällä tai verkossa → paikan päällä",
        "Etäyhteys": "https://meet.example/eka → ei ole",
    }
    assert swedish["Plats"] == "Säätytalo, Snellmaninkatu 9 → Kalevahörnet, Snellmaninkatu 9"
    assert english["How to take part"] == "on site or online → on site"
    assert list(swedish) == ["Tid", "Plats", "Deltagande", "Anslutningslänk"]


@pytest.mark.parametrize(
    ("change", "mailed"),
    [
        ({"venue": {"sv": "Ständerhuset"}}, 0),
        ({"venue": {"en": "House of the Estates", "sv": "Ständerhuset"}}, 0),
        ({"title": {"fi": "Kahvit"}}, 0),
        ({"description": {"fi": "Uusi kuvaus"}}, 0),
        ({"time_zone": "Europe/Mariehamn"}, 0),
        ({"event_status": "rescheduled"}, 0),
        ({"capacity": 5}, 0),
        ({"venue": {"fi": "Toinen talo"}}, 3),
        ({"time_zone": "Europe/Stockholm"}, 3),
        ({"event_status": "postponed"}, 3),
    ],
)
async def test_a_trivial_edit_mails_nobody(client, applications, superuser, change, mailed):
    event = await an_event_with_people(client, applications)
    await patched(client, event, change)
    await five_minutes_pass(applications, superuser)
    assert len(await news(superuser)) == mailed


async def test_a_corrected_translation_mails_nobody_and_an_untouched_one_hides_no_new_place(
    client, applications, superuser
):
    venue = {"fi": "Säätytalo", "sv": "Ständehuset"}
    event = await an_event(client("events", COORDINATOR), mode="onsite", venue=venue)
    await register(client, event, language="sv")
    await patched(client, event, {"venue": {"sv": "Ständerhuset"}})
    await five_minutes_pass(applications, superuser)
    assert await news(superuser) == []
    await patched(client, event, {"venue": {"fi": "Kalevankulma"}})
    await five_minutes_pass(applications, superuser)
    [swedish] = await news(superuser)
    assert named_in(swedish) == {"Plats": "Säätytalo → Kalevankulma"}


async def test_a_first_join_link_mails_nobody_and_another_one_those_who_have_a_seat(client, applications, superuser):
    event = await an_event(client("events", COORDINATOR), mode="online", capacity=1, waiting_list="auto")
    seated = await register(client, event)
    await register(client, event, 2)
    await sent(applications)
    await patched(client, event, LINK)
    await five_minutes_pass(applications, superuser)
    assert await news(superuser) == []
    link = await a_link(superuser, seated)
    assert (await client("events").get("/v1/registrations/self", headers=link)).json()["join_url"] == LINK["join_url"]
    await patched(client, event, LATER)  # Now the mail to the seated one has the first link.
    await five_minutes_pass(applications, superuser)
    await patched(client, event, {"join_url": "https://meet.example/toka"})
    await five_minutes_pass(applications, superuser)
    *_, last = mails = await news(superuser)
    assert len(mails) == 3
    assert named_in(last) == {"Etäyhteys": "https://meet.example/eka → https://meet.example/toka"}
    assert last["To"].addresses[0].addr_spec == "henkilo1@yritys.example"


async def test_another_join_link_is_news_also_where_no_mail_has_shown_the_first(client, applications, superuser):
    """The person may have read the first link on the page of their registration."""
    event = await an_event(client("events", COORDINATOR), mode="online")
    await register(client, event)
    await sent(applications)
    await patched(client, event, LINK)
    await five_minutes_pass(applications, superuser)
    await patched(client, event, {"join_url": None})
    await five_minutes_pass(applications, superuser)
    assert await news(superuser) == []
    await patched(client, event, {"join_url": "https://meet.example/toka"})
    await five_minutes_pass(applications, superuser)
    [mail] = await news(superuser)
    assert named_in(mail) == {"Etäyhteys": "https://meet.example/eka → https://meet.example/toka"}


@pytest.mark.parametrize(("change", "mailed"), [({"sv": "Folkets hus"}, 1), ({"fi": "Hanasaaren keskus"}, 0)])
async def test_the_language_of_the_event_is_that_of_its_venue(client, applications, superuser, change, mailed):
    venue = {"sv": "Hanaholmen", "fi": "Hanasaari"}
    event = await an_event(client("events", COORDINATOR), mode="onsite", languages=["sv"], venue=venue)
    await register(client, event, language="sv")
    await sent(applications)
    await patched(client, event, {"venue": change})
    await five_minutes_pass(applications, superuser)
    assert len(await news(superuser)) == mailed


async def test_several_changes_within_minutes_are_one_mail(client, applications, superuser):
    event = await an_event_with_people(client, applications)
    await patched(client, event, {**LATER, "venue": {"fi": "Väärä talo"}})
    await sent(applications)
    assert await news(superuser) == []
    await patched(client, event, {"venue": {"fi": "Oikea talo"}, "address": "Katu 1"})
    await five_minutes_pass(applications, superuser)
    mails = await news(superuser)
    assert len(mails) == 3
    finnish = next(mail for mail in mails if mail["Content-Language"] == "fi")
    assert named_in(finnish)["Paikka"] == "Säätytalo, Snellmaninkatu 9 → Oikea talo, Katu 1"
    assert "Väärä talo" not in "".join(text_of(mail) for mail in mails)
    await sent(applications)
    assert len(await news(superuser)) == 3


async def test_a_change_that_is_taken_back_mails_nobody(client, applications, superuser):
    event = await an_event_with_people(client, applications)
    await patched(client, event, LATER)
    await patched(client, event, {name: event[name] for name in ("starts_at", "ends_at")})
    await five_minutes_pass(applications, superuser)
    assert await news(superuser) == []


async def test_a_change_that_is_taken_back_while_its_mail_waits_mails_nobody(client, applications, superuser):
    event = await an_event_with_people(client, applications)
    await patched(client, event, LATER)
    await superuser.execute("UPDATE events.events SET news_due_at = clock_timestamp()")
    await applications.worker("events").drain()  # The mails are queued; the mail server takes none yet.
    waiting = "SELECT count(*) FROM events.mails WHERE kind = 'event_changed'"
    assert await superuser.fetchval(waiting) == 3
    await patched(client, event, {name: event[name] for name in ("starts_at", "ends_at")})
    await five_minutes_pass(applications, superuser)
    assert await news(superuser) == []
    assert await superuser.fetchval(waiting) == 0


async def test_the_before_is_that_of_the_last_mail_the_person_got(client, applications, superuser):
    """One registered before the change, one after it; then the change is taken back."""
    event = await an_event(client("events", COORDINATOR), **VENUE)
    await register(client, event, 1)
    await sent(applications)
    await patched(client, event, {"venue": {"fi": "Kalevankulma"}})
    await register(client, event, 2)
    await sent(applications)
    await patched(client, event, {"venue": {"fi": "Säätytalo"}})
    await five_minutes_pass(applications, superuser)
    [mail] = await news(superuser)
    assert mail["To"].addresses[0].addr_spec == "henkilo2@yritys.example"
    assert named_in(mail)["Paikka"] == "Kalevankulma, Snellmaninkatu 9 → Säätytalo, Snellmaninkatu 9"


async def test_who_registered_by_the_old_facts_and_got_no_mail_yet_is_told_by_the_first_one(
    client, applications, superuser
):
    event = await an_event(client("events", COORDINATOR), **VENUE)
    await register(client, event)
    await patched(client, event, LATER)
    await five_minutes_pass(applications, superuser)
    [confirmation] = await received(superuser)
    assert "huhtikuuta 2099" in text_of(confirmation)
    assert only_event(calendar_bytes(confirmation))["DTSTART"].dt == datetime.fromisoformat(LATER["starts_at"])


@pytest.mark.parametrize(
    ("old", "new", "at_once"),
    [
        (timedelta(minutes=30), timedelta(days=7), True),
        (timedelta(days=7), timedelta(minutes=30), True),
        (timedelta(minutes=-10), timedelta(days=1), True),
        (timedelta(days=2), timedelta(days=7), False),
    ],
    ids=["was-about-to-start", "is-about-to-start", "runs", "in-days"],
)
async def test_an_event_within_the_hour_is_told_at_once(client, applications, superuser, old, new, at_once):
    now = datetime.now(UTC)
    event = await an_event(client("events", COORDINATOR), starts_at=FUTURE)
    await register(client, event)
    await sent(applications)
    move = "UPDATE events.events SET starts_at = $1, ends_at = $2"
    await superuser.execute(move, now + old, now + old + timedelta(hours=1))
    times = {"starts_at": (now + new).isoformat(), "ends_at": (now + new + timedelta(hours=1)).isoformat()}
    await patched(client, event, times)
    await sent(applications)
    assert len(await news(superuser)) == int(at_once)


@pytest.mark.parametrize("changes", [[LATER, {"venue": {"fi": "Oikea talo"}}], [{"address": "Katu 1"}]])
async def test_a_postponed_event_has_no_start_that_makes_its_news_urgent(client, applications, superuser, changes):
    event = await an_event(client("events", COORDINATOR), **VENUE)
    await register(client, event)
    await sent(applications)
    await patched(client, event, {"event_status": "postponed"})
    await five_minutes_pass(applications, superuser)
    old = datetime.now(UTC) - timedelta(days=3)
    await superuser.execute("UPDATE events.events SET starts_at = $1, ends_at = $2", old, old + timedelta(hours=1))
    for change in changes:
        await patched(client, event, change)
    await sent(applications)
    assert len(await news(superuser)) == 1  # Of the postponement.
    await five_minutes_pass(applications, superuser)
    assert len(await news(superuser)) == 2


async def test_news_come_with_the_calendar_entry_to_the_seated_and_without_to_the_waiting(
    client, applications, superuser
):
    event = await an_event(client("events", COORDINATOR), **VENUE, capacity=1, waiting_list="auto")
    await register(client, event, 1)
    await register(client, event, 2)
    await sent(applications)
    await patched(client, event, LATER)
    await five_minutes_pass(applications, superuser)
    seated, waiting = sorted(await news(superuser), key=lambda mail: mail["To"])
    assert only_event(calendar_bytes(seated))["DTSTART"].dt == datetime.fromisoformat(LATER["starts_at"])
    assert calendar_part(waiting) is None
    assert named_in(seated) == named_in(waiting)


async def test_a_cancelled_event_has_no_other_news_and_one_of_the_past_none_at_all(client, applications, superuser):
    staff = client("events", COORDINATOR)
    event = await an_event_with_people(client, applications)
    await patched(client, event, LATER)
    cancelled = await staff.post(f"/v1/events/{event['id']}/cancel", {"reason": {"fi": "Sairastuminen"}})
    assert cancelled.status_code == 200
    past = await an_event(staff, **VENUE, starts_at=PAST)
    await staff.post(f"/v1/events/{past['id']}/registrations", person(7))
    await patched(client, past, {"address": "Katu 1"})
    await five_minutes_pass(applications, superuser)
    assert await news(superuser) == []
    kinds = await superuser.fetch("SELECT kind, count(*) AS number FROM events.mails GROUP BY kind")
    assert {row["kind"]: row["number"] for row in kinds} == {"confirmation": 3, "event_cancelled": 3}


async def test_the_organiser_cancels_a_person_and_says_so_and_why(client, applications, superuser):
    staff = client("events", COORDINATOR)
    event = await an_event(staff, **VENUE)
    first, second, own = [await register(client, event, number) for number in (1, 2, 3)]
    await sent(applications)
    reason = {"reason": "Ryhmä on tarkoitettu <b>vain</b> hankkeille."}
    answer = await staff.post(f"/v1/registrations/{first}/cancel", reason)
    assert (answer.status_code, answer.json()["cancel_reason"]) == (200, reason["reason"])
    again = await staff.post(f"/v1/registrations/{first}/cancel", {"reason": "Muu syy"})
    assert again.json()["cancel_reason"] == reason["reason"]
    assert (await staff.post(f"/v1/registrations/{second}/cancel")).status_code == 200
    link = await a_link(superuser, own)
    assert (await client("events").delete("/v1/registrations/self", headers=link)).status_code == 200
    await sent(applications)
    with_reason, without, by_oneself = (await received(superuser))[-3:]
    assert with_reason["Subject"] == without["Subject"] == "Järjestäjä on perunut ilmoittautumisesi: Hankekahvit"
    assert f"Syy: {reason['reason']}" in text_of(with_reason)
    assert "<b>vain" not in text_of(with_reason, "html") and "vain" in text_of(with_reason, "html")
    assert "Syy:" not in text_of(without)
    assert by_oneself["Subject"] == "Ilmoittautuminen peruttu: Hankekahvit"
    assert "Järjestäjä on perunut" not in text_of(by_oneself)
    assert all(only_event(calendar_bytes(mail))["STATUS"] == "CANCELLED" for mail in (with_reason, without, by_oneself))
    assert await superuser.fetchval("SELECT count(*) FROM events.mails WHERE reason IS NOT NULL") == 0
    seen = await client("events").get("/v1/registrations/self", headers=await a_link(superuser, first))
    assert (seen.json()["cancelled_by"], seen.json()["cancel_reason"]) == ("organiser", reason["reason"])


@pytest.mark.parametrize("reason", ["Kaksi\nriviä", "", "x" * 5000, "Rivi\r\nBcc: a@yritys.example"])
async def test_a_reason_is_one_line(client, reason):
    staff = client("events", COORDINATOR)
    person_id = await register(client, await an_event(staff))
    answer = await staff.post(f"/v1/registrations/{person_id}/cancel", {"reason": reason})
    assert answer.status_code == 422
    assert (await staff.get(f"/v1/registrations/{person_id}")).json()["state"] == "confirmed"
