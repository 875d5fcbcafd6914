"""All other callers: without rights to a survey they write nothing and see no draft, on any route."""

import pytest

from services.contracts.roles import Grant, Role
from services.feedback.tickets.terms import new_ticket
from tests.factories import COORDINATION, COORDINATOR, COORDINATOR_ELSEWHERE, FUNDER, a_survey_body, response_body
from tests.route_walk import NAME, Ground, same_as_nothing, walk, without_rights

OTHERS = {
    "anonymous": (),
    "coordinator-elsewhere": (COORDINATOR_ELSEWHERE,),
    "funder": (FUNDER,),
    "partner": (Grant(Role.partner),),
    "door": (Grant(Role.door, event_id=COORDINATION),),
    "project-contact": (Grant(Role.project_contact, project_id=COORDINATION),),
}


async def ground(staff, state):
    body = {**await a_survey_body(staff), "title": {"fi": NAME}, "state": state}
    made = await staff.post("/v1/surveys", body)
    assert made.status_code == 201, made.text
    survey = (await staff.get(f"/v1/surveys/{made.json()['id']}")).json()
    figures = {"coordination": str(COORDINATION), "period": "2026S1"}
    return Ground(
        {"survey_id": survey["id"]},
        {"/v1/measures": figures, "/v1/summary": figures},
        {
            ("POST", "/v1/surveys"): await a_survey_body(staff),
            ("PATCH", "/v1/surveys/{survey_id}"): {"title": {"fi": "Toinen"}},
            ("POST", "/v1/surveys/{survey_id}/versions"): {"definition": survey["definition"]},
            ("POST", "/v1/surveys/{survey_id}/responses"): response_body(),
            ("POST", "/v1/tickets/batches"): {"survey_id": survey["id"], "count": 3},
        },
        {"X-Ticket": new_ticket()},
    )


@pytest.mark.parametrize("grants", OTHERS.values(), ids=OTHERS)
async def test_they_write_nothing_and_see_no_draft(client, applications, superuser, grants):
    found = await ground(client("feedback", COORDINATOR), "draft")
    before = await superuser.fetchval("SELECT count(*) FROM feedback.outbox")
    caller, app = client("feedback", *grants), applications.apps["feedback"]
    if FUNDER in grants:
        # A funder sees the surveys of the coordination, whose titles are no secret, and no answers.
        writes = [one for one in await walk(caller, app, found) if one[0] != "GET"]
        without_rights(iter(writes))
    else:
        without_rights(await walk(caller, app, found))
    assert await superuser.fetchval("SELECT count(*) FROM feedback.outbox") == before
    assert await superuser.fetchval("SELECT count(*) FROM feedback.tickets") == 0


@pytest.mark.parametrize("grants", [one for name, one in OTHERS.items() if name != "funder"])
async def test_a_draft_is_like_no_survey_at_all(client, applications, grants):
    found = await ground(client("feedback", COORDINATOR), "draft")
    found = Ground(found.ids, found.params, found.bodies, found.headers)
    await same_as_nothing(client("feedback", *grants), applications.apps["feedback"], found, names=("survey_id",))
