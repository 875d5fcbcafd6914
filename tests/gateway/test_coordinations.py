"""The list of coordination projects with their headline figures."""

import csv
import io

from services.contracts.periods import half_year_of
from services.contracts.roles import Grant, Role
from services.kernel.clock import helsinki_day, utc_now
from tests.gateway import fakes
from tests.gateway.fakes import COORDINATION, OTHER

ADMIN = Grant(Role.admin)


async def test_each_caller_gets_the_projects_they_may_see(front, coordinator):
    async def listed(*grants):
        return [item["id"] for item in (await front.client(*grants).get("/v1/coordinations")).json()["items"]]

    assert await listed(ADMIN) == [COORDINATION, OTHER]
    assert await listed(coordinator) == [COORDINATION]
    assert await listed(Grant(Role.funder)) == [COORDINATION, OTHER]
    assert (await front.client().get("/v1/coordinations")).status_code == 401
    request_count = len(front.registry.requests)
    assert await listed(Grant(Role.project_contact, project_id=coordinator.coordination_id)) == []
    assert len(front.registry.requests) == request_count


async def test_the_headline_is_of_the_current_half_year(front):
    answer = await front.client(ADMIN).get("/v1/coordinations", limit=2)
    page = answer.json()
    period = half_year_of(helsinki_day(utc_now())).label
    assert page["items"][0]["headline"] == {
        "period": period,
        "projects": 9,
        "held_events": 5,
        "attendances": 100,
        "attendances_qualifier": None,
        "answers": 40,
        "sources": {"registry": "ok", "events": "ok", "feedback": "ok"},
    }
    assert page["next_cursor"] == "further" and "cursor=further" in answer.headers["link"]
    path, query, _ = front.registry.requests[0]
    assert (path, query) == ("/v1/projects", {"leads": ["true"], "limit": ["2"]})


async def test_a_missing_service_leaves_its_headline_figures_empty(front):
    front.events.behaviour = fakes.html
    headline = (await front.client(ADMIN).get("/v1/coordinations")).json()["items"][0]["headline"]
    assert (headline["held_events"], headline["attendances"], headline["answers"]) == (None, None, 40)
    assert headline["sources"]["events"] == "unavailable"


async def test_an_edited_cursor_is_refused(front):
    front.registry.status["/v1/projects"] = 400
    answer = await front.client(ADMIN).get("/v1/coordinations", cursor="edited")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-cursor")


async def test_all_pages_are_in_the_file(front):
    front.registry.bodies["/v1/projects"] = {"items": [fakes.project()], "next_cursor": None}
    answer = await front.client(ADMIN).get("/v1/coordinations", format="csv")
    row = next(csv.DictReader(io.StringIO(answer.text)))
    assert (row["slug"], row["headline_projects"], row["headline_sources_events"]) == ("parempi-tyoelama", "9", "ok")
