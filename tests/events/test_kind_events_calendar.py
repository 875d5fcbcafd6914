"""Calendars: every mailbox shows what the database says, whatever happened and in which order the mails went."""

import random
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import timedelta

import pytest

from services.events.mails import composing
from services.events.mails.invitations import write_invitation
from tests.events.calendar_reader import Mailbox, Shown, by_icalendar, by_vobject
from tests.events.histories import STEPS, History
from tests.events.mailing import JOIN_URL, calendar_bytes, calendar_part, make_due, parsed, received, text_of
from tests.factories import COORDINATOR, FUTURE, an_event, person

AT_ONCE = 50

LIVE_ROWS = """
    SELECT r.email, e.starts_at, e.ends_at, e.venue->>'fi' AS venue, e.address, e.mode, e.join_url
    FROM events.registrations r JOIN events.events e ON e.id = r.event_id
    WHERE r.state = 'confirmed' AND e.event_status NOT IN ('cancelled', 'postponed')
"""


class Readers:
    """Every mailbox as two calendar programs keep it."""

    def __init__(self):
        self.calendars = {
            parser: defaultdict(lambda parser=parser: Mailbox(parser)) for parser in (by_icalendar, by_vobject)
        }

    async def fetch(self, superuser):
        """Take the mails that have come."""
        rows = await superuser.fetch("SELECT to_address, raw FROM events.mailbox_messages ORDER BY at, id")
        await superuser.execute("DELETE FROM events.mailbox_messages")
        for row in rows:
            message = parsed(row["raw"])
            if calendar_part(message) is not None:
                for mailboxes in self.calendars.values():
                    mailboxes[mailbox_of(row["to_address"])].apply(calendar_bytes(message))


def mailbox_of(address):
    """The mailbox of an address, without its tag."""
    local, domain = address.lower().split("@")
    return f"{local.partition('+')[0]}@{domain}"


async def in_database(superuser):
    """What each mailbox must show: an entry for every confirmed registration of an event with a date."""
    calendars = defaultdict(Counter)
    for row in await superuser.fetch(LIVE_ROWS):
        place = "" if row["mode"] == "online" else ", ".join(filter(None, (row["venue"], row["address"])))
        location = "; ".join(filter(None, (place, row["join_url"])))
        calendars[mailbox_of(row["email"])][Shown(row["starts_at"], row["ends_at"], location, "CONFIRMED")] += 1
    return calendars


async def played(seeds, client, applications, superuser):
    """Play the histories step by step, with mails going out in between; the mailboxes and the database at the end."""
    histories = [History(seed, client("events", COORDINATOR), client("events")) for seed in seeds]
    readers, draw = Readers(), random.Random(seeds[0])  # noqa: S311 - Repeatable, not secret.
    worker = applications.worker("events")
    for history in histories:
        await history.begin()
    for _ in range(STEPS):
        for history in histories:
            await history.step()
        if draw.random() < 0.4:
            await worker.drain()
            await readers.fetch(superuser)
    await make_due(superuser)
    for _ in range(2):  # What a job queued is sent by the next sweep.
        await worker.drain()
    await readers.fetch(superuser)
    return readers, await in_database(superuser)


def wrong_mailboxes(mailboxes, expected):
    """The mailboxes whose calendar differs from the database."""
    return [name for name in {*mailboxes, *expected} if mailboxes[name].calendar() != expected[name]]


def spoken_twice(mailboxes):
    """The SEQUENCEs under which one entry has had two meanings, or that came after a higher one."""
    wrong = []
    for mailbox in mailboxes.values():
        by_uid = defaultdict(list)
        for part in mailbox.parts:
            by_uid[part.uid].append(part)
        for uid, parts in by_uid.items():
            sequences = [part.sequence for part in parts]
            meanings = {(part.sequence, part.method, part.shown) for part in parts}
            if sequences != sorted(sequences) or len(meanings) != len(set(sequences)):
                wrong.append((uid, [(part.sequence, part.method, part.shown) for part in parts]))
    return wrong


async def check_histories(seeds, client, applications, superuser):
    readers, expected = await played(seeds, client, applications, superuser)
    for mailboxes in readers.calendars.values():
        assert wrong_mailboxes(mailboxes, expected) == []
        assert spoken_twice(mailboxes) == []
    return readers, expected


@pytest.mark.parametrize("seed", range(3))
async def test_the_calendars_of_shared_mailboxes_equal_the_database(client, applications, superuser, seed):
    await check_histories([100_000 + seed], client, applications, superuser)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 500, AT_ONCE))
async def test_five_hundred_random_histories_end_with_the_database_in_every_calendar(
    client, applications, superuser, first
):
    readers, expected = await check_histories(range(first, first + AT_ONCE), client, applications, superuser)
    parts = [part for mailbox in readers.calendars[by_vobject].values() for part in mailbox.parts]
    assert len(parts) > 2 * AT_ONCE
    assert {part.method for part in parts} == {"REQUEST", "CANCEL"}
    assert sum(len(calendar) for calendar in expected.values()) > AT_ONCE // 2


@pytest.fixture
def one_uid_for_an_event(monkeypatch):
    """The UID of the event in the place of the registration's."""

    def write(content, **more):
        return write_invitation(replace(content, ical_uid=f"{content.event.slug}@vipu"), **more)

    monkeypatch.setattr(composing, "write_invitation", write)


@pytest.mark.slow
async def test_with_one_uid_for_an_event_the_calendars_differ_from_the_database(
    client, applications, superuser, one_uid_for_an_event
):
    readers, expected = await played(range(10), client, applications, superuser)
    assert all(wrong_mailboxes(mailboxes, expected) for mailboxes in readers.calendars.values())


async def register(client, event, number=1, **facts):
    """Register an invented person; the answer."""
    caller = client("events", COORDINATOR) if "force_reason" in facts else client("events")
    answer = await caller.post(f"/v1/events/{event['id']}/registrations", person(number, **facts))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def change(client, event, **facts):
    """Change an event; the event as it is then."""
    staff, address = client("events", COORDINATOR), f"/v1/events/{event['id']}"
    answer = await staff.patch(address, facts, version=(await staff.get(address)).json()["version"])
    assert answer.status_code == 200, answer.text
    return answer.json()


def new_time(days=30):
    """The start and end of an event that was moved."""
    starts_at = FUTURE + timedelta(days=days)
    return {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + timedelta(hours=2)).isoformat()}


async def sent(applications, superuser):
    """The mails so far, oldest first, after all that waits has gone out."""
    for _ in range(2):  # What a job queued is sent by the next sweep.
        await applications.worker("events").drain()
    return await received(superuser)


def parts_of(mails):
    """Method, UID and SEQUENCE of their calendar parts."""
    parts = [by_icalendar(calendar_bytes(mail)) for mail in mails if calendar_part(mail) is not None]
    return [(part.method, part.uid, part.sequence) for part in parts]


def uid_of(answer):
    return f"{answer['id']}@vipu"


async def a_colleague_cancels(client, event):
    """Register two colleagues of one mailbox, of whom the first cancels; both answers."""
    both = [await register(client, event, number, email="toimisto@virasto.example") for number in (1, 2)]
    await client("events", COORDINATOR).post(f"/v1/registrations/{both[0]['id']}/cancel")
    return both


async def calendars_of(applications, superuser):
    """The number of entries in the only mailbox, as each of the two calendar programs shows it."""
    for _ in range(2):
        await applications.worker("events").drain()
    readers = Readers()
    await readers.fetch(superuser)
    return [sum(box.calendar().total() for box in boxes.values()) for boxes in readers.calendars.values()]


async def test_a_colleague_who_cancels_takes_nothing_from_the_others_of_the_mailbox(client, applications, superuser):
    first, second = await a_colleague_cancels(client, await an_event(client("events", COORDINATOR)))
    parts = parts_of(await sent(applications, superuser))
    assert parts == [("REQUEST", uid_of(first), 0), ("REQUEST", uid_of(second), 0), ("CANCEL", uid_of(first), 1)]
    assert await calendars_of(applications, superuser) == [1, 1]


async def test_with_one_uid_for_an_event_a_colleague_who_cancels_erases_the_entry_of_all(
    client, applications, superuser, one_uid_for_an_event
):
    await a_colleague_cancels(client, await an_event(client("events", COORDINATOR)))
    assert await calendars_of(applications, superuser) == [0, 0]


@pytest.mark.parametrize(
    "again", [{}, {"name": "HENKILÖ 1"}, {"name": "1 Henkilo"}, {"email": "Henkilo1+x@yritys.example"}]
)
async def test_who_comes_back_under_any_spelling_has_a_new_entry(client, applications, superuser, again):
    event = await an_event(client("events", COORDINATOR))
    first = await register(client, event)
    await client("events", COORDINATOR).post(f"/v1/registrations/{first['id']}/cancel")
    await change(client, event, **new_time())
    second = await register(client, event, **again)
    await sent(applications, superuser)
    await change(client, event, **new_time(60))
    parts = parts_of(await sent(applications, superuser))
    old, new = [[part for part in parts if part[1] == uid_of(one)] for one in (first, second)]
    assert [method for method, _, _ in old] == ["REQUEST", "CANCEL"]
    assert old[0][2] < old[1][2]
    assert {method for method, _, _ in new} == {"REQUEST"}


async def test_a_corrected_name_keeps_the_entry(client, applications, superuser):
    event = await an_event(client("events", COORDINATOR))
    registration = await register(client, event)
    await sent(applications, superuser)
    renamed = await client("events", COORDINATOR).patch(
        f"/v1/registrations/{registration['id']}", {"name": "Maija Mainio"}, version=1
    )
    assert renamed.status_code == 200
    await change(client, event, **new_time())
    mails = await sent(applications, superuser)
    assert parts_of(mails) == [("REQUEST", uid_of(registration), 0), ("REQUEST", uid_of(registration), 1)]


async def test_new_facts_never_go_out_under_the_sequence_of_the_old_ones(client, applications, superuser):
    event = await an_event(client("events", COORDINATOR))
    registration = await register(client, event)
    await change(client, event, **new_time())
    confirmed, *later = await sent(applications, superuser)
    part = by_vobject(calendar_bytes(confirmed))
    assert (part.method, part.uid, part.sequence) == ("REQUEST", uid_of(registration), 1)
    assert part.shown.starts_at == FUTURE + timedelta(days=30)
    parts = [by_vobject(calendar_bytes(mail)) for mail in later if calendar_part(mail) is not None]
    assert all((one.sequence, one.shown) == (1, part.shown) and one.stamped_at >= part.stamped_at for one in parts)


async def test_the_entry_of_a_late_registration_begins_with_sequence_0(client, applications, superuser):
    event = await an_event(client("events", COORDINATOR))
    for days in (1, 2):
        await change(client, event, **new_time(days))
    registration = await register(client, event)
    mails = await sent(applications, superuser)
    assert parts_of(mails)[0] == ("REQUEST", uid_of(registration), 0)


async def test_the_entry_of_a_promoted_person_begins_with_sequence_0(client, applications, superuser):
    event = await an_event(client("events", COORDINATOR), capacity=1, waiting_list="auto")
    seated, waiting = [await register(client, event, number) for number in (1, 2)]
    await change(client, event, **new_time())
    await applications.worker("events").drain()
    await client("events", COORDINATOR).post(f"/v1/registrations/{seated['id']}/cancel")
    mails = [mail for mail in await sent(applications, superuser) if "henkilo2" in mail["To"]]
    assert parts_of(mails) == [("REQUEST", uid_of(waiting), 0)]


async def test_a_seat_that_could_not_be_confirmed_comes_into_the_calendar_with_the_next_mail(
    client, applications, superuser, monkeypatch
):
    event = await an_event(client("events", COORDINATOR), join_url=JOIN_URL)
    monkeypatch.setattr("services.events.registrations.admissions.Applicant.gets_mail", lambda _: False)
    uid = uid_of(await register(client, event))
    await change(client, event, **new_time())
    (changed,) = await sent(applications, superuser)
    assert parts_of([changed]) == [("REQUEST", uid, 1)]
    assert JOIN_URL in text_of(changed)


async def test_a_confirmation_that_goes_out_after_the_event_was_cancelled_invites_nobody(
    client, applications, superuser
):
    event = await an_event(client("events", COORDINATOR), join_url=JOIN_URL)
    registration = await register(client, event)
    await client("events", COORDINATOR).post(f"/v1/events/{event['id']}/cancel", {"reason": {"fi": "Myrsky"}})
    mails = await sent(applications, superuser)
    assert parts_of(mails) == [("CANCEL", uid_of(registration), 2)]
    assert not any(JOIN_URL in text_of(mail) for mail in mails)
