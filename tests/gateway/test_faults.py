"""A dead, slow or lying service costs its own section only."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
import time_machine

from services.contracts.roles import Grant, Role, Scope
from services.gateway.upstreams.clock import loop_seconds
from services.kernel.clock import utc_now
from tests.gateway import fakes
from tests.gateway.fakes import COORDINATION

# Waiting passes at once and is measured exactly, however busy the machine is.
pytestmark = [pytest.mark.looptime, pytest.mark.asyncio(loop_scope="function")]

ADMIN = Grant(Role.admin)
SUMMARY = "/v1/coordinations/parempi-tyoelama/summary"
MEASURES = "/v1/coordinations/parempi-tyoelama/measures"

LIES = {
    "html": (fakes.html, "not_understood"),
    "truncated JSON": (fakes.truncated, "not_understood"),
    "another shape": (fakes.wrong_shape, "not_understood"),
    "compressed": (fakes.compressed, "not_understood"),
    "too much": (fakes.huge, "too_large"),
    "500": (fakes.failing, "failed"),
    "redirect": (fakes.redirecting, "failed"),
    "crash": (fakes.crashing, "failed"),
    "silence": (fakes.silent, "timeout"),
    "one byte at a time": (fakes.dripping, "timeout"),
}


@pytest.mark.parametrize(("behaviour", "reason"), LIES.values(), ids=LIES)
async def test_a_wrong_response_of_feedback_is_unavailable_and_the_rest_is_shown(front, behaviour, reason):
    front.feedback.behaviour = behaviour
    answer = await front.client(ADMIN).get(SUMMARY, period="2026S2")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["partial"] is True
    assert body["sections"]["feedback"] == {"status": "unavailable", "as_of": None, "reason": reason, "data": None}
    assert body["sections"]["events"]["data"]["attendances"] == 100
    assert body["sections"]["projects"]["status"] == "ok"
    assert "<" not in answer.text


async def test_a_stopped_service_is_requested_twice_and_then_left_out(front):
    front.transport.remove("feedback.vipu")
    answer = await front.client(ADMIN).get(MEASURES, period="2026S2")
    body = answer.json()
    assert (answer.status_code, body["partial"], len(body["items"])) == (200, True, 46)
    states = {item["state"] for item in body["items"] if item["source_service"] == "feedback"}
    assert states == {"unavailable"}
    assert body["sources"]["feedback"] == {"status": "unavailable", "as_of": None, "reason": "connection_failed"}


async def test_without_any_service_there_is_a_problem(front):
    await front.client(ADMIN).get(SUMMARY)
    for upstream in (front.registry, front.events, front.feedback):
        upstream.behaviour = fakes.failing
    new_caller = front.client(ADMIN, subject="another")
    for address in (SUMMARY, MEASURES, "/v1/coordinations"):
        answer = await new_caller.get(address)
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["retry-after"] == "5"


async def test_without_the_registry_an_id_or_a_known_slug_is_enough(front):
    front.registry.behaviour = fakes.failing
    admin = front.client(ADMIN)
    unknown = await admin.get(SUMMARY)
    by_id = (await admin.get(f"/v1/coordinations/{COORDINATION}/summary")).json()
    front.registry.behaviour = None
    await asyncio.sleep(0.06)
    await admin.get(SUMMARY)
    front.registry.behaviour = fakes.failing
    other = front.client(ADMIN, subject="another")
    by_slug = (await other.get(SUMMARY)).json()
    assert unknown.status_code == 503
    assert by_id["coordination"] == {"id": COORDINATION, "slug": None, "name": None}
    assert by_slug["coordination"]["slug"] == "parempi-tyoelama"
    assert [by_id["partial"], by_slug["partial"]] == [True, True]
    assert by_slug["sections"]["projects"]["status"] == "unavailable"
    assert by_slug["sections"]["events"]["status"] == "ok"


async def test_the_last_good_answer_is_shown_as_stale_to_the_same_caller_only(front, coordinator):
    mine, theirs = front.client(coordinator, subject="one"), front.client(coordinator, subject="two")
    fresh = (await mine.get(SUMMARY, period="2026S2")).json()["sections"]["events"]
    front.events.behaviour = fakes.html
    stale = (await mine.get(SUMMARY, period="2026S2")).json()
    other_period = (await mine.get(SUMMARY, period="2026S1")).json()
    other_caller = (await theirs.get(SUMMARY, period="2026S2")).json()
    assert stale["partial"] is True
    assert stale["sections"]["events"] == {**fresh, "status": "stale", "reason": "not_understood"}
    assert other_period["sections"]["events"]["status"] == "unavailable"
    assert other_caller["sections"]["events"]["status"] == "unavailable"


async def test_a_reply_that_is_too_old_is_not_shown(front):
    admin = front.client(ADMIN)
    await admin.get(SUMMARY, period="2026S2")
    front.events.behaviour = fakes.html
    statuses = []
    # A reply outlives a token that is revoked by less than a minute.
    for seconds in (40, 50):
        with time_machine.travel(utc_now() + timedelta(seconds=seconds)):
            statuses.append((await admin.get(SUMMARY, period="2026S2")).json()["sections"]["events"]["status"])
    assert statuses == ["stale", "unavailable"]


async def test_lost_rights_are_not_replaced_by_an_old_reply(front):
    admin = front.client(ADMIN)
    await admin.get(SUMMARY)
    front.events.status["/v1/summary"] = 403
    assert (await admin.get(SUMMARY)).json()["sections"]["events"]["status"] == "hidden"
    front.events.behaviour = fakes.failing
    assert (await admin.get(SUMMARY)).json()["sections"]["events"]["status"] == "unavailable"


async def test_a_failing_service_is_left_alone_then_tried_by_one_caller(front):
    front.feedback.behaviour = fakes.silent
    admin = front.client(ADMIN)
    for _ in range(3):
        await admin.get(SUMMARY)
    calls = len(front.feedback.requests)
    started = loop_seconds()
    refused = [await admin.get(SUMMARY) for _ in range(2)]
    assert loop_seconds() == started
    assert [answer.json()["sections"]["feedback"]["reason"] for answer in refused] == ["breaker_open"] * 2
    assert len(front.feedback.requests) == calls
    await asyncio.sleep(0.06)
    both = await asyncio.gather(admin.get(SUMMARY), admin.get(SUMMARY))
    assert len(front.feedback.requests) == calls + 1
    assert {answer.json()["sections"]["feedback"]["reason"] for answer in both} == {"timeout", "breaker_open"}
    front.feedback.behaviour = None
    await asyncio.sleep(0.06)
    assert (await admin.get(SUMMARY)).json()["partial"] is False


async def test_all_slow_is_still_answered_within_the_deadline(front):
    for upstream in (front.registry, front.events, front.feedback):
        upstream.behaviour = fakes.silent
    started = loop_seconds()
    answer = await front.client(ADMIN).get(f"/v1/coordinations/{COORDINATION}/measures", compare="previous")
    assert answer.status_code == 503
    assert loop_seconds() - started == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("status", "shown"), [(400, "unavailable"), (401, "hidden"), (403, "hidden"), (404, "hidden"), (422, "unavailable")]
)
async def test_one_service_that_refuses_costs_its_own_section(front, status, shown):
    front.feedback.status = {"/v1/summary": status, "/v1/measures": status}
    admin = front.client(ADMIN)
    summary, measures = await admin.get(SUMMARY), await admin.get(MEASURES)
    assert summary.json()["sections"]["feedback"]["status"] == shown
    states = {item["state"] for item in measures.json()["items"] if item["source_service"] == "feedback"}
    assert states == {shown}
    assert summary.json()["partial"] is True


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_what_all_services_refuse_is_refused(front, status):
    for upstream in (front.registry, front.events, front.feedback):
        upstream.status["/v1/summary"] = status
    assert (await front.client(ADMIN).get(SUMMARY)).status_code == status


async def test_only_the_coordination_projects_own_people_see_it(front, coordinator):
    elsewhere = Grant(Role.coordinator, coordination_id=UUID(fakes.OTHER))
    answers = {
        "anonymous": await front.client().get(SUMMARY),
        "door": await front.client(Grant(Role.door)).get(SUMMARY),
        "coordinator": await front.client(coordinator).get(SUMMARY),
        "elsewhere": await front.client(elsewhere).get(SUMMARY),
        "funder": await front.client(Grant(Role.funder)).get(SUMMARY),
        "without scope": await front.client(ADMIN, scopes=[Scope.events_read]).get(SUMMARY),
        "no coordination project": await front.client(ADMIN).get("/v1/coordinations/s10370/summary"),
        "unknown": await front.client(ADMIN).get("/v1/coordinations/ei-ole/summary"),
    }
    assert {name: answer.status_code for name, answer in answers.items()} == {
        "anonymous": 401,
        "door": 403,
        "coordinator": 200,
        "elsewhere": 404,
        "funder": 200,
        "without scope": 403,
        "no coordination project": 404,
        "unknown": 404,
    }


async def test_a_draft_that_one_caller_sees_is_not_cached_for_another(front, coordinator):
    writer, funder = front.client(coordinator), front.client(Grant(Role.funder, coordination_id=UUID(COORDINATION)))
    for ref in ("parempi-tyoelama", COORDINATION):
        front.registry.bodies[f"/v1/projects/{ref}"] = fakes.project(state="idea")
    assert (await writer.get(SUMMARY)).status_code == 200
    for ref in ("parempi-tyoelama", COORDINATION):
        front.registry.status[f"/v1/projects/{ref}"] = 404
        assert (await funder.get(f"/v1/coordinations/{ref}/summary")).status_code == 404
    # Nor while the registry is away; by the id they hold a role for, its figures alone are shown.
    front.transport.remove("registry.vipu")
    assert (await funder.get(SUMMARY)).status_code == 503
    shown = (await funder.get(f"/v1/coordinations/{COORDINATION}/summary")).json()["coordination"]
    assert shown == {"id": COORDINATION, "slug": None, "name": None}
    assert (await writer.get(SUMMARY)).json()["coordination"]["slug"] == "parempi-tyoelama"


async def test_services_get_the_callers_token_and_request_id(front, coordinator):
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    request_id = "6a1f7a52-58cc-4d0f-9d0c-1c0b4d1c9a10"
    headers = {"X-Request-Id": request_id, "traceparent": trace}
    answer = await front.client(coordinator).get(SUMMARY, headers=headers, period="2026S2")
    assert answer.headers["x-request-id"] == request_id
    for upstream in (front.registry, front.events, front.feedback):
        path, query, sent = upstream.requests[-1]
        assert (path, query) == ("/v1/summary", {"coordination": [COORDINATION], "period": ["2026S2"]})
        assert sent["authorization"].startswith("Bearer ey")
        assert (sent["x-request-id"], sent["traceparent"]) == (request_id, trace)
