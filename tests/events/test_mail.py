"""Mails: what they say, in which language, and what they do to a calendar."""

import asyncio
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import icalendar
import pytest

from services.events.mails.service import queue_mail
from services.events.mails.terms import MailKind
from tests.events.mailing import (
    JOIN_URL,
    a_registration,
    an_event,
    calendar_bytes,
    calendar_part,
    only_event,
    received,
    states,
    tell,
    text_of,
)

SECRET = "canary-secret-of-the-manage-link"


async def test_a_confirmation_reaches_one_person_with_link_and_calendar_entry(applications, superuser):
    event = await an_event(applications)
    person = await a_registration(applications, event)
    await tell(applications, MailKind.confirmation, person, event, SECRET)
    await applications.worker("events").drain()
    (mail,) = await received(superuser)
    assert [(a.display_name, a.addr_spec) for a in mail["To"].addresses] == [("Maija Mäkelä", person.email)]
    assert mail["Subject"] == "Ilmoittautuminen vahvistettu: Hankekahvit"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].endswith("@localhost>")
    assert "Cc" not in mail
    text, html = text_of(mail), text_of(mail, "html")
    assert "torstai 12. marraskuuta 2026 klo 9.00\N{EN DASH}10.30 (Itä-Euroopan normaaliaika)" in text
    for link in (f"http://vipu.test/manage#{SECRET}", JOIN_URL, f"http://vipu.test/e/{event.slug}"):
        assert link in text
        assert link in html
    assert '<html lang="fi">' in html
    assert await states(superuser) == [("sent", 1, None)]


async def test_the_calendar_part_is_read_by_another_reader(applications, superuser):
    event = await an_event(applications)
    person = await a_registration(applications, event)
    await tell(applications, MailKind.confirmation, person, event)
    await applications.worker("events").drain()
    (mail,) = await received(superuser)
    part = calendar_part(mail)
    assert (part.get_content_type(), part.get_param("method")) == ("text/calendar", "REQUEST")
    calendar = icalendar.Calendar.from_ical(calendar_bytes(mail))
    assert calendar["METHOD"] == "REQUEST"
    entry = only_event(calendar_bytes(mail))
    assert (str(entry["UID"]), entry["SEQUENCE"], entry["STATUS"]) == (person.ical_uid, 0, "CONFIRMED")
    assert entry.decoded("DTSTART") == datetime(2026, 11, 12, 9, tzinfo=ZoneInfo("Europe/Helsinki"))
    assert entry["DTSTART"].params["TZID"] == "Europe/Helsinki"
    assert entry["ORGANIZER"] == "mailto:vipu@localhost"
    attendee = entry["ATTENDEE"]
    assert attendee == f"mailto:{person.email}"
    assert (attendee.params["PARTSTAT"], attendee.params["RSVP"]) == ("ACCEPTED", "FALSE")
    assert JOIN_URL in entry["LOCATION"] and JOIN_URL in entry["DESCRIPTION"]
    (attached,) = [part for part in mail.iter_attachments() if part.get_filename() == "invite.ics"]
    assert attached.get_payload(decode=True) == calendar_bytes(mail)


async def test_the_time_zone_is_written_as_rules_that_outlook_reads(applications, superuser):
    event = await an_event(applications)
    await tell(applications, MailKind.confirmation, await a_registration(applications, event), event)
    await applications.worker("events").drain()
    (mail,) = await received(superuser)
    (zone,) = icalendar.Calendar.from_ical(calendar_bytes(mail)).walk("VTIMEZONE")
    assert zone["TZID"] == "Europe/Helsinki"
    assert all("RRULE" in part and "RDATE" not in part for part in zone.subcomponents)
    helsinki = zone.to_tz()
    for instant in (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), datetime(2026, 3, 29, 1, tzinfo=UTC)):
        real = instant.astimezone(ZoneInfo("Europe/Helsinki")).utcoffset()
        assert instant.astimezone(helsinki).utcoffset() == real


async def test_long_and_hostile_titles_stay_inside_their_property(applications, superuser):
    title = "Ääkkösiä; pilkku, \\n BEGIN:VEVENT " * 7
    event = await an_event(
        applications, title={"fi": title.strip()}, venue={"fi": "Sali\r\nATTENDEE:mailto:x@y.example\rX:1"}
    )
    person = await a_registration(applications, event, name='Meikä" ;CN=x:y, \\n^n <b>Möhkö</b>')
    await tell(applications, MailKind.confirmation, person, event)
    await applications.worker("events").drain()
    (mail,) = await received(superuser)
    written = calendar_bytes(mail)
    assert written.count(b"\r\n") == written.count(b"\n") == written.count(b"\r")
    assert max(len(line) for line in written.split(b"\r\n")) <= 75
    entry = only_event(written)
    assert entry["SUMMARY"] == title.strip()
    assert entry["ATTENDEE"] == f"mailto:{person.email}"
    assert entry["ATTENDEE"].params["CN"] == "Meikä' ;CN=x:y, /nn <b>Möhkö</b>"
    assert "X" not in entry
    assert "<b>" not in text_of(mail, "html")
    assert mail["Subject"].startswith("Ilmoittautuminen vahvistettu: Ääkkösiä; pilkku,")


async def test_who_cancels_and_comes_back_has_a_new_entry_and_the_old_one_is_silent(applications, superuser):
    event = await an_event(applications)
    left = await a_registration(applications, event)
    await tell(applications, MailKind.confirmation, left, event)
    left.ical_sequence += 1
    await tell(applications, MailKind.cancelled, left, event)
    back = await a_registration(applications, event, email=left.email)
    await tell(applications, MailKind.confirmation, back, event)
    await applications.worker("events").drain()
    await superuser.execute("UPDATE events.events SET ical_sequence = 1")
    await tell(applications, MailKind.event_changed, back, event)
    await applications.worker("events").drain()
    mails = await received(superuser)
    entries = [only_event(calendar_bytes(mail)) for mail in mails]
    assert [calendar_part(mail).get_param("method") for mail in mails] == ["REQUEST", "CANCEL", "REQUEST", "REQUEST"]
    assert [entry["STATUS"] for entry in entries] == ["CONFIRMED", "CANCELLED", "CONFIRMED", "CONFIRMED"]
    assert [(str(entry["UID"]), entry["SEQUENCE"]) for entry in entries] == [
        (left.ical_uid, 0),
        (left.ical_uid, 1),
        (back.ical_uid, 0),
        (back.ical_uid, 1),
    ]
    assert JOIN_URL not in calendar_bytes(mails[1]).decode() + text_of(mails[1])


@pytest.mark.parametrize("later", [MailKind.event_changed, MailKind.cancelled, MailKind.event_cancelled])
async def test_who_only_waits_gets_words_without_calendar_entry_or_join_link(applications, superuser, later):
    event = await an_event(applications)
    waiting = await a_registration(applications, event, state="waitlisted", queue_position=1)
    await tell(applications, MailKind.queued, waiting, event, SECRET)
    await tell(applications, later, waiting, event)
    await applications.worker("events").drain()
    mails = await received(superuser)
    assert len(mails) == 2
    for mail in mails:
        assert calendar_part(mail) is None
        assert not list(mail.iter_attachments())
        assert JOIN_URL not in mail.as_string()


async def test_a_promotion_brings_the_seat_the_link_and_the_calendar_entry(applications, superuser):
    event = await an_event(applications)
    person = await a_registration(applications, event, language="sv")
    await tell(applications, MailKind.promoted, person, event)
    await applications.worker("events").drain()
    (mail,) = await received(superuser)
    assert mail["Subject"] == "Du fick en plats: Projektkaffe"
    assert JOIN_URL in text_of(mail)
    assert calendar_part(mail).get_param("method") == "REQUEST"
    assert "manage#" not in text_of(mail)


@pytest.mark.parametrize(
    ("language", "tag", "told"),
    [
        ("fi", "fi", "Itä-Euroopan normaaliaika"),
        ("sv-FI", "sv", "östeuropeisk normaltid"),
        ("en", "en", "Eastern European"),
        ("so", "fi", "Itä-Euroopan normaaliaika"),
    ],
)
async def test_every_kind_is_written_in_the_readers_language(applications, superuser, language, tag, told):
    event = await an_event(applications, cancel_reason={"fi": "Syy", "sv": "Orsak", "en": "Reason"})
    person = await a_registration(applications, event, language=language)
    for kind in MailKind:
        await tell(applications, kind, person, event, SECRET)
    await applications.worker("events").drain()
    mails = await received(superuser)
    assert len({mail["Subject"] for mail in mails}) == len(MailKind)
    for mail in mails:
        assert mail["Content-Language"] == tag
        assert f'<html lang="{tag}">' in text_of(mail, "html")
    # An invitation to give feedback and the farewell to a wrong address state no time.
    assert sum(told in text_of(mail) for mail in mails) == len(MailKind) - 2


async def test_the_same_news_is_told_once_even_when_two_tell_it_at_once(applications, superuser):
    event = await an_event(applications)
    person = await a_registration(applications, event)
    await asyncio.gather(*(tell(applications, MailKind.confirmation, person, event, SECRET) for _ in range(5)))
    await applications.worker("events").drain()
    assert len(await received(superuser)) == 1


async def test_a_mail_goes_back_with_its_transaction(applications, superuser):
    event = await an_event(applications)
    person = await a_registration(applications, event)
    with pytest.raises(LookupError):
        async with applications.runtime("events").database.transaction() as session:
            await queue_mail(session, MailKind.confirmation, person, event=event)
            raise LookupError
    assert await states(superuser) == []


async def test_a_sent_mail_forgets_its_reader_and_its_secret(applications, superuser):
    event = await an_event(applications)
    person = await a_registration(applications, event, name="Kanaria Kanarialintu")
    await tell(applications, MailKind.manage_link, person, event, SECRET)
    before = await superuser.fetchval("SELECT to_jsonb(m)::text FROM events.mails m")
    assert "Kanaria" in before
    assert await superuser.fetchval("SELECT secret FROM events.mail_secrets") == SECRET
    await applications.worker("events").drain()
    assert SECRET in text_of((await received(superuser))[0])
    after = await superuser.fetchval("SELECT to_jsonb(m)::text FROM events.mails m")
    assert await superuser.fetchval("SELECT count(*) FROM events.mail_secrets") == 0
    assert SECRET not in after and "Kanaria" not in after and person.email not in after


@pytest.mark.parametrize(
    "facts",
    [
        {"name": "Maija\r\nBcc: victim@other.example"},
        {"email": "maija@project.example\r\nBcc: victim@other.example"},
        {"email": "maija@project.example, victim@other.example"},
        {"email": "nobody"},
        {"email": "@"},
        {"email": "ä@project.example"},
    ],
)
async def test_a_header_cannot_be_smuggled_in_and_the_mail_is_parked(applications, superuser, facts):
    event = await an_event(applications)
    person = await a_registration(applications, event, **facts)
    await tell(applications, MailKind.confirmation, person, event, SECRET)
    await applications.worker("events").drain()
    assert await received(superuser) == []
    ((state, attempts, reason),) = await states(superuser)
    assert (state, attempts) == ("parked", 1)
    assert reason.startswith("uncomposable-")
    assert await superuser.fetchval("SELECT count(*) FROM events.mail_secrets") == 0


async def test_nobody_is_greeted_with_an_advertisement(applications, superuser):
    event = await an_event(applications)
    person = await a_registration(applications, event, name="Osta www.pills.example heti")
    await tell(applications, MailKind.queued, person, event)
    await applications.worker("events").drain()
    (mail,) = await received(superuser)
    assert text_of(mail).startswith("Hei,\n")


@pytest.mark.parametrize(
    ("email", "sent", "shown"),
    [
        ("maija@työ.example", "maija@xn--ty-gka.example", "maija@xn--ty-gka.example"),
        ("maija@faß.example", "maija@xn--fa-hia.example", "maija@xn--fa-hia.example"),  # Not fass.example.
        ("m?cc=x&y@project.example", "m?cc=x&y@project.example", "m%3Fcc=x%26y@project.example"),
    ],
)
async def test_a_mail_reaches_the_mailbox_that_was_given_and_no_other(applications, superuser, email, sent, shown):
    event = await an_event(applications)
    person = await a_registration(applications, event, email=email)
    await tell(applications, MailKind.confirmation, person, event)
    await applications.worker("events").drain()
    (mail,) = await received(superuser)
    assert mail["To"].addresses[0].addr_spec == sent
    assert only_event(calendar_bytes(mail))["ATTENDEE"] == f"mailto:{shown}"
