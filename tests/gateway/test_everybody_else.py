"""All other callers: without rights to a coordination they find nothing of it on any route of the dashboard."""

from uuid import UUID

import pytest
import pytest_asyncio

from services.contracts.roles import Grant, Role
from tests.route_walk import NAME, Ground, routes, same_as_nothing, walk, without_rights

ADMIN = Grant(Role.admin)
ELSEWHERE = UUID("0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9d22")
OTHERS = {
    "anonymous": (),
    "coordinator-elsewhere": (Grant(Role.coordinator, coordination_id=ELSEWHERE),),
    "funder-elsewhere": (Grant(Role.funder, coordination_id=ELSEWHERE),),
    "door": (Grant(Role.door, event_id=ELSEWHERE),),
    "project-contact-elsewhere": (Grant(Role.project_contact, project_id=ELSEWHERE),),
}


@pytest_asyncio.fixture
async def ground(client):
    body = {"kind": "coordination", "scope": "national", "state": "running", "name": {"fi": f"{NAME} -hanke"}}
    project = await client("registry", ADMIN).post("/v1/projects", body)
    assert project.status_code == 201, project.text
    series = {"/v1/coordinations/{ref}/measures/{key}/series": {"periods": "2026S1"}}
    return Ground({"ref": project.json()["id"], "key": "coffee"}, series)


@pytest.mark.parametrize("grants", OTHERS.values(), ids=OTHERS)
async def test_they_find_nothing(client, applications, ground, grants):
    caller, app = client("dashboard", *grants), applications.apps["dashboard"]
    without_rights(await walk(caller, app, ground))
    await same_as_nothing(caller, app, ground, names=("ref",))


async def test_its_coordinator_reads_every_route(client, applications, ground):
    own = Grant(Role.coordinator, coordination_id=UUID(ground.ids["ref"]))
    answers = list(await walk(client("dashboard", own), applications.apps["dashboard"], ground))
    assert len(answers) == len(list(routes(applications.apps["dashboard"])))
    assert {answer.status_code for _, _, answer in answers} == {200}
