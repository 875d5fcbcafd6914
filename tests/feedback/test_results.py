"""Results: released once, and only as far as the event profile discloses them."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs

from services.contracts.roles import Grant, Role
from services.feedback.app import SERVICE as FEEDBACK
from services.feedback.results.service import release_survey
from services.feedback.surveys.terms import RELEASE_JOB, SurveyId
from services.kernel.data import db
from tests.factories import (
    COORDINATOR,
    COORDINATOR_ELSEWHERE,
    FUNDER,
    SERVICE,
    a_survey,
    answered,
    close,
    released,
    respond,
    response_body,
    tickets_of,
    until_somebody_waits,
)

SCORES = [5, 4, 4, 3, 5, 5, 4, 2, 5, 4]


def scored(*scores: int) -> list[dict[str, object]]:
    return [{"overall": score} for score in scores]


async def results_of(applications, client, answers: list[dict[str, object]], who: Grant = FUNDER) -> dict[str, Any]:
    survey_id = await released(applications, client("feedback", SERVICE), client("feedback"), answers)
    found = await client("feedback", who).get(f"/v1/surveys/{survey_id}/results")
    assert found.status_code == 200, found.text
    return found.json()


def question(results: dict[str, Any], question_id: str) -> dict[str, Any]:
    [found] = [entry for entry in results["questions"] if entry["question_id"] == question_id]
    return found


async def test_four_answers_and_none_look_the_same(applications, client):
    four, none = await results_of(applications, client, scored(1, 2, 3, 4)), await results_of(applications, client, [])
    assert four["state"] == "hidden"
    differing = {name for name in four if four[name] != none[name]}
    assert differing <= {"survey_id", "released_at", "invited"}


async def test_from_five_to_nine_there_is_a_mean_to_one_decimal_and_no_more(applications, client):
    results = await results_of(applications, client, scored(5, 4, 4, 3, 5, 5, 2))
    assert (results["state"], results["n"], results["response_rate"]) == ("released", 7, 100.0)
    overall = question(results, "overall")
    assert (overall["n"], overall["mean"]) == (7, {"value": 4.0, "bound": "exact"})
    rest = ("median", "deviation", "interval", "nps", "distribution")
    assert [overall[name] for name in rest] == [None] * 5
    assert question(results, "usefulness")["mean"] == {"value": 4.6, "bound": "at_least"}  # All gave five.
    assert question(results, "recommend")["nps"] is None
    assert [entry["question_id"] for entry in results["questions"]] == [
        "overall",
        "usefulness",
        "clarity",
        "arrangements",
        "recommend",
    ]  # Answers in people's own words are not there.


async def test_from_ten_on_there_is_the_whole_picture(applications, client):
    answers = [{"overall": score, "recommend": 10 if score > 3 else 5} for score in SCORES]
    results = await results_of(applications, client, answers)
    overall = question(results, "overall")
    assert (overall["mean"], overall["median"], overall["deviation"]) == ({"value": 4.1, "bound": "exact"}, 4.0, 0.99)
    assert overall["interval"] == {"low": 4.1, "high": 4.1, "method": "t interval, finite population"}  # All answered.
    # No grade was given by five people.
    hidden = {"state": "suppressed", "count": None, "share": None, "interval": None}
    assert overall["distribution"] == [{"value": str(grade), **hidden} for grade in range(1, 6)]
    nps = question(results, "recommend")["nps"]
    assert nps["score"] == {"value": 60.0, "bound": "exact"}
    assert (nps["promoters"], nps["passives"], nps["detractors"]) == (None, None, None)  # Two are few.
    assert results["engine"].startswith("scipy")
    unanimous = question(results, "usefulness")  # All ten gave five.
    assert (unanimous["mean"], unanimous["deviation"]) == ({"value": 4.6, "bound": "at_least"}, None)
    assert [(cell["state"], cell["count"], cell["share"]) for cell in unanimous["distribution"]] == [
        *[("suppressed", None, None)] * 4,
        ("shown", None, {"value": 90.0, "bound": "at_least"}),
    ]


async def test_a_question_with_few_answers_looks_like_one_without_answers(applications, client):
    answers = [{"overall": 3, "clarity": None, "arrangements": None if place > 3 else 2} for place in range(8)]
    results = await results_of(applications, client, answers)
    few, none = question(results, "arrangements"), question(results, "clarity")
    assert few["state"] == "suppressed"
    assert {**few, "question_id": ""} == {**none, "question_id": ""}


@pytest.mark.parametrize(
    ("grants", "status"),
    [((), 401), ((COORDINATOR_ELSEWHERE,), 404), ((Grant(Role.project_contact),), 404), ((COORDINATOR,), 200)],
)
async def test_results_are_for_the_coordination_and_its_funder(client, grants, status):
    survey_id = await answered(client("feedback", SERVICE), client("feedback"), [])
    assert (await client("feedback", *grants).get(f"/v1/surveys/{survey_id}/results")).status_code == status


async def test_a_release_is_made_once_however_often_the_job_runs(applications, client, superuser, outbox_kinds):
    service = client("feedback", SERVICE)
    survey_id = await answered(service, client("feedback"), scored(3, 3, 4, 4, 5))
    await close(service, survey_id)
    release = FEEDBACK.handlers[RELEASE_JOB]
    runtime, job = applications.runtime("feedback"), {"survey_id": survey_id}
    await asyncio.gather(release(runtime, job), release(runtime, job))
    results = (await service.get(f"/v1/surveys/{survey_id}/results")).json()
    await applications.worker("feedback").drain()
    assert (await service.get(f"/v1/surveys/{survey_id}/results")).json() == results
    assert results["n"] == 5
    assert (await outbox_kinds("feedback")).count("vipu.survey.released.v1") == 1


async def superseded_release(applications, client, superuser) -> tuple[str, asyncio.Task[None]]:
    """Make a closed survey and start its release, while another transaction deletes one of its tickets."""
    service = client("feedback", SERVICE)
    survey_id = await answered(service, client("feedback"), scored(3, 3, 4, 4, 5))
    await tickets_of(service, survey_id, 2)
    await close(service, survey_id)
    runtime = applications.runtime("feedback")
    async with superuser.transaction():
        await superuser.execute("DELETE FROM feedback.tickets WHERE hash = (SELECT min(hash) FROM feedback.tickets)")
        release = asyncio.create_task(
            release_survey(runtime.database, runtime.settings.survey_keys, SurveyId(UUID(survey_id)))
        )
        await until_somebody_waits(superuser)
    return survey_id, release


async def test_a_release_whose_state_is_superseded_is_made_on_the_newer_one(
    applications, client, superuser, outbox_kinds
):
    survey_id, release = await superseded_release(applications, client, superuser)
    await release
    results = (await client("feedback", SERVICE).get(f"/v1/surveys/{survey_id}/results")).json()
    assert (results["state"], results["n"]) == ("released", 5)
    assert await superuser.fetchval("SELECT count(*) FROM feedback.tickets") == 0
    assert (await outbox_kinds("feedback")).count("vipu.survey.released.v1") == 1


async def test_a_release_that_is_tried_once_would_fail(applications, client, superuser, monkeypatch):
    """Show as a negative control that PostgreSQL refuses the superseded state."""
    monkeypatch.setattr(db, "_ATTEMPTS", 1)
    _, release = await superseded_release(applications, client, superuser)
    with pytest.raises(DBAPIError, match="could not serialize access"):
        await release
    assert await superuser.fetchval("SELECT count(*) FROM feedback.releases") == 0


@pytest.mark.own_database
async def test_a_survey_that_was_not_released_at_closing_is_released_later(applications, client, superuser):
    service, anonymous = client("feedback", SERVICE), client("feedback")
    broken, left = [await answered(service, anonymous, scored(3, 3, 4, 4, 5)) for _ in range(2)]
    for survey_id in (broken, left):
        await close(service, survey_id)
    # As when their jobs were given up, and what is wrong with one still is.
    await superuser.execute("DELETE FROM feedback.pgqueuer")
    await superuser.execute(f"ALTER TABLE feedback.releases ADD CHECK (survey_id <> '{broken}')")
    with capture_logs() as lines:
        await applications.worker("feedback").drain()
    states = [(await service.get(f"/v1/surveys/{one}/results")).json()["state"] for one in (broken, left)]
    assert states == ["computing", "released"]
    assert [line["survey_id"] for line in lines if line["event"] == "release.failed"] == [UUID(broken)]


async def test_a_question_with_too_few_answers_has_no_headline_though_the_survey_is_released(
    applications, client, superuser
):
    service, anonymous = client("feedback", SERVICE), client("feedback")
    survey_id = await answered(service, anonymous, scored(3, 3, 4, 4))
    address = f"/v1/surveys/{survey_id}"
    definition = (await service.get(address)).json()["definition"]
    definition["questions"][0]["required"] = False
    assert (await service.post(f"{address}/versions", {"definition": definition})).status_code == 201
    [ticket] = await tickets_of(service, survey_id, 1)
    skipped = {**response_body(overall=None), "version": 2}
    assert (await respond(anonymous, survey_id, ticket, body=skipped)).status_code == 201
    await close(service, survey_id)
    await applications.worker("feedback").drain()
    results = (await service.get(f"{address}/results")).json()
    assert (results["n"], question(results, "overall")["state"]) == (5, "suppressed")
    assert await superuser.fetchval("SELECT overall_sum FROM feedback.releases") is None


async def test_answers_to_an_earlier_wording_are_counted(applications, client):
    service, anonymous = client("feedback", SERVICE), client("feedback")
    survey_id = await answered(service, anonymous, scored(3, 3, 4, 4, 5))
    address = f"/v1/surveys/{survey_id}"
    definition = (await service.get(address)).json()["definition"]
    definition["questions"] = [entry for entry in definition["questions"] if entry["id"] != "clarity"]
    assert (await service.post(f"{address}/versions", {"definition": definition})).status_code == 201
    await close(service, survey_id)
    await applications.worker("feedback").drain()
    results = (await service.get(f"{address}/results")).json()
    assert question(results, "clarity")["n"] == question(results, "overall")["n"] == 5


async def reworded(client, answers: dict[int, int], more: Callable[[int], list[dict[str, object]]]) -> str:
    """Make a survey with so many answers in each wording; every wording asks `more` questions beside the template."""
    service, anonymous = client("feedback", SERVICE), client("feedback")
    survey_id = await a_survey(service)
    tickets = iter(await tickets_of(service, survey_id, sum(answers.values())))
    questions = (await service.get(f"/v1/surveys/{survey_id}")).json()["definition"]["questions"]
    for version, count in answers.items():
        added = more(version)
        if version > 1:
            body = {"definition": {"questions": [*questions, *added]}}
            assert (await service.post(f"/v1/surveys/{survey_id}/versions", body)).status_code == 201
        for place in range(count):
            grade = place % 5 + 1  # Where all agreed, no question would be published that some were not asked.
            scales = dict.fromkeys(("overall", "usefulness", "clarity", "arrangements"), grade)
            given = {str(one["id"]): one.get("choices", [{"id": grade}])[0]["id"] for one in added if version > 1}
            body = {**response_body(**scales, **given, recommend=2 * grade), "version": version}
            assert (await respond(anonymous, survey_id, next(tickets), body=body)).status_code == 201
    return survey_id


async def results_of_reworded(client, applications, answers, more) -> dict[str, Any]:
    survey_id = await reworded(client, answers, more)
    service = client("feedback", SERVICE)
    await close(service, survey_id)
    await applications.worker("feedback").drain()
    return (await service.get(f"/v1/surveys/{survey_id}/results")).json()


def the_same_again(version: int) -> list[dict[str, object]]:
    """Return the question of the overall grade under a new id for each wording."""
    label = dict.fromkeys(("fi", "sv", "en"), "Arvosana")
    return [{"type": "scale", "id": f"again_{number}", "label": label} for number in range(2, version + 1)]


@pytest.mark.parametrize(
    ("answers", "disclosed", "n"),
    [
        ({1: 5, 2: 5}, {"overall", "again_2"}, 10),
        # Else the mean of all less that of those who saw the second wording is the answer of the four who did not.
        ({1: 4, 2: 6}, {"overall", "again_2"}, 6),
        ({1: 6, 2: 4}, {"overall"}, 6),
        # Each wording was seen by five, but one person saw the second and not the third.
        ({1: 5, 2: 1, 3: 5}, {"overall", "again_2", "again_3"}, 10),
        ({1: 5, 2: 5, 3: 5}, {"overall", "again_2", "again_3"}, 15),
    ],
)
async def test_a_question_added_between_two_answers_discloses_neither(applications, client, answers, disclosed, n):
    results = await results_of_reworded(client, applications, answers, the_same_again)
    shown = {entry["question_id"] for entry in results["questions"] if entry["state"] == "shown"}
    assert shown & {"overall", "again_2", "again_3"} == disclosed
    assert results["n"] == n  # A group of one to four loses its answers.


async def test_a_choice_that_a_later_wording_left_out_is_counted(applications, client):
    def role(version: int) -> list[dict[str, object]]:
        labels = dict.fromkeys(("fi", "sv", "en"), "Rooli")
        names = {1: "", 2: "ab", 3: "bc"}[version]
        choices = [{"id": name, "label": labels} for name in names]
        return [{"type": "single", "id": "role", "label": labels, "choices": choices}] if names else []

    results = await results_of_reworded(client, applications, {1: 5, 2: 6, 3: 7}, role)
    counted = {cell["value"]: cell["count"] for cell in question(results, "role")["distribution"]}
    assert counted == {"b": 7, "c": None, "a": 6}
