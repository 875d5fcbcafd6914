"""Feedback invitations: each attendee of a held event gets one ticket by mail, and no record says who got which."""

import asyncio
import re
from datetime import timedelta

import httpx
import pytest

from services.contracts.roles import Grant, Role
from services.events.feedback_invitations import queries, service
from services.feedback.events.service import reconcile_events
from services.kernel.clock import utc_now
from services.kernel.data.ids import secret_hash
from tests.events.mailing import a_registration, an_event, received, some_registrations, text_of
from tests.factories import close
from tests.plans import leave_only_nested_loops

LINK = re.compile(r"http://vipu\.test/answer/([0-9a-f-]{36})#([A-Za-z0-9_-]{36})\s")
ADMIN = Grant(Role.admin)


async def a_held_event(applications, *, attended: int, hours_ago: float = 2, **facts):
    """An event that is over, which feedback knows, with so many who came and one who did not."""
    ends_at = utc_now() - timedelta(hours=hours_ago)
    told = {"starts_at": ends_at - timedelta(hours=1), "ends_at": ends_at, "attended_count": attended, **facts}
    event = await an_event(applications, **told)
    marked = {"attendance": "attended", "attendance_marked_at": utc_now()}
    await some_registrations(applications, event, attended, **marked)
    await a_registration(applications, event, attendance="no_show", attendance_marked_at=utc_now())
    await reconcile_events(applications.runtime("feedback"))
    return event


async def invited_events(superuser) -> int:
    return await superuser.fetchval("SELECT count(*) FROM events.feedback_invitations WHERE invited_at IS NOT NULL")


def break_feedback(applications, monkeypatch, failure) -> None:
    """Feedback answers no more; the others do."""
    reachable = applications.client.request

    async def request(method: str, url: str, **more):
        if str(url).startswith("http://feedback.vipu"):
            return failure(url)
        return await reachable(method, url, **more)

    monkeypatch.setattr(applications.client, "request", request)


async def test_every_attendee_gets_an_own_ticket_that_works(applications, client, superuser):
    event = await a_held_event(applications, attended=4)
    await applications.worker("events").drain()
    mails = await received(superuser)
    attendees = await superuser.fetch("SELECT email FROM events.registrations WHERE attendance = 'attended'")
    assert sorted(mail["To"].addresses[0].addr_spec for mail in mails) == sorted(row["email"] for row in attendees)
    links = [LINK.search(text_of(mail)) for mail in mails]
    assert len({link[2] for link in links}) == 4
    ((survey_id,),) = {(link[1],) for link in links}
    survey = (await client("feedback", ADMIN).get(f"/v1/surveys/{survey_id}")).json()
    assert survey["event"]["event_id"] == str(event.id)
    assert (survey["state"], survey["title"]) == ("open", event.title)
    known = {row["hash"] for row in await superuser.fetch("SELECT hash FROM feedback.tickets")}
    assert known == {secret_hash(link[2]) for link in links}
    for mail in mails:
        assert mail["Subject"] == "Kerro, mitä mieltä olit: Hankekahvit"
        assert not list(mail.iter_attachments())


async def test_a_ticket_from_the_mail_answers_once(applications, client, superuser):
    await a_held_event(applications, attended=1)
    await applications.worker("events").drain()
    (mail,) = await received(superuser)
    link = LINK.search(text_of(mail))
    body = {"version": 1, "language": "fi", "complete": True, "answers": {"overall": 5}}
    answers = [
        await client("feedback").send(
            "POST", f"/v1/surveys/{link[1]}/responses", headers={"X-Ticket": link[2]}, json=body
        )
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 200], answers[0].text
    assert [answer.json()["state"] for answer in answers] == ["received", "received_before"]


async def test_the_attendees_of_an_event_are_invited_once(applications, superuser):
    await a_held_event(applications, attended=2)
    for _ in range(3):
        await applications.worker("events").drain()
    assert len(await received(superuser)) == 2
    assert await invited_events(superuser) == 1
    assert await superuser.fetchval("SELECT count(*) FROM feedback.surveys") == 1


async def test_two_workers_at_once_mail_tickets_that_all_work(applications, superuser):
    await a_held_event(applications, attended=3)
    await asyncio.gather(*(service.invite_attendees_of_held_events(applications.runtime("events")) for _ in range(4)))
    await applications.worker("events").drain()
    mails = await received(superuser)
    assert len(mails) == 3
    known = {row["hash"] for row in await superuser.fetch("SELECT hash FROM feedback.tickets")}
    assert known == {secret_hash(LINK.search(text_of(mail))[2]) for mail in mails}


@pytest.mark.parametrize(
    "facts",
    [
        {"attended": 0},
        {"attended": 2, "wants_feedback": False},
        {"attended": 2, "publication_status": "draft"},
        {"attended": 2, "event_status": "cancelled"},
        {"attended": 2, "hours_ago": -1},
        {"attended": 2, "hours_ago": 15 * 24},
    ],
)
async def test_nobody_is_asked_about_an_event_that_was_not_held_or_is_long_gone(applications, superuser, facts):
    await a_held_event(applications, **facts)
    await applications.worker("events").drain()
    assert await received(superuser) == []
    assert await invited_events(superuser) == 0


async def test_attendance_that_is_still_being_marked_is_waited_for(applications, change_settings, superuser):
    await a_held_event(applications, attended=2)
    change_settings("events", feedback_after_minutes=10)
    await applications.worker("events").drain()
    assert await received(superuser) == []
    await superuser.execute(
        "UPDATE events.registrations SET attendance_marked_at = attendance_marked_at - interval '11 minutes'"
    )
    await applications.worker("events").drain()
    assert len(await received(superuser)) == 2


def no_answer(url: str) -> httpx.Response:
    raise httpx.ReadTimeout(f"{url} is slow")


def answering(status: int, text: str):
    return lambda url: httpx.Response(status, text=text, request=httpx.Request("GET", url))


@pytest.mark.parametrize(
    "failure",
    [
        no_answer,
        answering(503, "{}"),
        answering(200, "<html>"),
        answering(200, '{"items": 3}'),
        answering(200, '{"items": [{"id": "me", "state": "open"}]}'),
    ],
)
async def test_a_feedback_service_that_is_down_or_lies_is_asked_again(applications, superuser, monkeypatch, failure):
    await a_held_event(applications, attended=2)
    with monkeypatch.context() as broken:
        break_feedback(applications, broken, failure)
        await applications.worker("events").drain()
    assert await invited_events(superuser) == 0
    assert await superuser.fetchval("SELECT count(*) FROM events.mails") == 0
    await applications.worker("events").drain()
    assert len(await received(superuser)) == 2


@pytest.mark.own_database
async def test_a_crash_between_the_two_services_is_healed_by_asking_again(applications, superuser):
    await a_held_event(applications, attended=3)
    await superuser.execute("ALTER TABLE events.mails ADD CONSTRAINT crash CHECK (kind <> 'feedback_invitation')")
    with pytest.raises(Exception, match="crash"):
        await service.invite_attendees_of_held_events(applications.runtime("events"))
    lost = {row["hash"] for row in await superuser.fetch("SELECT hash FROM feedback.tickets")}
    assert len(lost) == 3
    await superuser.execute("ALTER TABLE events.mails DROP CONSTRAINT crash")
    await applications.worker("events").drain()
    assert await received(superuser) == []  # The lease of the dead worker still holds.
    await superuser.execute("UPDATE events.feedback_invitations SET due_at = clock_timestamp()")
    await applications.worker("events").drain()
    mails = await received(superuser)
    known = {row["hash"] for row in await superuser.fetch("SELECT hash FROM feedback.tickets")}
    assert known == lost | {secret_hash(LINK.search(text_of(mail))[2]) for mail in mails}
    assert await superuser.fetchval("SELECT invited_count FROM feedback.surveys") == len(mails) == 3


async def test_a_worker_that_lost_the_lease_while_asking_mails_nothing(applications, superuser, monkeypatch):
    await a_held_event(applications, attended=2)
    reachable = applications.client.request

    async def request(method: str, url: str, **more):
        answer = await reachable(method, url, **more)
        if str(url).endswith("tickets/batches"):
            await superuser.execute("UPDATE events.feedback_invitations SET due_at = due_at + interval '1 minute'")
        return answer

    monkeypatch.setattr(applications.client, "request", request)
    await applications.worker("events").drain()
    assert await received(superuser) == []
    assert await invited_events(superuser) == 0


async def test_who_is_marked_later_gets_a_ticket_too_and_nobody_a_second_one(applications, client, superuser):
    event = await a_held_event(applications, attended=2)
    await applications.worker("events").drain()
    first = await received(superuser)
    late = [
        await a_registration(applications, event, attendance="attended", attendance_marked_at=utc_now())
        for _ in range(2)
    ]
    await superuser.execute("UPDATE events.registrations SET attendance = 'no_show' WHERE email = $1", late[1].email)
    for _ in range(3):
        await applications.worker("events").drain()
    mails = await received(superuser)
    assert [mail["To"].addresses[0].addr_spec for mail in mails[len(first) :]] == [late[0].email]
    links = [LINK.search(text_of(mail)) for mail in mails]
    assert len({link[2] for link in links}) == 3 and len({link[1] for link in links}) == 1
    kept = await superuser.fetchrow("SELECT rounds, ticket_count, survey_id::text FROM events.feedback_invitations")
    assert tuple(kept) == (2, 3, links[0][1])
    rows = await superuser.fetch("SELECT hash FROM feedback.tickets")
    assert {row["hash"] for row in rows} == {secret_hash(link[2]) for link in links}
    assert await superuser.fetchval("SELECT invited_count FROM feedback.surveys") == 3


async def test_without_an_address_nobody_is_asked_and_an_own_round_is_not_made_of_nobody(applications, superuser):
    await a_held_event(applications, attended=1)
    await superuser.execute("UPDATE events.registrations SET attendance = 'unknown'")
    await superuser.execute("UPDATE events.events SET attended_count = 0, heads_onsite = 40, heads_qualifier = 'about'")
    await applications.worker("events").drain()
    assert await superuser.fetchval("SELECT count(*) FROM feedback.surveys") == 0
    assert await superuser.fetchval("SELECT count(*) FROM events.feedback_invitations") == 0


async def close_survey_of(client, event) -> None:
    admin = client("feedback", ADMIN)
    about = {"event_id": str(event.id), "event_type": event.type, "scope": event.scope}
    made = await admin.post(
        "/v1/surveys",
        {
            "template": "event_core",
            "title": {"fi": "Oma kysely"},
            "event": {**about, "coordination_id": str(event.coordination_id), "held_on": "2026-11-12"},
            "closes_at": (utc_now() + timedelta(days=7)).isoformat(),
        },
    )
    assert made.status_code == 201, made.text
    await close(admin, made.json()["id"])


async def test_a_closed_survey_is_not_asked_for_again(applications, client, superuser, monkeypatch):
    event = await a_held_event(applications, attended=1)
    await close_survey_of(client, event)
    await applications.worker("events").drain()
    calls = []
    with monkeypatch.context() as broken:
        break_feedback(applications, broken, lambda url: calls.append(url) or answering(200, "{}")(url))
        await applications.worker("events").drain()
    assert calls == []
    assert await received(superuser) == []
    kept = await superuser.fetchrow("SELECT state, last_error FROM events.feedback_invitations")
    assert tuple(kept) == ("parked", "survey-closed")


async def test_events_that_are_refused_hold_up_no_other(applications, client, superuser, monkeypatch):
    for module in (queries, service):
        monkeypatch.setattr(module, "EVENTS_PER_BATCH", 2)
    refused = [await a_held_event(applications, attended=1, hours_ago=9) for _ in range(2)]
    fine = await a_held_event(applications, attended=1)
    reachable = applications.client.request

    async def request(method: str, url: str, **more):
        if any(str(event.id) in str(url) for event in refused):
            return answering(503, "{}")(url)
        return await reachable(method, url, **more)

    monkeypatch.setattr(applications.client, "request", request)
    await applications.worker("events").drain()
    assert await received(superuser) == []
    await applications.worker("events").drain()
    assert len(await received(superuser)) == 1
    assert await superuser.fetchval("SELECT event_id FROM feedback.surveys") == fine.id
    monkeypatch.undo()
    for _ in range(2):
        await applications.worker("events").drain()
    assert len(await received(superuser)) == 3


async def test_a_survey_that_somebody_prepared_is_used_once_it_is_open(applications, client, superuser):
    event = await a_held_event(applications, attended=1)
    about = {"event_id": str(event.id), "event_type": event.type, "scope": event.scope}
    drafted = await client("feedback", ADMIN).post(
        "/v1/surveys",
        {
            "template": "event_core",
            "title": {"fi": "Oma kysely"},
            "state": "draft",
            "event": {**about, "coordination_id": str(event.coordination_id), "held_on": "2026-11-12"},
            "closes_at": (utc_now() + timedelta(days=7)).isoformat(),
        },
        key=True,
    )
    assert drafted.status_code == 201, drafted.text
    await applications.worker("events").drain()
    assert await received(superuser) == []
    opened = await client("feedback", ADMIN).post(f"/v1/surveys/{drafted.json()['id']}/open", key=True)
    assert opened.status_code == 200, opened.text
    await applications.worker("events").drain()
    (mail,) = await received(superuser)
    assert LINK.search(text_of(mail))[1] == drafted.json()["id"]


@pytest.mark.own_database
async def test_everybody_is_mailed_however_postgresql_looks_for_who_is_next(applications, superuser, database_name):
    await leave_only_nested_loops(superuser, database_name, "events")
    await a_held_event(applications, attended=45)
    await applications.worker("events").drain()
    assert len(await received(superuser)) == 45


@pytest.mark.own_database
async def test_a_round_of_invitations_is_one_batch_of_events_whatever_the_plan(
    applications, superuser, database_name, monkeypatch
):
    for module in (queries, service):
        monkeypatch.setattr(module, "EVENTS_PER_BATCH", 2)
    await leave_only_nested_loops(superuser, database_name, "events")
    for _ in range(5):
        await a_held_event(applications, attended=1)
    await superuser.execute(
        "INSERT INTO events.feedback_invitations (event_id, due_at) SELECT id, ends_at FROM events.events"
    )
    held = []
    for _ in range(4):
        await service.invite_attendees_of_held_events(applications.runtime("events"))
        held.append(await invited_events(superuser))
    assert held == [2, 4, 5, 5]


async def test_no_row_of_events_tells_who_got_which_ticket(applications, superuser):
    await a_held_event(applications, attended=30)
    await applications.worker("events").drain()
    mails = await received(superuser)
    tickets = {mail["To"].addresses[0].addr_spec: LINK.search(text_of(mail))[2] for mail in mails}
    assert len(tickets) == 30
    # The mailbox of development is what people would have got; everything else must hold no ticket.
    tables = await superuser.fetch(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'events' AND tablename <> 'mailbox_messages'"
    )
    for table in tables:
        rows = await superuser.fetch(f"SELECT to_jsonb(t)::text AS row FROM events.{table['tablename']} t")
        written = " ".join(row["row"] for row in rows)
        assert not [ticket for ticket in tickets.values() if ticket in written]
    # Nor does the order: of the people as they registered, and of the tickets as feedback stored them.
    people = [
        row["email"]
        for row in await superuser.fetch(
            "SELECT email FROM events.registrations WHERE attendance = 'attended' ORDER BY ctid"
        )
    ]
    stored = [row["hash"] for row in await superuser.fetch("SELECT hash FROM feedback.tickets ORDER BY ctid")]
    mailed = [
        row["registration_id"]
        for row in await superuser.fetch("SELECT registration_id FROM events.mails ORDER BY queued_at")
    ]
    order = {row["id"]: row["email"] for row in await superuser.fetch("SELECT id, email FROM events.registrations")}
    places = [stored.index(secret_hash(tickets[person])) for person in people]
    by_mail = [stored.index(secret_hash(tickets[order[registration]])) for registration in mailed]
    assert places != sorted(places)
    assert by_mail != sorted(by_mail)
    assert [order[registration] for registration in mailed] != people
