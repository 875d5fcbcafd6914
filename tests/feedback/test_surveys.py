"""Surveys: created from a template, public while open, reworded without breaking their counts."""

import hashlib
import json
from uuid import uuid4

import asyncpg
import pytest

from services.contracts.roles import Grant, Role
from tests.factories import (
    COORDINATION,
    COORDINATOR,
    COORDINATOR_ELSEWHERE,
    ELSEWHERE,
    FUNDER,
    SERVICE,
    a_survey,
    a_survey_body,
    close,
    soon,
    survey_body,
    tickets_of,
)


async def test_a_survey_is_made_announced_and_open_to_every_caller(client, outbox_kinds):
    about = {
        "event_type": "webinar",
        "scope": "national",
        "coordination_id": str(COORDINATION),
        "held_on": "2026-09-15",
    }
    body = await a_survey_body(client("feedback", SERVICE), **about)
    made = await client("feedback", SERVICE).post("/v1/surveys", body)
    assert made.status_code == 201, made.text
    assert (made.json()["state"], made.json()["event"]) == (
        "open",
        {**body["event"], **about, "event_status": "scheduled"},
    )
    form = await client("feedback").get(f"/v1/surveys/{made.json()['id']}")
    assert form.headers["etag"] == '"v1"'
    assert form.json()["languages"] == ["fi", "sv", "en"]
    assert [question["id"] for question in form.json()["definition"]["questions"]] == [
        "overall",
        "usefulness",
        "clarity",
        "arrangements",
        "recommend",
        "practice",
    ]
    assert await outbox_kinds("feedback") == ["vipu.survey.opened.v1"]


@pytest.mark.parametrize(
    ("grants", "status"),
    [((), 401), ((FUNDER,), 403), ((COORDINATOR_ELSEWHERE,), 403), ((Grant(Role.project_contact),), 403)],
)
async def test_only_its_coordination_makes_a_survey(client, outbox_kinds, grants, status):
    refused = await client("feedback", *grants).post("/v1/surveys", await a_survey_body(client("feedback", SERVICE)))
    assert refused.status_code == status
    assert await outbox_kinds("feedback") == []


async def test_an_event_has_one_survey_of_a_template(client):
    coordinator = client("feedback", COORDINATOR)
    body = await a_survey_body(coordinator)
    answers = [await coordinator.post("/v1/surveys", body) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 409]
    assert answers[1].json()["code"] == "survey-exists"


async def test_a_survey_is_found_by_event_type_scope_and_period(client):
    coordinator = client("feedback", COORDINATOR)
    here = await a_survey(coordinator)
    await a_survey(coordinator, event_type="network_day", scope="regional", held_on="2026-03-01")
    await a_survey(client("feedback", COORDINATOR_ELSEWHERE), coordination_id=str(ELSEWHERE))

    async def found(**filters: object) -> list[str]:
        return [item["id"] for item in (await coordinator.get("/v1/surveys", **filters)).json()["items"]]

    assert len(await found()) == 2
    filters = {"coordination": str(COORDINATION), "event_type": "webinar", "scope": "national", "period": "2026S2"}
    assert await found(**filters, state="open") == [here]
    assert await found(**{**filters, "period": "2026S1"}) == []
    event_id = (await coordinator.get(f"/v1/surveys/{here}")).json()["event"]["event_id"]
    assert await found(event_id=event_id) == [here]
    assert (await client("feedback", Grant(Role.admin)).get("/v1/surveys", format="csv")).text.count("webinar") == 2
    assert (await client("feedback", Grant(Role.project_contact)).get("/v1/surveys")).json()["items"] == []
    assert (await client("feedback").get("/v1/surveys")).status_code == 401


async def test_an_event_of_a_type_that_only_events_knows_has_a_survey_and_tickets(client):
    service = client("feedback", SERVICE)
    survey_id = await a_survey(service, event_type="paddling_day", scope="nordic")
    assert len(await tickets_of(service, survey_id, 2)) == 2
    [listed] = (await service.get("/v1/surveys", event_type="paddling_day", scope="nordic")).json()["items"]
    assert (listed["id"], listed["event"]["event_type"], listed["event"]["scope"]) == (
        survey_id,
        "paddling_day",
        "nordic",
    )
    summary = (await service.get("/v1/summary", coordination=str(COORDINATION), period="2026S2")).json()
    assert (summary["surveys"], summary["invited"]) == (1, 2)
    refused = await service.post(
        "/v1/surveys", {**survey_body(str(uuid4())), "event": {"event_id": str(uuid4()), "event_type": "no code"}}
    )
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/body/event/event_type")


async def test_a_draft_is_seen_by_its_coordination_until_it_opens(client, outbox_kinds):
    coordinator = client("feedback", COORDINATOR)
    survey_id = (await coordinator.post("/v1/surveys", {**await a_survey_body(coordinator), "state": "draft"})).json()[
        "id"
    ]
    assert await outbox_kinds("feedback") == []
    address = f"/v1/surveys/{survey_id}"
    for grants, status in (((), 404), ((COORDINATOR_ELSEWHERE,), 404), ((COORDINATOR,), 200), ((FUNDER,), 200)):
        assert (await client("feedback", *grants).get(address)).status_code == status
    opened = [await coordinator.post(f"{address}/open") for _ in range(2)]
    assert [(answer.status_code, answer.json()["version"]) for answer in opened] == [(200, 2), (200, 2)]
    assert (await client("feedback").get(address)).status_code == 200
    assert await outbox_kinds("feedback") == ["vipu.survey.opened.v1"]


async def test_a_closed_survey_is_hidden_from_the_public_and_stays_closed(client, outbox_kinds):
    coordinator = client("feedback", COORDINATOR)
    address = f"/v1/surveys/{await a_survey(coordinator)}"
    assert (await client("feedback", COORDINATOR_ELSEWHERE).post(f"{address}/close")).status_code == 404
    both = Grant(Role.funder, COORDINATION), COORDINATOR_ELSEWHERE
    assert (await client("feedback", *both).post(f"{address}/close")).status_code == 403
    await close(client("feedback", SERVICE), address.rpartition("/")[2])
    assert (await client("feedback").get(address)).status_code == 404
    assert (await coordinator.get(address)).status_code == 200
    for refused in (
        await coordinator.patch(address, {"closes_at": soon()}, version=2),
        await coordinator.post(f"{address}/open"),
    ):
        assert (refused.status_code, refused.json()["code"]) == (409, "survey-closed")
    assert await outbox_kinds("feedback") == ["vipu.survey.opened.v1", "vipu.survey.closed.v1"]


async def test_a_survey_whose_time_has_passed_closes_by_itself(client, applications, superuser, outbox_kinds):
    coordinator = client("feedback", COORDINATOR)
    due, other = await a_survey(coordinator), await a_survey(coordinator)
    await superuser.execute(
        "UPDATE feedback.surveys SET opens_at = now() - interval '2 d', closes_at = now() WHERE id = $1",
        due,
    )
    assert (await client("feedback").get(f"/v1/surveys/{due}")).status_code == 404
    await applications.worker("feedback").drain()
    states = {item["id"]: item["state"] for item in (await coordinator.get("/v1/surveys")).json()["items"]}
    assert states == {due: "closed", other: "open"}
    assert (await outbox_kinds("feedback"))[2:] == ["vipu.survey.closed.v1", "vipu.survey.released.v1"]


async def test_title_and_closing_time_change_anonymity_does_not(client, outbox_kinds):
    coordinator = client("feedback", COORDINATOR)
    address = f"/v1/surveys/{await a_survey(coordinator)}"
    later = soon(days=30)
    changed = await coordinator.patch(address, {"title": {"fi": "Kerro meille"}, "closes_at": later}, version=1)
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    same = await coordinator.patch(address, {"anonymity": "anonymous_ticket"}, version=2)
    assert (same.status_code, same.json()["version"]) == (200, 2)
    frozen = await coordinator.patch(address, {"anonymity": "identified"}, version=2)
    assert (frozen.status_code, frozen.json()["code"]) == (409, "anonymity-frozen")
    for closes_at in (soon(days=-1), soon(days=20)):  # An open survey may only close later than it was to.
        early = await coordinator.patch(address, {"closes_at": closes_at}, version=2)
        assert (early.status_code, early.json()["code"]) == (409, "closes-too-early")
        assert "close" in early.json()["detail"]
    stale = await coordinator.patch(address, {"title": {"fi": "Toinen"}}, version=1)
    assert (stale.status_code, stale.json()["code"]) == (412, "version-mismatch")
    assert (await coordinator.patch(address, {"title": None}, version=2)).status_code == 422
    assert (
        await client("feedback", COORDINATOR_ELSEWHERE).patch(address, {"title": {"fi": "X"}}, version=2)
    ).status_code == 404
    assert (await coordinator.get(address)).json()["title"] == {"fi": "Kerro meille", "sv": "Respons på webbinariet"}
    assert await outbox_kinds("feedback") == ["vipu.survey.opened.v1", "vipu.survey.changed.v1"]


UNKEPT = [
    ({"closes_at": "2020-01-01T00:00:00Z"}, 409),
    ({"opens_at": "2090-01-01T00:00:00Z"}, 409),
    ({"closes_at": "9999-12-31T23:59:59-14:00"}, 422),
    ({"closes_at": "2090-01-01T00:00:00"}, 422),
    ({"anonymity": "identified"}, 422),
    ({"kind": "instrument"}, 422),
    ({"state": "closed"}, 422),
    ({"template": "uwes"}, 422),
    ({"title": {"fi": "\x00"}}, 422),
]


async def test_a_survey_that_cannot_be_carried_out_is_refused(client, outbox_kinds):
    for changed, status in UNKEPT:
        refused = await client("feedback", COORDINATOR).post(
            "/v1/surveys", {**await a_survey_body(client("feedback", COORDINATOR)), **changed}
        )
        assert refused.status_code == status, refused.text
    assert await outbox_kinds("feedback") == []


async def test_a_new_wording_keeps_ids_and_never_changes(client, superuser, outbox_kinds):
    coordinator = client("feedback", COORDINATOR)
    address = f"/v1/surveys/{await a_survey(coordinator)}"
    definition = (await coordinator.get(address)).json()["definition"]
    definition["questions"][0]["label"]["fi"] = "Millainen tilaisuus oli?"
    definition["questions"].append(
        {"type": "single", "id": "role", "label": {"fi": "Rooli"}, "choices": [_choice("a"), _choice("b")]}
    )
    added = await coordinator.post(f"{address}/versions", {"definition": definition})
    assert (added.status_code, added.json()["number"]) == (201, 2), added.text
    canonical = json.dumps(added.json()["definition"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert added.json()["sha256"] == hashlib.sha256(canonical.encode()).hexdigest()
    form = (await client("feedback").get(address)).json()
    assert (form["definition_version"], form["version"], form["languages"]) == (2, 2, ["fi"])
    again = await coordinator.post(f"{address}/versions", {"definition": definition})
    assert (again.status_code, again.json()["code"]) == (409, "definition-unchanged")
    with pytest.raises(asyncpg.RaiseError, match="never changes"):
        await superuser.execute("UPDATE feedback.survey_versions SET number = 7")
    assert (await outbox_kinds("feedback"))[-1] == "vipu.survey.changed.v1"


async def test_an_id_keeps_its_type_and_scale_even_when_it_was_left_out_between(client):
    coordinator = client("feedback", COORDINATOR)
    address = f"/v1/surveys/{await a_survey(coordinator)}/versions"
    without = {"questions": [{"type": "text", "id": "other", "label": {"fi": "Muuta"}}]}
    assert (await coordinator.post(address, {"definition": without})).status_code == 201
    for changed in ({"type": "nps"}, {"type": "scale", "min": 1, "max": 7}):
        question = {"id": "overall", "label": {"fi": "Arvosana"}, **changed}
        refused = await coordinator.post(address, {"definition": {"questions": [question]}})
        assert (refused.status_code, refused.json()["code"]) == (400, "field-type-conflict")
        assert "overall" in refused.json()["detail"]


def _choice(choice_id: str, **more: object) -> dict[str, object]:
    return {"id": choice_id, "label": {"fi": choice_id}, **more}


BROKEN = [
    [],
    [{"type": "info", "id": "hello", "label": {"fi": "Hei"}}],
    [{"type": "text", "id": "a", "label": {"fi": "A"}}, {"type": "text", "id": "a", "label": {"fi": "B"}}],
    [{"type": "text", "id": "a", "label": {"fi": "A"}}, {"type": "text", "id": "b", "label": {"sv": "B"}}],
    [{"type": "scale", "id": "a", "label": {"fi": "A"}, "min": 5, "max": 5}],
    [{"type": "number", "id": "a", "label": {"fi": "A"}, "min": 5, "max": 1}],
    [{"type": "single", "id": "a", "label": {"fi": "A"}, "choices": [_choice("x"), _choice("x")]}],
    [{"type": "multi", "id": "a", "label": {"fi": "A"}, "choices": [_choice("x"), _choice("y")], "min_choices": 3}],
    [{"type": "matrix", "id": "a", "label": {"fi": "A"}}],
]


async def test_a_definition_that_is_not_whole_is_refused(client):
    coordinator = client("feedback", COORDINATOR)
    address = f"/v1/surveys/{await a_survey(coordinator)}/versions"
    for questions in BROKEN:
        refused = await coordinator.post(address, {"definition": {"questions": questions}})
        assert refused.status_code == 422, questions
