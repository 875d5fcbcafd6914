"""The projects that lead: coordination projects, programmes and national experiments. Only writers of all enter one."""

from uuid import UUID

import pytest
import pytest_asyncio

from services.contracts.roles import Grant, Role

ADMIN = Grant(Role.admin)
LEADING = [
    ("coordination", "national"),
    ("programme", "national"),
    ("programme", "regional"),
    ("experiment", "national"),
]
OTHERS = [("national", "national"), ("regional", "regional"), ("pilot", "national"), ("experiment", "regional")]


def body(kind, scope, **more):
    return {"kind": kind, "scope": scope, "state": "running", "name": {"fi": f"{kind} {scope}"}, **more}


async def entered(caller, kind, scope, **more):
    answer = await caller.post("/v1/projects", body(kind, scope, **more))
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest_asyncio.fixture
async def admin(client):
    return client("registry", ADMIN)


@pytest.mark.parametrize(("kind", "scope"), [*LEADING, *OTHERS])
async def test_project_announcement_list_and_figures_agree_on_who_leads(admin, superuser, kind, scope):
    leads = (kind, scope) in LEADING
    project = await entered(admin, kind, scope)
    assert project["leads"] is leads
    announced = await superuser.fetchval("SELECT data FROM registry.outbox WHERE kind = 'vipu.project.created.v1'")
    assert announced["leads"] is leads
    for filter_value in (True, False):
        listed = (await admin.get("/v1/projects", leads=filter_value)).json()["items"]
        assert [item["leads"] for item in listed] == ([leads] if filter_value is leads else [])
    for path in ("/v1/measures", "/v1/summary", "/v1/network/edges"):
        answer = await admin.get(path, coordination=project["id"], period="2026S1")
        assert answer.status_code == (200 if leads else 404), path
    other = (await entered(admin, "regional", "regional", slug="toinen"))["id"]
    related = await admin.post(f"/v1/projects/{project['id']}/relations", {"kind": "coordinates", "other": other})
    assert related.status_code == (201 if leads else 409)


async def test_a_coordinator_enters_no_further_leading_project(admin, client):
    home = await entered(admin, "coordination", "national")
    coordinator = client("registry", Grant(Role.coordinator, coordination_id=UUID(home["id"])))
    for kind, scope in LEADING:
        answer = await coordinator.post("/v1/projects", body(kind, scope, coordinated_by=home["id"]))
        assert answer.status_code == 403, (kind, scope)
    trial = await entered(coordinator, "experiment", "regional", coordinated_by=home["id"])
    address = f"/v1/projects/{trial['id']}"
    assert (await coordinator.patch(address, {"scope": "national"}, version=1)).status_code == 403
    assert (await coordinator.patch(address, {"scope": "local"}, version=1)).status_code == 200
    raised = await admin.patch(address, {"scope": "national"}, version=2)
    assert (raised.status_code, raised.json()["leads"]) == (200, True)
    assert (await coordinator.patch(address, {"scope": "regional"}, version=3)).status_code == 403
