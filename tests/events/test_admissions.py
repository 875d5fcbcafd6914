"""Admissions: one engine for the public, for staff and for walk-ins; each is judged by their own rule, in turn."""

import random
from contextlib import contextmanager

import pytest
from sqlalchemy.event import listen, remove

from services.events.attendance.schemas import WalkInCreate
from services.events.events import seats
from services.events.registrations.admissions import admit, applicant_of_staff, public_applicant, walk_in
from services.events.registrations.recipient_limit import RecipientRateLimit
from services.events.registrations.schemas import RegistrationAnswer, RegistrationCreate
from services.events.registrations.terms import MAILS_TO_AN_ADDRESS
from services.kernel.security.auth import ANONYMOUS
from services.kernel.web.rate_limits import SlidingWindowLimiter
from tests.factories import COORDINATOR, FUTURE, PAST, an_event, person

ROWS = (
    "SELECT origin, state, force_reason, consented_at IS NOT NULL, confirmed_at IS NOT NULL"
    " FROM events.registrations ORDER BY created_at"
)
COUNTERS = "SELECT confirmed_count, waiting_count, queue_tail FROM events.events WHERE id = $1"
MAILS = "SELECT to_name, kind FROM events.mails ORDER BY to_name, kind"

MAILS_AN_HOUR = int(MAILS_TO_AN_ADDRESS.removesuffix("/hour"))


def public(number):
    return public_applicant(RegistrationCreate(**person(number)), RecipientRateLimit(SlidingWindowLimiter()))


def by_staff(number, **facts):
    return applicant_of_staff(RegistrationCreate(**person(number, **facts)))


def just_came(number):
    return walk_in(WalkInCreate(name=f"Henkilö {number}", email=f"henkilo{number}@yritys.example"))


async def admitted(applications, event, applicants):
    """Admit them in one batch. Returns state and place in the queue, or the code of the failure, of each."""
    async with applications.runtime("events").database.transaction() as session:
        ledger = await seats.open_ledger(session, ANONYMOUS, event["id"])
        outcomes = await admit(session, ledger, applicants)
    return [(str(one.state), one.queue_place) if isinstance(one, RegistrationAnswer) else one.code for one in outcomes]


def test_a_person_without_an_address_is_recognised_by_name_and_organisation():
    people = [walk_in(WalkInCreate(name="Aino Esimerkki", organisation=name)) for name in ("Yritys", " YRITYS ", "Muu")]
    assert people[0].person_key == people[1].person_key != people[2].person_key


def test_a_mail_is_counted_once_for_each_applicant_and_refused_beyond_the_limit():
    limit = RecipientRateLimit(SlidingWindowLimiter())
    applicants = [public_applicant(RegistrationCreate(**person(1)), limit) for _ in range(MAILS_AN_HOUR + 1)]
    allowed = [[applicant.gets_mail(), applicant.gets_mail()] for applicant in applicants]
    assert allowed == [[True, True]] * MAILS_AN_HOUR + [[False, False]]


def test_those_whom_staff_enter_get_mail_and_those_who_have_come_get_none():
    assert by_staff(1).gets_mail() and by_staff(2, force_reason="Puhuja").gets_mail()
    assert not just_came(3).gets_mail()
    assert [applicant.is_by_staff() for applicant in (public(1), by_staff(2), just_came(3))] == [False, True, True]


async def test_in_one_batch_each_is_judged_by_their_own_rule(client, applications, superuser, outbox_kinds):
    event = await an_event(client("events", COORDINATOR), capacity=2, waiting_list="auto", waiting_capacity=1)
    batch = [public(1), just_came(2), public(3), by_staff(4), by_staff(5, force_reason="Puhuja"), by_staff(3)]
    assert await admitted(applications, event, batch) == [
        ("confirmed", None),
        ("confirmed", None),
        ("waitlisted", 1),
        "event-full",
        ("confirmed", None),
        "event-full",
    ]
    assert [tuple(row) for row in await superuser.fetch(ROWS)] == [
        ("public", "confirmed", None, True, True),
        ("walk_in", "confirmed", None, False, True),
        ("public", "waitlisted", None, True, False),
        ("organiser", "confirmed", "Puhuja", True, True),
    ]
    assert tuple(await superuser.fetchrow(COUNTERS, event["id"])) == (3, 1, 1)
    assert [tuple(row) for row in await superuser.fetch(MAILS)] == [
        ("Henkilö 1", "confirmation"),
        ("Henkilö 3", "queued"),
        ("Henkilö 5", "confirmation"),
    ]
    assert [kind for kind in await outbox_kinds("events") if ".registration." in kind] == [
        "vipu.registration.confirmed.v1",
        "vipu.registration.confirmed.v1",
        "vipu.registration.waitlisted.v1",
        "vipu.registration.confirmed.v1",
    ]


@pytest.mark.parametrize("seed", range(4))
async def test_a_batch_is_answered_as_if_each_had_come_alone(client, applications, superuser, seed):
    draw = random.Random(seed)  # noqa: S311
    staff = client("events", COORDINATOR)
    facts = {
        "capacity": draw.choice([None, 0, 2, 4]),
        "waiting_list": draw.choice(["auto", "off"]),
        "waiting_capacity": draw.choice([None, 0, 2]),
        **draw.choice([{}, {"registration_closes_at": "2026-01-01T00:00:00Z"}]),
    }
    together, alone = await an_event(staff, **facts), await an_event(staff, **facts)
    kinds = [public, by_staff, just_came, lambda number: by_staff(number, force_reason="Puhuja")]
    drawn = [(draw.choice(kinds), draw.randrange(6)) for _ in range(10)]
    batch = await admitted(applications, together, [make(number) for make, number in drawn])
    one_by_one = [(await admitted(applications, alone, [make(number)]))[0] for make, number in drawn]
    assert batch == one_by_one
    counters = [tuple(await superuser.fetchrow(COUNTERS, event["id"])) for event in (together, alone)]
    assert counters[0] == counters[1]


async def test_staff_get_the_true_standing_of_a_person_who_waits_already(client, superuser):
    staff = client("events", COORDINATOR)
    event = await an_event(staff, capacity=1, waiting_list="auto")
    address = f"/v1/events/{event['id']}/registrations"
    first, *_ = [(await client("events").post(address, person(number))).json() for number in range(1, 5)]
    cancelled = await staff.post(f"/v1/registrations/{first['id']}/cancel")
    assert cancelled.status_code == 200
    told = [(await staff.post(address, person(number))).json() for number in (2, 4)]
    assert [(one["state"], one["queue_place"]) for one in told] == [("confirmed", None), ("waitlisted", 2)]
    await superuser.execute("UPDATE events.events SET starts_at = '2026-03-11'")  # Nobody walks in before the day.
    walked = await staff.post(f"/v1/events/{event['id']}/walk-ins", {"name": "Henkilö 4", "email": person(4)["email"]})
    assert (walked.status_code, walked.json()["state"]) == (201, "waitlisted")
    assert tuple(await superuser.fetchrow(COUNTERS, event["id"])) == (1, 2, 3)


@contextmanager
def statements_of(applications):
    """The statements that the service sends meanwhile."""
    sent, database = [], applications.runtime("events").database

    def note(connection, cursor, statement, *_):
        sent.append(statement)

    engines = [engine.sync_engine for engine in (database.writer, database.shared_writer, database.reader)]
    for engine in engines:
        listen(engine, "before_cursor_execute", note)
    yield sent
    for engine in engines:
        remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    ("grants", "part", "first", "again"),
    [
        ((), "registrations", 12, 12),
        ((COORDINATOR,), "registrations", 12, 12),
        ((COORDINATOR,), "walk-ins", 18, 13),
    ],
)
async def test_a_registration_takes_so_many_statements_and_no_more(client, applications, grants, part, first, again):
    """Two for the key, event, person, seats, earlier row, row, organisation, announcement, link, mail, kept answer.

    A walk-in takes some more: is it the day of the event, and who has this name? Of a registration, the number does not
    tell whether the person is registered.
    """
    when = PAST if part == "walk-ins" else FUTURE
    event = await an_event(client("events", COORDINATOR), capacity=2, starts_at=when)
    body = {key: value for key, value in person(1).items() if part == "registrations" or key != "privacy_accepted"}
    caller, address = client("events", *grants), f"/v1/events/{event['id']}/{part}"
    counts = []
    for _ in range(2):
        with statements_of(applications) as sent:
            assert (await caller.post(address, body, key=True)).status_code == 201
        counts.append(len(sent))
    assert counts == [first, again], sent
