"""What the tests of feedback begin with: a survey, its tickets, an answer."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import httpx

from services.contracts.roles import Grant, Role
from tests.client import ApiClient

HERE, ELSEWHERE = UUID("0197a000-0000-7000-8000-00000000000a"), UUID("0197a000-0000-7000-8000-00000000000b")
COORDINATOR, FUNDER = Grant(Role.coordinator, HERE), Grant(Role.funder, HERE)
STRANGER = Grant(Role.coordinator, ELSEWHERE)
SERVICE = Grant(Role.service)
FULL = {"overall": 4, "usefulness": 5, "clarity": 4, "arrangements": 3, "recommend": 9, "practice": "Kokeilemme."}


def soon(**more: float) -> str:
    """An instant in a week, or as much later as told."""
    return (datetime.now(UTC) + timedelta(**(more or {"days": 7}))).isoformat()


def survey_body(**event: object) -> dict[str, object]:
    """The body of a survey about a webinar held in the autumn of 2026."""
    subject = {
        "event_id": str(uuid4()),
        "event_type": "webinar",
        "scope": "national",
        "coordination_id": str(HERE),
        "held_on": "2026-09-15",
        **event,
    }
    title = {"fi": "Palaute webinaarista", "sv": "Respons på webbinariet"}
    return {"template": "event_core", "title": title, "event": subject, "closes_at": soon()}


async def a_survey(service: ApiClient, **event: object) -> str:
    """The id of a survey that was just opened."""
    made = await service.post("/v1/surveys", survey_body(**event))
    assert made.status_code == 201, made.text
    return made.json()["id"]


async def tickets_of(service: ApiClient, survey_id: str, count: int, batch_id: object = None) -> list[str]:
    """Fresh tickets of a survey."""
    body = {"survey_id": survey_id, "count": count}
    issued = await service.put(f"/v1/tickets/batches/{batch_id or uuid4()}", body)
    assert issued.status_code == 200, issued.text
    return issued.json()["tickets"]


def response_body(**answers: object) -> dict[str, object]:
    """A whole answer in Finnish."""
    return {"version": 1, "language": "fi", "complete": True, "answers": {**FULL, **answers}}


async def respond(
    nobody: ApiClient,
    survey_id: str,
    ticket: str,
    *,
    response_id: object = None,
    body: object = None,
    **answers: object,
) -> httpx.Response:
    """Answer a survey."""
    address = f"/v1/surveys/{survey_id}/responses/{response_id or uuid4()}"
    return await nobody.put(address, body or response_body(**answers), headers={"X-Ticket": ticket})


async def answered(service: ApiClient, nobody: ApiClient, answers: list[dict[str, object]], **event: object) -> str:
    """The id of an open survey with these answers."""
    survey_id = await a_survey(service, **event)
    for ticket, given in zip(await tickets_of(service, survey_id, max(len(answers), 1)), answers, strict=False):
        stored = await respond(nobody, survey_id, ticket, **given)
        assert stored.status_code == 201, stored.text
    return survey_id


async def released(
    house, service: ApiClient, nobody: ApiClient, answers: list[dict[str, object]], **event: object
) -> str:
    """The id of a closed survey with these answers and its release."""
    survey_id = await answered(service, nobody, answers, **event)
    assert (await service.post(f"/v1/surveys/{survey_id}/close")).status_code == 200
    await house.worker("feedback").drain()
    return survey_id


async def until_somebody_waits(superuser: asyncpg.Connection) -> None:
    """Return once a transaction of this database waits for a lock."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    async with asyncio.timeout(5):
        while not await superuser.fetchval(waiting):
            await superuser.execute("SELECT pg_stat_clear_snapshot()")  # Else a transaction sees its first look only.
