"""No caller is believed about an event: its surveys are those of the coordination that the events service announced."""

from uuid import uuid4

import pytest

from tests.factories import (
    ADMIN,
    COORDINATION,
    COORDINATOR,
    COORDINATOR_ELSEWHERE,
    ELSEWHERE,
    FUNDER,
    SERVICE,
    a_survey,
    a_survey_body,
    known_event,
    survey_body,
)

SURVEYS = "/v1/surveys"


@pytest.mark.parametrize("state", ["open", "draft"])
@pytest.mark.parametrize(
    ("facts", "claimed", "refusal"),
    [
        ({}, {}, "forbidden"),
        ({}, {"coordination_id": str(ELSEWHERE)}, "not-known-yet"),
        # Not even its existence is told.
        ({"publication_status": "draft"}, {}, "not-known-yet"),
        (None, {}, "not-known-yet"),
        (None, {"coordination_id": str(ELSEWHERE)}, "not-known-yet"),
    ],
)
async def test_a_coordinator_makes_no_survey_of_anothers_event_and_blocks_none(client, state, facts, claimed, refusal):
    service, hostile = client("feedback", SERVICE), client("feedback", COORDINATOR_ELSEWHERE)
    event_id = str(uuid4())
    if facts is not None:
        await known_event(service, event_id=event_id, **facts)
    body = {**survey_body(event_id), "state": state}
    body["event"] = {"event_id": event_id, **claimed}
    answer = await hostile.post(SURVEYS, body, key=True)
    assert answer.json()["code"] == refusal, answer.text
    await known_event(service, event_id=event_id)
    own = await client("feedback", COORDINATOR).post(SURVEYS, survey_body(event_id), key=True)
    assert own.status_code == 201, own.text


async def moved_event(service, superuser) -> tuple[str, dict]:
    """A survey of a coordination, whose event is another's by now."""
    made = await service.post(SURVEYS, await a_survey_body(service, coordination_id=str(ELSEWHERE)), key=True)
    assert made.status_code == 201, made.text
    event_id = made.json()["event"]["event_id"]
    await superuser.execute(
        "UPDATE feedback.known_events SET coordination_id = $1 WHERE id = $2", COORDINATION, event_id
    )
    return event_id, made.json()


async def test_a_survey_stays_with_its_coordination_and_blocks_no_other(client, superuser):
    service, own, earlier = (client("feedback", grant) for grant in (SERVICE, COORDINATOR, COORDINATOR_ELSEWHERE))
    event_id, survey = await moved_event(service, superuser)
    assert (await own.get(f"{SURVEYS}/{survey['id']}/results")).status_code == 404
    assert (await earlier.get(f"{SURVEYS}/{survey['id']}/results")).status_code == 200
    assert (await own.post(f"{SURVEYS}/{survey['id']}/close")).status_code == 404
    made = await own.post(SURVEYS, survey_body(event_id), key=True)
    assert made.status_code == 201, made.text
    assert (await own.post(SURVEYS, survey_body(event_id), key=True)).json()["code"] == "survey-exists"
    listed = await service.get(SURVEYS, event_id=event_id, coordination=str(COORDINATION))
    assert [item["id"] for item in listed.json()["items"]] == [made.json()["id"]]


async def test_only_surveys_by_the_events_own_coordination_are_counted(client, superuser):
    event_id, _ = await moved_event(client("feedback", SERVICE), superuser)
    own = client("feedback", COORDINATOR)
    query = {"coordination": str(COORDINATION), "period": "2026"}

    async def counted() -> int:
        answer = await own.get("/v1/summary", **query)
        assert answer.status_code == 200, answer.text
        return answer.json()["surveys"]

    assert await counted() == 0
    assert (await own.post(SURVEYS, survey_body(event_id), key=True)).status_code == 201
    assert await counted() == 1


async def test_only_services_tell_how_many_were_invited(client, superuser):
    service = client("feedback", SERVICE)
    address = f"{SURVEYS}/{await a_survey(service)}/invited"
    body = {"people": 10, "undeliverable": 3}
    for grants, status in (((), 401), ((COORDINATOR,), 403), ((FUNDER,), 403), ((ADMIN,), 403), ((SERVICE,), 200)):
        assert (await client("feedback", *grants).send("PUT", address, json=body)).status_code == status
    for _ in range(2):
        assert (await service.send("PUT", address, json=body)).json() == body
    counts = await superuser.fetchrow("SELECT invited_count, undeliverable_count FROM feedback.surveys")
    assert tuple(counts) == (10, 3)
    refused = await service.send("PUT", address, json={"people": 2, "undeliverable": 3})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "value-error")
    assert (await service.send("PUT", f"{SURVEYS}/{uuid4()}/invited", json=body)).status_code == 404
