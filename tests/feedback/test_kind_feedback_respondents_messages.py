"""The message of a refused answer names its question, and the message of an item of a list its number."""

import pytest

from services.feedback.templates.question_sets import TEMPLATES
from tests.factories import (
    COORDINATOR,
    SERVICE,
    a_survey,
    respond,
    response_body,
    tickets_of,
)

QUESTIONS = [
    {"id": "overall", "type": "scale", "required": True, "label": {"fi": "Kokonaisuus", "sv": "Helheten"}},
    {"id": "score", "type": "nps", "label": {"fi": "Suosittelisitko?", "sv": "Rekommenderar du?"}},
    {"id": "hours", "type": "number", "min": 0.5, "max": 9, "label": {"fi": "Tunnit", "sv": "Timmar"}},
    {
        "id": "place",
        "type": "single",
        "label": {"fi": "Paikka", "sv": "Plats"},
        "choices": [{"id": "a", "label": {"fi": "A", "sv": "A"}}, {"id": "b", "label": {"fi": "B", "sv": "B"}}],
    },
    {
        "id": "parts",
        "type": "multi",
        "max_choices": 2,
        "label": {"fi": "Osat", "sv": "Delar"},
        "choices": [{"id": one, "label": {"fi": one, "sv": one}, "exclusive": one == "d"} for one in "abcd"],
    },
    {"id": "word", "type": "text", "max_length": 5, "label": {"fi": "Sana", "sv": "Ord"}},
    {"id": "story", "type": "long_text", "label": {"fi": "Kerro {lisää}", "sv": "Berätta"}},
]
LABELS = {question["id"]: question["label"] for question in QUESTIONS}
# Values that do not fit, with the code of each. The last ones are no answers to any question.
UNFIT = [
    *[("overall", value, "out-of-range") for value in (0, 6, 10**13, -(10**400), 1e300)],
    *[("overall", value, "wrong-type") for value in ("5", 4.5, True, [4], {"value": 4})],
    *[("overall", value, "required") for value in (None,)],
    *[("score", value, "out-of-range") for value in (-1, 11)],
    *[("score", value, "wrong-type") for value in (False, "na", [], {})],
    *[("hours", value, "out-of-range") for value in (0.4, 9.01)],
    *[("hours", value, "wrong-type") for value in ("7,5", True)],
    *[("place", value, "unknown-choice") for value in ("c", "A" * 5000)],
    *[("place", value, "wrong-type") for value in (1, ["a"], {"a": True})],
    *[("parts", value, "unknown-choice") for value in (["a", "e"], [1], [["a"]], [{}], ["B"], ["e"] * 99)],
    *[("parts", value, "wrong-type") for value in ("a", 1)],
    *[("parts", value, "exclusive-choice") for value in (["a", "d"],)],
    *[("parts", value, "wrong-count") for value in (["a", "b", "c"],)],
    *[("word", value, "too-long") for value in ("kuusi!", "x" * 9000)],
    *[("word", value, "wrong-text") for value in ("a\nb", "\u0000")],
    *[("word", value, "wrong-type") for value in (1, True, ["a"], {"fi": "a"})],
    *[("story", value, "too-long") for value in ("x" * 4001,)],
]


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
async def test_every_message_names_its_question_in_the_language_of_the_request(client, superuser, language):
    service, caller = client("feedback", SERVICE), client("feedback")
    survey_id = await a_survey(service)
    made = await service.post(f"/v1/surveys/{survey_id}/versions", {"definition": {"questions": QUESTIONS}})
    assert made.status_code == 201, made.text
    [ticket] = await tickets_of(service, survey_id, 1)
    for question_id, value, code in UNFIT:
        answers = {"overall": 4, question_id: value}
        refused = await caller.post(
            f"/v1/surveys/{survey_id}/responses",
            {"version": 2, "language": "fi", "complete": True, "answers": answers},
            headers={"X-Ticket": ticket, "Accept-Language": language},
        )
        assert refused.status_code == 422, (question_id, value)
        [problem] = refused.json()["errors"]
        assert (problem["pointer"], problem["code"]) == (f"/body/answers/{question_id}", code), value
        # No label in English: the first language of Finnish, Swedish and English that the label has.
        label = LABELS[question_id].get(language, LABELS[question_id]["fi"])
        assert label in problem["message"], value
        assert problem["message"].count(":") >= 1
    assert await superuser.fetchval("SELECT count(*) FROM feedback.answers") == 0


@pytest.mark.parametrize(("language", "bounds"), [("fi", ("0,5", "9.")), ("sv", ("0,5", "9.")), ("en", ("0.5", "9."))])
async def test_bounds_are_written_as_the_language_writes_numbers(client, language, bounds):
    service = client("feedback", SERVICE)
    survey_id = await a_survey(service)
    await service.post(f"/v1/surveys/{survey_id}/versions", {"definition": {"questions": QUESTIONS}})
    [ticket] = await tickets_of(service, survey_id, 1)
    body = {"version": 2, "language": "fi", "complete": True, "answers": {"overall": 4, "hours": 10}}
    headers = {"X-Ticket": ticket, "Accept-Language": language}
    refused = await client("feedback").post(f"/v1/surveys/{survey_id}/responses", body, headers=headers)
    [problem] = refused.json()["errors"]
    assert f" {bounds[0]} " in problem["message"]
    assert problem["message"].endswith(f" {bounds[1]}")


async def test_each_wrong_answer_has_its_own_message(client):
    service, caller = client("feedback", SERVICE), client("feedback")
    survey_id = await a_survey(service)
    [ticket] = await tickets_of(service, survey_id, 1)
    body = response_body(overall=6, usefulness=None, clarity="hyvä", practice=7, weather=1)
    headers = {"X-Ticket": ticket, "Accept-Language": "en"}
    refused = await caller.post(f"/v1/surveys/{survey_id}/responses", body, headers=headers)
    labels = {question.id: question.label["en"] for question in TEMPLATES["event_core"].questions}
    assert {error["pointer"].rpartition("/")[2]: error["message"] for error in refused.json()["errors"]} == {
        "weather": "The survey has no question weather.",
        "overall": f"Question “{labels['overall']}”: The number must be between 1 and 5.",
        "clarity": f"Question “{labels['clarity']}”: The answer must be a number.",
        "practice": f"Question “{labels['practice']}”: The answer must be text.",
    }
    assert (await respond(caller, survey_id, ticket)).status_code == 201


A_SCALE = {"id": "grade", "type": "scale", "label": {"fi": "Arvosana"}}
TWO = [{"id": "a", "label": {"fi": "A"}}, {"id": "b", "label": {"fi": "B"}}]
WRONG_QUESTIONS = [
    ([A_SCALE, A_SCALE], ["Two of the questions have the same id grade."]),
    ([A_SCALE, {**A_SCALE, "id": "other", "min": 5, "max": 5}], ["other"]),
    ([{**A_SCALE, "type": "number", "min": 3, "max": 1}], ["grade"]),
    ([{**A_SCALE, "type": "single", "choices": [*TWO, TWO[1]]}], ["grade", "id b."]),
    ([{**A_SCALE, "type": "multi", "choices": TWO, "min_choices": 3}], ["grade"]),
    ([A_SCALE, {"id": "text", "type": "text"}], ["Item 2: This value is missing."]),
    (
        [A_SCALE, {"id": "text", "type": "text", "label": {"fi": ""}}],
        ["Item 2: The text must have at least 1 character."],
    ),
    ([{**A_SCALE, "type": "single", "choices": [TWO[0], {"id": "b"}]}], ["Item 1.2: This value is missing."]),
]


@pytest.mark.parametrize(("questions", "parts"), WRONG_QUESTIONS)
async def test_the_message_of_a_wrong_question_tells_which_it_is(client, questions, parts):
    service = client("feedback", COORDINATOR)
    survey_id = await a_survey(service)
    refused = await service.post(
        f"/v1/surveys/{survey_id}/versions",
        {"definition": {"questions": questions}},
        headers={"Accept-Language": "en"},
    )
    assert refused.status_code == 422, refused.text
    [problem] = refused.json()["errors"]
    assert [part for part in parts if part not in problem["message"]] == []
