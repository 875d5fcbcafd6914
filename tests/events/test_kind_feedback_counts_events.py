"""People are counted, not mails: a retried invitation counts nobody again, and undeliverable people are told apart."""

import pytest

from services.events.feedback_invitations.counts import TELL_INVITED, tell_counts
from services.events.feedback_invitations.service import INVITE_FOR_FEEDBACK
from services.events.mails.sending import SEND_MAILS
from services.kernel.clock import utc_now
from tests.events.mailing import a_registration, received, text_of
from tests.events.test_feedback_invitations import LINK, a_held_event, break_feedback, no_answer
from tests.factories import COORDINATION, COORDINATOR, SERVICE, close


async def invited(superuser) -> tuple[int, int]:
    row = await superuser.fetchrow("SELECT invited_count, undeliverable_count FROM feedback.surveys")
    return tuple(row)


async def invite_and_tell(applications) -> None:
    """Let the worker invite, mail, and tell feedback what became of it."""
    for task in (INVITE_FOR_FEEDBACK, SEND_MAILS, TELL_INVITED):
        await task.run(applications.runtime("events"))


async def ten_of_whom_three_are_not_reached(applications, superuser):
    """An event with ten attendees, three of whom have addresses that take no mail; all were invited."""
    event = await a_held_event(applications, attended=7, coordination_id=COORDINATION)
    for number in range(3):
        facts = {"attendance": "attended", "attendance_marked_at": utc_now(), "email": f"nobody-{number}"}
        await a_registration(applications, event, **facts)
    await invite_and_tell(applications)
    assert await invited(superuser) == (10, 3)
    return event


async def retry(client, superuser, event) -> None:
    parked = [str(row["id"]) for row in await superuser.fetch("SELECT id FROM events.mails WHERE state = 'parked'")]
    answer = await client("events", COORDINATOR).post(f"/v1/events/{event.id}/mails/retry", {"mail_ids": parked})
    assert {item["outcome"] for item in answer.json()["items"]} == {"asked_anew"}, answer.text


async def test_retried_undeliverable_mails_count_nobody_again(applications, client, superuser):
    event = await ten_of_whom_three_are_not_reached(applications, superuser)
    for _ in range(2):
        await retry(client, superuser, event)
        await invite_and_tell(applications)
        assert await invited(superuser) == (10, 3)
    assert await superuser.fetchval("SELECT ticket_count FROM events.feedback_invitations") == 16


async def test_who_is_reached_in_the_end_comes_back_into_the_denominator(applications, client, superuser):
    event = await ten_of_whom_three_are_not_reached(applications, superuser)
    await superuser.execute("UPDATE events.registrations SET email = email || '@x.example' WHERE email LIKE 'nobody%'")
    await retry(client, superuser, event)
    await invite_and_tell(applications)
    assert await invited(superuser) == (10, 0)
    assert len(await received(superuser)) == 10


async def test_undeliverable_people_leave_the_denominator(applications, client, superuser):
    await ten_of_whom_three_are_not_reached(applications, superuser)
    for mail in (await received(superuser))[:5]:
        link = LINK.search(text_of(mail))
        body = {"version": 1, "language": "fi", "complete": True, "answers": {"overall": 4}}
        address = f"/v1/surveys/{link[1]}/responses"
        assert (await client("feedback").post(address, body, headers={"X-Ticket": link[2]})).status_code == 201
    await close(client("feedback", SERVICE), link[1])
    await applications.worker("feedback").drain()
    results = (await client("feedback", COORDINATOR).get(f"/v1/surveys/{link[1]}/results")).json()
    assert (results["invited"], results["n"]) == (10, 5)
    assert float(results["response_rate"]) == pytest.approx(71.4)


async def test_one_person_with_two_invitations_is_one_person(applications, superuser):
    event = await ten_of_whom_three_are_not_reached(applications, superuser)
    # Two rows that a correction joined to one person: one of their two mails reaches them.
    await superuser.execute(
        "UPDATE events.registrations SET is_standing = false, state = 'cancelled', cancelled_by = 'registrant',"
        " attendance = 'unknown', person_key = (SELECT person_key FROM events.registrations"
        " WHERE attendance = 'attended' AND email NOT LIKE 'nobody%' LIMIT 1) WHERE email = 'nobody-0'"
    )
    assert event is not None
    await tell_counts(applications.runtime("events"))
    assert await invited(superuser) == (9, 2)


async def test_numbers_that_were_not_heard_are_told_again(applications, superuser, monkeypatch):
    event = await a_held_event(applications, attended=2, coordination_id=COORDINATION)
    await applications.worker("events").drain()
    with monkeypatch.context() as broken:
        break_feedback(applications, broken, no_answer)
        await superuser.execute("UPDATE events.mails SET state = 'parked' WHERE event_id = $1", event.id)
        await applications.worker("events").drain()
    assert await invited(superuser) == (2, 0)
    await applications.worker("events").drain()
    assert await invited(superuser) == (2, 2)


@pytest.mark.parametrize(
    ("facts", "entered"),
    [({}, False), ({"origin": "organiser", "entered_by": "organiser"}, True)],
)
async def test_tickets_say_whom_the_organiser_entered(applications, superuser, facts, entered):
    event = await a_held_event(applications, attended=1, coordination_id=COORDINATION)
    await superuser.execute("UPDATE events.registrations SET attendance = 'no_show'")
    await a_registration(applications, event, attendance="attended", attendance_marked_at=utc_now(), **facts)
    await applications.worker("events").drain()
    rows = await superuser.fetch("SELECT entered_by_organiser FROM feedback.tickets")
    assert [row["entered_by_organiser"] for row in rows] == [entered]
