"""One person has one ticket, made for the address that they have: whatever changes while invitations are on their way.

And an invitation is asked for anew only where another one can follow.
"""

import asyncio

import pytest

from services.events.mails import service as mails
from services.kernel.data.ids import secret_hash
from tests.events.mailing import received, states, text_of
from tests.events.test_feedback_invitations import LINK, a_held_event
from tests.events.test_undelivered import parked, retried
from tests.factories import COORDINATION, COORDINATOR, until_somebody_waits

CORRECTED = "uusi@project.example"
TICKETS = "SELECT hash, entered_by_organiser FROM feedback.tickets"


async def the_attendee(superuser) -> str:
    return await superuser.fetchval("SELECT id::text FROM events.registrations WHERE attendance = 'attended'")


async def correct(staff, registration_id: str, **facts: object) -> None:
    address = f"/v1/registrations/{registration_id}"
    version = (await staff.get(address)).json()["version"]
    answer = await staff.patch(address, facts, version=version)
    assert answer.status_code == 200, answer.text


async def mailed(superuser) -> list[tuple[str, str]]:
    """The address and the ticket of each invitation that was sent."""
    sent = await received(superuser)
    return [(mail["To"].addresses[0].addr_spec, LINK.search(text_of(mail))[2]) for mail in sent]


@pytest.fixture
async def invited(applications, superuser, change_settings) -> str:
    """The only attendee of an event, whose invitation waits in the queue; their registration."""
    await a_held_event(applications, attended=1, coordination_id=COORDINATION)
    change_settings("events", mail_transport="smtp", smtp_host="127.0.0.1", smtp_port=1)
    await applications.worker("events").drain()
    change_settings("events", mail_transport="mailbox")
    assert await states(superuser) == [("queued", 1, "no-connection")]
    return await the_attendee(superuser)


@pytest.mark.parametrize("state", ["sending", "sent"])
async def test_an_invitation_that_is_being_sent_counts_as_sent(applications, client, superuser, invited, state):
    leased = "UPDATE events.mails SET state = $1, due_at = clock_timestamp() + interval '1 minute'"
    await superuser.execute(leased, state)
    await correct(client("events", COORDINATOR), invited, email=CORRECTED)
    await applications.worker("events").drain()
    assert [state for state, *_ in await states(superuser)] == [state]
    assert len(await superuser.fetch(TICKETS)) == 1


@pytest.mark.parametrize("state", ["queued", "parked"])
async def test_an_invitation_that_was_not_sent_gives_way_to_one_to_the_corrected_address(
    applications, client, superuser, invited, state
):
    first = (await superuser.fetchrow(TICKETS))["hash"]
    await superuser.execute("UPDATE events.mails SET state = $1", state)
    await correct(client("events", COORDINATOR), invited, email=CORRECTED)
    assert await superuser.fetchval("SELECT count(*) FROM events.mail_secrets") == 0
    await applications.worker("events").drain()
    [(address, ticket)] = await mailed(superuser)
    known = {row["hash"]: row["entered_by_organiser"] for row in await superuser.fetch(TICKETS)}
    assert (address, known) == (CORRECTED, {first: False, secret_hash(ticket): True})


def when_tickets_were_made(applications, monkeypatch, change) -> None:
    """Let the change happen once, between the answer of feedback and the mails."""
    reachable, left = applications.client.request, [change]

    async def request(method: str, url: str, **more):
        answer = await reachable(method, url, **more)
        if left and str(url).endswith("tickets/batches"):
            await left.pop()()
        return answer

    monkeypatch.setattr(applications.client, "request", request)


async def test_who_is_corrected_while_tickets_are_made_gets_the_ticket_of_the_new_address(
    applications, client, superuser, monkeypatch
):
    await a_held_event(applications, attended=1, coordination_id=COORDINATION)
    staff, person = client("events", COORDINATOR), await the_attendee(superuser)
    when_tickets_were_made(applications, monkeypatch, lambda: correct(staff, person, email=CORRECTED))
    await applications.worker("events").drain()
    kept = await superuser.fetchrow("SELECT state, last_error, rounds FROM events.feedback_invitations")
    assert (tuple(kept), await states(superuser)) == (("queued", "people-changed", 0), [])
    await applications.worker("events").drain()
    [(address, ticket)] = await mailed(superuser)
    known = {row["hash"]: row["entered_by_organiser"] for row in await superuser.fetch(TICKETS)}
    assert (address, known[secret_hash(ticket)]) == (CORRECTED, True)
    assert await superuser.fetchval("SELECT invited_count FROM feedback.surveys") == 1


@pytest.mark.parametrize(
    ("change", "invited"),
    [
        ("UPDATE events.registrations SET attendance = 'no_show' WHERE language = 'sv'", 1),
        ("UPDATE events.registrations SET attendance = 'attended' WHERE attendance = 'no_show'", 3),
        ("UPDATE events.registrations SET email = NULL, origin = 'walk_in' WHERE language = 'sv'", 1),
    ],
)
async def test_other_people_than_tickets_were_made_for_are_asked_anew(
    applications, superuser, monkeypatch, change, invited
):
    await a_held_event(applications, attended=2, coordination_id=COORDINATION)
    attendee = "(SELECT min(id::text)::uuid FROM events.registrations WHERE attendance = 'attended')"
    await superuser.execute(f"UPDATE events.registrations SET language = 'sv' WHERE id = {attendee}")
    when_tickets_were_made(applications, monkeypatch, lambda: superuser.execute(change))
    await applications.worker("events").drain()
    assert await states(superuser) == []
    await applications.worker("events").drain()
    assert len(await mailed(superuser)) == invited
    assert await superuser.fetchval("SELECT ticket_count FROM events.feedback_invitations") == invited


async def test_a_correction_waits_for_the_mails_that_are_being_queued(applications, client, superuser, monkeypatch):
    """Without the event's lock it would find no mail to withdraw, and the ticket would go to the earlier address."""
    await a_held_event(applications, attended=1, coordination_id=COORDINATION)
    staff, person = client("events", COORDINATOR), await the_attendee(superuser)
    corrections, queue = [], mails.queue_invitations

    async def queue_beside_a_correction(*arguments, **more) -> None:
        corrections.append(asyncio.create_task(correct(staff, person, email=CORRECTED)))
        await until_somebody_waits(superuser)
        await queue(*arguments, **more)

    with monkeypatch.context() as slow:
        slow.setattr(mails, "queue_invitations", queue_beside_a_correction)
        slow.setattr("services.events.mails.sending.SENDING_BATCH", 0)
        await applications.worker("events").drain()
    await asyncio.gather(*corrections)
    await applications.worker("events").drain()
    assert [address for address, _ in await mailed(superuser)] == [CORRECTED]


UNINVITABLE = {
    "did not attend": "UPDATE events.registrations SET attendance = 'no_show'",
    "no address": "UPDATE events.registrations SET email = NULL, origin = 'walk_in'",
    "survey closed": "UPDATE events.feedback_invitations SET state = 'parked', last_error = 'survey-closed'",
    "no feedback wanted": "UPDATE events.events SET wants_feedback = false",
    "postponed": "UPDATE events.events SET event_status = 'postponed'",
    "too late": "UPDATE events.events SET starts_at = now() - interval '16 d', ends_at = now() - interval '15 d'",
    "invited before": (
        "INSERT INTO events.registrations (id, event_id, state, name, sort_key, person_key, language, origin,"
        " entered_by, cancelled_by, is_standing, ical_uid, email)"
        " SELECT gen_random_uuid(), event_id, 'cancelled', name, sort_key, person_key, language, origin,"
        " entered_by, 'registrant', false, 'earlier', 'e@x.example' FROM events.registrations"
        " WHERE attendance = 'attended';"
        "INSERT INTO events.mails (id, kind, registration_id, event_id, dedupe_key, language, is_invited, ical_uid,"
        " ical_sequence, state) SELECT gen_random_uuid(), 'feedback_invitation', id, event_id, 'earlier', 'fi', true,"
        " 'earlier', 0, 'sent' FROM events.registrations WHERE ical_uid = 'earlier'"
    ),
}


@pytest.mark.parametrize("change", UNINVITABLE.values(), ids=UNINVITABLE)
async def test_an_invitation_is_outdated_where_no_other_can_follow(applications, client, superuser, change):
    event = await a_held_event(applications, attended=1, coordination_id=COORDINATION)
    await applications.worker("events").drain()
    [mail_id] = await parked(superuser, event)
    await superuser.execute(change)
    staff = client("events", COORDINATOR)
    assert await retried(staff, event, mail_id) == ["outdated"]
    for _ in range(2):
        await applications.worker("events").drain()
    # The person stays counted, as one whom no mail reached.
    assert await superuser.fetchval("SELECT state FROM events.mails WHERE id::text = $1", mail_id) == "parked"
    assert len(await received(superuser)) == 1


async def test_where_another_can_follow_it_does(applications, client, superuser):
    event = await a_held_event(applications, attended=1, coordination_id=COORDINATION)
    await applications.worker("events").drain()
    [mail_id] = await parked(superuser, event)
    assert await retried(client("events", COORDINATOR), event, mail_id) == ["asked_anew"]
    await applications.worker("events").drain()
    assert len({ticket for _, ticket in await mailed(superuser)}) == 2
