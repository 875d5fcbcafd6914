"""Closing on request: alike for every survey, and never after so few answers that the last one could be told."""

from datetime import timedelta
from uuid import UUID

import pytest

from services.contracts.roles import Grant, Role
from services.feedback.responses import closing
from services.feedback.surveys.terms import SurveyId
from tests.factories import (
    COORDINATION,
    COORDINATOR,
    COORDINATOR_ELSEWHERE,
    FULL,
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

AGE = "UPDATE feedback.surveys SET opens_at = now() - $2::interval WHERE id = $1"


async def state_of(client, survey_id: str) -> str:
    return (await client("feedback", COORDINATOR).get(f"/v1/surveys/{survey_id}")).json()["state"]


@pytest.mark.parametrize(
    ("answers", "days", "closes"), [(10, 4, True), (9, 4, False), (10, 2, False), (0, 0, False), (11, 30, True)]
)
async def test_a_request_takes_effect_after_three_days_and_ten_answers(
    client, applications, superuser, answers, days, closes
):
    service = client("feedback", SERVICE)
    survey_id = await answered(service, client("feedback"), [FULL] * answers)
    await superuser.execute(AGE, survey_id, timedelta(days=days))
    asked = [await client("feedback", COORDINATOR).post(f"/v1/surveys/{survey_id}/close") for _ in range(2)]
    assert [(answer.status_code, answer.json()) for answer in asked] == [(202, {"requested": True})] * 2
    await applications.worker("feedback").drain()
    assert await state_of(client, survey_id) == ("closed" if closes else "open")


async def test_without_a_request_a_survey_stays_open_until_its_end(client, applications, superuser):
    survey_id = await answered(client("feedback", SERVICE), client("feedback"), [FULL] * 10)
    await superuser.execute(AGE, survey_id, timedelta(days=5))
    await applications.worker("feedback").drain()
    assert await state_of(client, survey_id) == "open"


async def test_a_request_waits_for_the_tenth_answer(client, applications, superuser):
    service, anonymous = client("feedback", SERVICE), client("feedback")
    survey_id = await answered(service, anonymous, [FULL] * 9)
    await superuser.execute(AGE, survey_id, timedelta(days=5))
    await client("feedback", COORDINATOR).post(f"/v1/surveys/{survey_id}/close")
    await applications.worker("feedback").drain()
    [ticket] = await tickets_of(service, survey_id, 1)
    assert (await respond(anonymous, survey_id, ticket)).status_code == 201
    await applications.worker("feedback").drain()
    assert (await service.get(f"/v1/surveys/{survey_id}/results")).json()["n"] == 10


async def test_answers_of_people_entered_by_the_organiser_close_nothing(client, applications, superuser):
    service, anonymous = client("feedback", SERVICE), client("feedback")
    survey_id = await answered(service, anonymous, [FULL] * 9)
    for ticket in await organiser_tickets_of(service, survey_id, 2):
        assert (await respond(anonymous, survey_id, ticket)).status_code == 201
    await superuser.execute(AGE, survey_id, timedelta(days=5))
    await client("feedback", COORDINATOR).post(f"/v1/surveys/{survey_id}/close")
    await applications.worker("feedback").drain()
    assert await state_of(client, survey_id) == "open"


async def test_an_end_that_moves_while_the_survey_waits_to_be_closed_closes_nothing(client, applications, superuser):
    survey_id = await answered(client("feedback", SERVICE), client("feedback"), [FULL] * 10)
    await superuser.execute(AGE, survey_id, timedelta(days=5))
    # Its end had passed when it was listed, and was moved before it was locked.
    async with applications.runtime("feedback").database.transaction() as session:
        await closing._close_if_due(session, SurveyId(UUID(survey_id)))  # noqa: SLF001 - The moment between both.
    assert await state_of(client, survey_id) == "open"


async def test_every_survey_answers_alike_and_says_nothing_of_the_request(client, superuser, outbox_kinds):
    coordinator, service = client("feedback", COORDINATOR), client("feedback", SERVICE)
    draft = (await coordinator.post("/v1/surveys", {**await a_survey_body(coordinator), "state": "draft"})).json()["id"]
    few, closed = await answered(service, client("feedback"), [FULL]), await a_survey(service)
    await close(service, closed)
    announced = await outbox_kinds("feedback")
    for survey_id in (draft, few, closed):
        before = (await coordinator.get(f"/v1/surveys/{survey_id}")).json()
        asked = await coordinator.post(f"/v1/surveys/{survey_id}/close")
        assert (asked.status_code, asked.json()) == (202, {"requested": True})
        assert (await coordinator.get(f"/v1/surveys/{survey_id}")).json() == before
    assert await outbox_kinds("feedback") == announced


async def test_a_draft_closes_on_request(client, applications):
    coordinator = client("feedback", COORDINATOR)
    draft = (await coordinator.post("/v1/surveys", {**await a_survey_body(coordinator), "state": "draft"})).json()["id"]
    await coordinator.post(f"/v1/surveys/{draft}/close")
    await applications.worker("feedback").drain()
    assert await state_of(client, draft) == "closed"
    assert (await coordinator.get(f"/v1/surveys/{draft}/results")).json()["state"] == "hidden"


async def test_only_who_may_change_a_survey_asks_for_its_closing(client):
    address = f"/v1/surveys/{await a_survey(client('feedback', COORDINATOR))}/close"
    assert (await client("feedback").post(address)).status_code == 401
    assert (await client("feedback", COORDINATOR_ELSEWHERE).post(address)).status_code == 404
    both = Grant(Role.funder, COORDINATION), COORDINATOR_ELSEWHERE
    assert (await client("feedback", *both).post(address)).status_code == 403


@pytest.mark.parametrize(("state", "status"), [("draft", 200), ("open", 409)])
async def test_the_end_of_an_open_survey_moves_later_only(client, state, status):
    coordinator = client("feedback", COORDINATOR)
    body = {**await a_survey_body(coordinator), "state": state}
    address = f"/v1/surveys/{(await coordinator.post('/v1/surveys', body)).json()['id']}"
    earlier = await coordinator.patch(address, {"closes_at": soon(hours=1)}, version=1)
    assert earlier.status_code == status
    if status == 409:
        assert (earlier.json()["code"], "close" in earlier.json()["detail"]) == ("closes-too-early", True)
    later = await coordinator.patch(address, {"closes_at": soon(days=40)}, version=2 if status == 200 else 1)
    assert later.status_code == 200
