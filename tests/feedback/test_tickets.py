"""Tickets: random, stored as hashes, good for one answer, and not linked to their batch."""

import asyncio
from collections import Counter
from hashlib import sha256
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from services.contracts.roles import Grant, Role
from services.feedback.responses import service as responses
from services.feedback.responses.models import Answer
from services.feedback.tickets.models import Ticket
from services.feedback.tickets.terms import read_ticket
from services.kernel.data.ids import secret_hash
from tests.factories import (
    COORDINATOR,
    COORDINATOR_ELSEWHERE,
    FUNDER,
    SERVICE,
    a_survey,
    a_survey_body,
    answered,
    close,
    organiser_tickets_of,
    respond,
    soon,
    tickets_of,
)

BATCHES = "/v1/tickets/batches"


async def test_tickets_are_shown_once_and_stored_as_hashes(client, superuser):
    service = client("feedback", SERVICE)
    survey_id = await a_survey(service)
    issued = await service.post(BATCHES, {"survey_id": survey_id, "count": 40, "by_organiser": 2}, key=True)
    assert (issued.status_code, issued.headers["cache-control"]) == (200, "no-store")
    plain, by_organiser = issued.json()["tickets"], issued.json()["by_organiser"]
    assert (len(plain), len(by_organiser), len({*plain, *by_organiser})) == (40, 2, 42)
    assert all(len(ticket) == 36 and read_ticket(ticket) == ticket for ticket in plain)  # 32 characters of 6 bits.
    rows = await superuser.fetch("SELECT * FROM feedback.tickets")
    origins = {row["hash"]: row["entered_by_organiser"] for row in rows}
    assert origins == {
        **{sha256(ticket.encode()).digest(): False for ticket in plain},
        **{sha256(ticket.encode()).digest(): True for ticket in by_organiser},
    }
    assert {row["is_spent"] for row in rows} == {False}
    # A stored response would be a list of tickets in plain text.
    assert await superuser.fetchval("SELECT count(*) FROM feedback.idempotency_answers") == 0
    assert await superuser.fetchval("SELECT invited_count FROM feedback.surveys") == 0


async def test_a_request_sent_again_makes_other_tickets(client):
    service, survey_id = client("feedback", SERVICE), await a_survey(client("feedback", SERVICE))
    asked = [(await service.post(BATCHES, {"survey_id": survey_id, "count": 3}, key=True)).json() for _ in range(2)]
    assert set(asked[0]["tickets"]).isdisjoint(asked[1]["tickets"])


async def test_the_row_of_a_ticket_names_no_batch_and_no_time(client, superuser):
    columns = await superuser.fetch(
        "SELECT column_name FROM information_schema.columns WHERE (table_schema, table_name) = ('feedback', 'tickets')"
    )
    assert {row["column_name"] for row in columns} == {"hash", "survey_id", "entered_by_organiser", "is_spent"}


@pytest.mark.parametrize(
    ("grants", "status"),
    [
        ((), 401),
        ((FUNDER,), 403),
        ((COORDINATOR_ELSEWHERE,), 403),
        ((COORDINATOR,), 403),
        ((Grant(Role.admin),), 403),
        ((SERVICE,), 200),
    ],
)
async def test_readers_of_results_get_no_tickets(client, superuser, grants, status):
    survey_id = await a_survey(client("feedback", SERVICE))
    response = await client("feedback", *grants).post(BATCHES, {"survey_id": survey_id, "count": 1})
    assert response.status_code == status
    assert await superuser.fetchval("SELECT count(*) FROM feedback.tickets") == (status == 200)


async def test_a_batch_has_its_bounds(client):
    service = client("feedback", SERVICE)
    survey_id = await a_survey(service)
    for count in (-1, 0, 5001, 2**63, None, "many"):
        refused = await service.post(BATCHES, {"survey_id": survey_id, "count": count})
        assert refused.status_code == 422
    assert (await service.post(BATCHES, {"survey_id": survey_id, "count": 0, "by_organiser": 1})).status_code == 200


async def test_a_closed_or_ended_survey_has_no_tickets(client, applications, superuser):
    service = client("feedback", SERVICE)
    survey_id = await a_survey(service)
    await tickets_of(service, survey_id, 3)
    await superuser.execute("UPDATE feedback.surveys SET closes_at = now()")
    asked = {"survey_id": survey_id, "count": 1}
    ended = await service.post(BATCHES, asked)
    await applications.worker("feedback").drain()
    closed = await service.post(BATCHES, asked)
    for refused in (ended, closed):
        assert (refused.status_code, refused.json()["code"]) == (409, "survey-closed")
    assert await superuser.fetchval("SELECT count(*) FROM feedback.tickets") == 0


async def fifty_answers_with_one_ticket(client) -> Counter[int]:
    service, anonymous = client("feedback", SERVICE), client("feedback")
    survey_id = await a_survey(service)
    [ticket] = await tickets_of(service, survey_id, 1)
    answers = await asyncio.gather(*(respond(anonymous, survey_id, ticket) for _ in range(50)))
    states = {answer.status_code: answer.json()["state"] for answer in answers}
    assert states == {201: "received", 200: "received_before"}
    return Counter(answer.status_code for answer in answers)


async def test_of_fifty_answers_with_one_ticket_one_is_stored(client, superuser):
    assert await fifty_answers_with_one_ticket(client) == {201: 1, 200: 49}
    assert await superuser.fetchval("SELECT count(*) FROM feedback.answers") == 1
    assert [row["is_spent"] for row in await superuser.fetch("SELECT is_spent FROM feedback.tickets")] == [True]


async def test_negative_control_a_ticket_that_is_looked_at_before_it_is_redeemed_admits_more(client, monkeypatch):
    both_have_looked = asyncio.Barrier(2)

    async def look_then_leap(session, survey_id, sealed, *, ticket, now) -> bool:
        key = secret_hash(ticket)
        is_spent = await session.scalar(select(Ticket.is_spent).where(Ticket.hash == key))
        await both_have_looked.wait()
        if is_spent:
            return False
        await session.execute(update(Ticket).where(Ticket.hash == key).values(is_spent=True))
        session.add(Answer(id=uuid4(), survey_id=survey_id, sealed=sealed))
        return True

    monkeypatch.setattr(responses, "_store", look_then_leap)
    service, anonymous = client("feedback", SERVICE), client("feedback")
    survey_id = await a_survey(service)
    [ticket] = await tickets_of(service, survey_id, 1)
    answers = await asyncio.gather(*(respond(anonymous, survey_id, ticket) for _ in range(2)))
    assert [answer.status_code for answer in answers] == [201, 201]


MANGLED = ("", "short", "x" * 36, "x" * 200, "' OR 1=1 --" + "x" * 25)


async def test_a_mangled_ticket_is_known_without_the_database(client, statements):
    service, anonymous = client("feedback", SERVICE), client("feedback")
    survey_id = await a_survey(service)
    [ticket] = await tickets_of(service, survey_id, 1)
    cut, swapped, changed = ticket[:-1], ticket[1] + ticket[0] + ticket[2:], ticket.swapcase()
    with statements() as sent:
        for text in (*MANGLED, cut, swapped, changed):
            refused = await respond(anonymous, survey_id, text)
            assert (refused.status_code, refused.json()["code"]) == (422, "ticket-not-valid"), text
            assert (await check(anonymous, survey_id, text)) == 422
    assert sent == []


async def check(anonymous, survey_id: str, ticket: str) -> int:
    answer = await anonymous.send("HEAD", f"/v1/surveys/{survey_id}/responses", headers={"X-Ticket": ticket})
    return answer.status_code


async def test_a_ticket_tells_its_state_and_is_not_redeemed_by_it(client, applications, superuser):
    service, anonymous = client("feedback", SERVICE), client("feedback")
    survey_id, other = await a_survey(service), await a_survey(service)
    live, used = await tickets_of(service, survey_id, 2)
    [foreign] = await tickets_of(service, other, 1)
    assert (await respond(anonymous, survey_id, used)).status_code == 201
    states = {live: 204, used: 409, foreign: 404}
    for _ in range(2):
        assert {ticket: await check(anonymous, survey_id, ticket) for ticket in states} == states
    assert await superuser.fetchval("SELECT count(*) FROM feedback.tickets WHERE is_spent") == 1
    await close(service, survey_id)
    assert [await check(anonymous, survey_id, ticket) for ticket in states] == [410] * 3
    await applications.worker("feedback").drain()
    assert [await check(anonymous, survey_id, ticket) for ticket in states] == [410] * 3
    assert await check(anonymous, str(uuid4()), live) == 404


async def test_a_draft_has_no_state_of_tickets(client):
    service = client("feedback", SERVICE)
    draft = (await service.post("/v1/surveys", {**await a_survey_body(service), "state": "draft"})).json()["id"]
    [ticket] = await tickets_of(service, draft, 1)
    assert await check(client("feedback"), draft, ticket) == 404
    assert (await respond(client("feedback"), draft, ticket)).status_code == 404


async def test_a_ticket_is_live_before_its_survey_opens(client):
    service, anonymous = client("feedback", SERVICE), client("feedback")
    body = {**await a_survey_body(service), "opens_at": soon(days=1)}
    survey_id = (await service.post("/v1/surveys", body)).json()["id"]
    [ticket] = await tickets_of(service, survey_id, 1)
    assert await check(anonymous, survey_id, ticket) == 204
    early = await respond(anonymous, survey_id, ticket)
    assert (early.status_code, early.json()["code"]) == (409, "survey-not-open")


async def test_a_ticket_that_was_never_issued_is_unknown_until_the_survey_closes(client):
    service, anonymous = client("feedback", SERVICE), client("feedback")
    one, other = await a_survey(service), await a_survey(service)
    [ticket] = await tickets_of(service, one, 1)
    unknown = await respond(anonymous, other, ticket)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "ticket-unknown")
    assert (await respond(anonymous, one, ticket)).status_code == 201
    await close(service, other)
    closed = await respond(anonymous, other, ticket)
    assert (closed.status_code, closed.json()["code"]) == (409, "survey-closed")


async def test_all_tickets_go_with_the_release_spent_and_unspent_alike(client, applications, superuser):
    service = client("feedback", SERVICE)
    survey_id = await answered(service, client("feedback"), [{}] * 3)
    await tickets_of(service, survey_id, 2)
    await organiser_tickets_of(service, survey_id, 1)
    await close(service, survey_id)
    await applications.worker("feedback").drain()
    assert await superuser.fetchval("SELECT count(*) FROM feedback.tickets") == 0
