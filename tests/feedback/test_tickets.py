"""Tickets: random, stored as hashes, good for one answer, and not linked to their batch."""

import asyncio
from collections import Counter
from hashlib import sha256
from uuid import uuid4

import pytest
from sqlalchemy import delete, select

from services.contracts.roles import Grant, Role
from services.feedback.tickets import service as tickets
from services.feedback.tickets.models import Ticket
from services.kernel.data.ids import secret_hash
from tests.factories import (
    COORDINATOR,
    COORDINATOR_ELSEWHERE,
    FUNDER,
    SERVICE,
    a_survey,
    respond,
    tickets_of,
    until_somebody_waits,
)


async def test_tickets_are_shown_once_and_stored_as_hashes(client, superuser):
    service = client("feedback", SERVICE)
    survey_id = await a_survey(service)
    issued = await service.put(f"/v1/tickets/batches/{uuid4()}", {"survey_id": survey_id, "count": 40})
    assert (issued.status_code, issued.headers["cache-control"]) == (200, "no-store")
    plain = issued.json()["tickets"]
    assert len(set(plain)) == 40 and all(len(ticket) == 32 for ticket in plain)  # 32 characters of 6 bits.
    kept = {row["hash"] for row in await superuser.fetch("SELECT hash FROM feedback.tickets")}
    assert kept == {sha256(ticket.encode()).digest() for ticket in plain}
    assert await superuser.fetchval("SELECT invited_count FROM feedback.surveys") == 40
    assert await superuser.fetchval("SELECT count(*) FROM feedback.idempotency_answers") == 0


async def test_the_same_batch_again_invites_no_person_twice(client, superuser):
    service, anonymous, batch = client("feedback", SERVICE), client("feedback"), uuid4()
    survey_id = await a_survey(service)
    lost = await tickets_of(service, survey_id, 3, batch)
    second = await tickets_of(service, survey_id, 2, batch)
    assert set(lost).isdisjoint(second)
    assert await superuser.fetchval("SELECT invited_count FROM feedback.surveys") == 2
    assert (await respond(anonymous, survey_id, second[0])).status_code == 201
    third = await tickets_of(service, survey_id, 4, batch)  # No count shows that a person has answered.
    assert await superuser.fetchval("SELECT invited_count FROM feedback.surveys") == 4
    for ticket in (second[1], third[0]):
        assert (await respond(anonymous, survey_id, ticket)).status_code == 201


async def test_a_ticket_made_for_one_person_is_stored_among_all_others(client, superuser):
    service, anonymous = client("feedback", SERVICE), client("feedback")
    survey_id, other = await a_survey(service), await a_survey(service)
    await tickets_of(service, other, 1)
    early = await tickets_of(service, survey_id, 30)
    assert (await respond(anonymous, survey_id, early[0])).status_code == 201
    places = []
    for _ in range(8):
        [late] = await tickets_of(service, survey_id, 1)
        rows = await superuser.fetch(
            "SELECT hash, xmin::text, cmin::text FROM feedback.tickets WHERE survey_id = $1 ORDER BY ctid", survey_id
        )
        assert len({(row["xmin"], row["cmin"]) for row in rows}) == 1
        places.append([row["hash"] for row in rows].index(secret_hash(late)) / (len(rows) - 1))
    assert len(rows) == 37
    assert min(places) < 0.9  # Written last each time, they would all be at the end.
    columns = await superuser.fetch(
        "SELECT column_name FROM information_schema.columns WHERE (table_schema, table_name) = ('feedback', 'tickets')"
    )
    assert {row["column_name"] for row in columns} == {"hash", "survey_id"}
    assert (await respond(anonymous, survey_id, late)).status_code == 201


async def an_answer_while_tickets_are_rewritten(client, superuser) -> int:
    service = client("feedback", SERVICE)
    survey_id = await a_survey(service)
    [ticket] = await tickets_of(service, survey_id, 1)
    async with superuser.transaction():
        await superuser.execute("DELETE FROM feedback.tickets")
        await superuser.execute("INSERT INTO feedback.tickets VALUES ($1, $2)", secret_hash(ticket), survey_id)
        answering = asyncio.create_task(respond(client("feedback"), survey_id, ticket))
        await until_somebody_waits(superuser)
    return (await answering).status_code


async def test_an_answer_while_tickets_are_rewritten_is_stored(client, superuser):
    assert await an_answer_while_tickets_are_rewritten(client, superuser) == 201


async def test_negative_control_one_attempt_while_tickets_are_rewritten_is_refused(client, superuser, monkeypatch):
    monkeypatch.setattr(tickets, "_ATTEMPTS", 1)
    assert await an_answer_while_tickets_are_rewritten(client, superuser) == 409


async def test_a_batch_does_not_change_its_survey(client):
    service, batch = client("feedback", SERVICE), uuid4()
    one, other = await a_survey(service), await a_survey(service)
    kept = await tickets_of(service, one, 1, batch)
    refused = await service.put(f"/v1/tickets/batches/{batch}", {"survey_id": other, "count": 1})
    assert (refused.status_code, refused.json()["code"]) == (409, "batch-in-use")
    assert (await respond(client("feedback"), one, kept[0])).status_code == 201


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
    response = await client("feedback", *grants).put(
        f"/v1/tickets/batches/{uuid4()}", {"survey_id": survey_id, "count": 1}
    )
    assert response.status_code == status
    assert await superuser.fetchval("SELECT count(*) FROM feedback.tickets") == (status == 200)


async def test_a_batch_has_its_bounds(client):
    service = client("feedback", SERVICE)
    survey_id = await a_survey(service)
    for count in (0, 5001, 2**63, None, "many"):
        refused = await service.put(f"/v1/tickets/batches/{uuid4()}", {"survey_id": survey_id, "count": count})
        assert refused.status_code == 422


async def test_a_closed_survey_has_no_tickets(client, applications, superuser):
    service = client("feedback", SERVICE)
    survey_id = await a_survey(service)
    await tickets_of(service, survey_id, 3)
    await service.post(f"/v1/surveys/{survey_id}/close")
    refused = await service.put(f"/v1/tickets/batches/{uuid4()}", {"survey_id": survey_id, "count": 1})
    assert (refused.status_code, refused.json()["code"]) == (409, "survey-closed")
    await applications.worker("feedback").drain()
    assert await superuser.fetchval("SELECT count(*) FROM feedback.tickets") == 0


async def test_a_survey_that_closes_while_tickets_are_made_gets_none(client, superuser):
    service, batch = client("feedback", SERVICE), uuid4()
    survey_id = await a_survey(service)
    await tickets_of(service, survey_id, 1, batch)
    async with superuser.transaction():
        await superuser.execute("UPDATE feedback.surveys SET state = 'closed'")
        making = asyncio.create_task(service.put(f"/v1/tickets/batches/{batch}", {"survey_id": survey_id, "count": 2}))
        await until_somebody_waits(superuser)
    refused = await making
    assert (refused.status_code, refused.json()["code"]) == (409, "survey-closed")
    assert await superuser.fetchval("SELECT count(*) FROM feedback.tickets") == 1


async def test_two_requests_for_the_same_batch_invite_its_people_once(client, superuser):
    service, batch = client("feedback", SERVICE), uuid4()
    survey_id = await a_survey(service)
    sets = await asyncio.gather(*(tickets_of(service, survey_id, 5, batch) for _ in range(4)))
    kept = {row["hash"] for row in await superuser.fetch("SELECT hash FROM feedback.tickets")}
    assert kept == {secret_hash(ticket) for made in sets for ticket in made}
    assert await superuser.fetchval("SELECT invited_count FROM feedback.surveys") == 5


async def fifty_answers_with_one_ticket(client) -> Counter[int]:
    service, anonymous = client("feedback", SERVICE), client("feedback")
    survey_id = await a_survey(service)
    [ticket] = await tickets_of(service, survey_id, 1)
    answers = await asyncio.gather(*(respond(anonymous, survey_id, ticket) for _ in range(50)))
    return Counter(answer.status_code for answer in answers)


async def test_of_fifty_answers_with_one_ticket_one_is_stored(client, superuser):
    assert await fifty_answers_with_one_ticket(client) == {201: 1, 409: 49}
    assert await superuser.fetchval("SELECT count(*) FROM feedback.answers") == 1
    assert await superuser.fetchval("SELECT answer_count FROM feedback.surveys") == 1
    assert await superuser.fetchval("SELECT count(*) FROM feedback.tickets") == 0


async def test_negative_control_a_ticket_that_is_looked_at_before_it_is_redeemed_admits_more(client, monkeypatch):
    both_have_looked = asyncio.Barrier(2)

    async def look_then_leap(session, survey_id, ticket) -> bool:
        seen = await session.scalar(select(Ticket.hash).where(Ticket.hash == secret_hash(ticket)))
        await both_have_looked.wait()
        await session.execute(delete(Ticket).where(Ticket.hash == secret_hash(ticket)))
        return seen is not None

    monkeypatch.setattr(tickets, "redeem_ticket", look_then_leap)
    assert (await fifty_answers_with_one_ticket(client))[201] > 1


async def test_closing_does_not_wait_for_an_answer_that_holds_its_ticket(client, superuser):
    service = client("feedback", SERVICE)
    survey_id = await a_survey(service)
    await tickets_of(service, survey_id, 1)
    async with superuser.transaction():
        await superuser.execute("DELETE FROM feedback.tickets")
        closed = await asyncio.wait_for(service.post(f"/v1/surveys/{survey_id}/close"), 3)
    assert closed.status_code == 200
