"""Answers: they are checked against the questions and stored once; a later request with the ticket changes nothing."""

import asyncio
from uuid import uuid4

import httpx

from services.feedback.templates.question_sets import TEMPLATES
from services.feedback.tickets.terms import new_ticket
from tests.factories import (
    COORDINATOR,
    FULL,
    SERVICE,
    a_survey,
    a_survey_body,
    respond,
    response_body,
    soon,
    tickets_of,
)


async def test_a_ticket_keeps_its_first_answer(client, superuser, outbox_kinds, opened):
    service, anonymous = client("feedback", SERVICE), client("feedback")
    survey_id = await a_survey(service)
    [ticket, unused] = await tickets_of(service, survey_id, 2)
    first = await respond(anonymous, survey_id, ticket)
    assert (first.status_code, first.json()) == (201, {"state": "received"})
    assert "location" not in first.headers
    for again in (await respond(anonymous, survey_id, ticket), await respond(anonymous, survey_id, ticket, overall=1)):
        assert (again.status_code, again.json()) == (200, {"state": "received_before"})
    assert (await respond(anonymous, survey_id, unused)).status_code == 201
    assert [answer.answers for answer in await opened(survey_id)] == [FULL, FULL]
    assert await outbox_kinds("feedback") == ["vipu.survey.opened.v1"]  # Nothing is announced one by one.


async def test_an_idempotency_key_changes_nothing_and_leaves_no_fingerprint(client, superuser):
    service, anonymous = client("feedback", SERVICE), client("feedback")
    survey_id = await a_survey(service)
    tickets, key = await tickets_of(service, survey_id, 2), str(uuid4())
    for ticket in tickets:
        headers = {"X-Ticket": ticket, "Idempotency-Key": key}
        answer = await anonymous.post(f"/v1/surveys/{survey_id}/responses", response_body(), headers=headers)
        assert (answer.status_code, answer.json()) == (201, {"state": "received"})
        assert "idempotency-replayed" not in answer.headers
    assert await superuser.fetchval("SELECT count(*) FROM feedback.idempotency_answers") == 0


async def test_more_answers_at_once_than_connections_are_all_stored(client, superuser):
    service, anonymous = client("feedback", SERVICE), client("feedback")
    survey_id = await a_survey(service)
    tickets = await tickets_of(service, survey_id, 40)
    answers = await asyncio.gather(*(respond(anonymous, survey_id, ticket) for ticket in tickets))
    assert {answer.status_code for answer in answers} == {201}
    assert await superuser.fetchval("SELECT count(*) FROM feedback.answers") == 40


FORGED = [
    ({"overall": 0}, "overall", "out-of-range"),
    ({"overall": 6}, "overall", "out-of-range"),
    ({"overall": 4.5}, "overall", "wrong-type"),
    ({"overall": "na"}, "overall", "wrong-type"),
    ({"overall": None}, "overall", "required"),
    ({"recommend": 11}, "recommend", "out-of-range"),
    ({"recommend": ["9"]}, "recommend", "wrong-type"),
    ({"practice": 7}, "practice", "wrong-type"),
    ({"practice": "\x00"}, "practice", "wrong-text"),
    ({"name": "Maija"}, "name", "unknown-question"),
]


async def test_a_forged_answer_is_refused_with_a_pointer_and_redeems_nothing(client, superuser):
    service, anonymous = client("feedback", SERVICE), client("feedback")
    survey_id = await a_survey(service)
    [ticket] = await tickets_of(service, survey_id, 1)
    for changed, pointer, code in FORGED:
        refused = await respond(anonymous, survey_id, ticket, **changed)
        assert refused.status_code == 422, refused.text
        found = {problem["pointer"]: problem["code"] for problem in refused.json()["errors"]}
        assert found == {f"/body/answers/{pointer}": code}
    assert await superuser.fetchval("SELECT count(*) FROM feedback.answers") == 0
    assert (await respond(anonymous, survey_id, ticket)).status_code == 201


MALFORMED = [
    {**response_body(), "complete": False},
    {**response_body(), "language": "de"},
    {**response_body(), "version": 2},
    {**response_body(), "version": 2**70},
    {**response_body(), "ticket": "x"},
    response_body(overall=True),
    response_body(overall=2**70),
    response_body(practice="x" * 4001),
    {**response_body(), "answers": {f"q{number}": 1 for number in range(101)}},
    {**response_body(), "answers": {"\x00": 1}},
]


async def test_a_malformed_answer_is_refused(client, superuser):
    service, anonymous = client("feedback", SERVICE), client("feedback")
    survey_id = await a_survey(service)
    [ticket] = await tickets_of(service, survey_id, 1)
    for body in MALFORMED:
        refused = await respond(anonymous, survey_id, ticket, body=body)
        assert refused.status_code == 422, refused.text
    assert await superuser.fetchval("SELECT count(*) FROM feedback.tickets WHERE NOT is_spent") == 1


GIVEN_AND_KEPT = [
    ({"place": "na"}, "na"),
    ({"place": 3.0}, 3),
    ({"place": 4}, None),
    ({"share": 12.5}, 12.5),
    ({"share": 101}, None),
    ({"role": "a"}, "a"),
    ({"role": "c"}, None),
    ({"role": 1}, None),
    ({"themes": ["c", "a", "c"]}, ["a", "c"]),
    ({"themes": ["none"]}, ["none"]),
    ({"themes": ["none", "a"]}, None),
    ({"themes": ["a", "b", "c"]}, None),
    ({"themes": ["x"]}, None),
    ({"themes": "a"}, None),
    ({"line": " Hei "}, "Hei"),
    ({"line": "a\nb"}, None),
    ({"line": "liian pitkä rivi"}, None),
    ({"place": "Na"}, None),
]


def _labelled(question_id: str, kind: str, **more: object) -> dict[str, object]:
    return {"id": question_id, "type": kind, "label": {"fi": question_id}, **more}


_CHOICES = [{"id": name, "label": {"fi": name}} for name in ("a", "b", "c")]
ALL_TYPES = [
    _labelled("hello", "info"),
    _labelled("place", "scale", min=1, max=3, allows_na=True),
    _labelled("share", "number", min=0, max=100),
    _labelled("role", "single", choices=_CHOICES[:2]),
    _labelled(
        "themes",
        "multi",
        choices=[*_CHOICES, {"id": "none", "label": {"fi": "Ei mikään"}, "exclusive": True}],
        min_choices=1,
        max_choices=2,
    ),
    _labelled("line", "text", max_length=10),
]


async def test_every_question_type_takes_what_fits_it(client, opened):
    service, anonymous = client("feedback", SERVICE), client("feedback")
    survey_id = await a_survey(service)
    added = await service.post(f"/v1/surveys/{survey_id}/versions", {"definition": {"questions": ALL_TYPES}})
    assert added.status_code == 201, added.text
    for (given, kept), ticket in zip(GIVEN_AND_KEPT, await tickets_of(service, survey_id, 18), strict=True):
        body = {"version": 2, "language": "fi", "complete": True, "answers": given}
        answer = await respond(anonymous, survey_id, ticket, body=body)
        assert answer.status_code == (422 if kept is None else 201), answer.text
    unanswered = dict.fromkeys(["place", "share", "role", "themes", "line"])
    expected = [{**unanswered, next(iter(given)): kept} for given, kept in GIVEN_AND_KEPT if kept is not None]
    stored = [answer.answers for answer in await opened(survey_id)]
    assert sorted(map(str, stored)) == sorted(map(str, expected))


async def test_an_older_wording_is_still_answered_after_a_new_one(client):
    service, anonymous = client("feedback", SERVICE), client("feedback")
    survey_id = await a_survey(service)
    [ticket] = await tickets_of(service, survey_id, 1)
    await service.post(f"/v1/surveys/{survey_id}/versions", {"definition": {"questions": ALL_TYPES}})
    assert (await respond(anonymous, survey_id, ticket)).status_code == 201


async def test_languages_answer_into_the_same_counts_and_look_the_same(client, superuser, opened):
    service, anonymous = client("feedback", SERVICE), client("feedback")
    survey_id = await a_survey(service)
    for language, ticket in zip(("fi", "sv", "en"), await tickets_of(service, survey_id, 3), strict=True):
        body = {**response_body(), "language": language}
        assert (await respond(anonymous, survey_id, ticket, body=body)).status_code == 201
    assert len(await superuser.fetch("SELECT DISTINCT length(sealed) FROM feedback.answers")) == 1
    answers = await opened(survey_id)
    assert {answer.language for answer in answers} == {"fi", "sv", "en"}
    assert [answer.answers for answer in answers] == [FULL] * 3


async def test_without_a_ticket_no_answer_is_stored(client, superuser):
    survey_id = await a_survey(client("feedback", SERVICE))
    refused = await client("feedback").post(f"/v1/surveys/{survey_id}/responses", response_body())
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/header/X-Ticket")
    assert await superuser.fetchval("SELECT count(*) FROM feedback.answers") == 0


async def test_an_answer_comes_while_the_survey_is_open(client, superuser):
    service, anonymous = client("feedback", SERVICE), client("feedback")
    body = {**await a_survey_body(service), "opens_at": soon(days=1)}
    survey_id = (await service.post("/v1/surveys", body)).json()["id"]
    [ticket, late] = await tickets_of(service, survey_id, 2)
    early = await respond(anonymous, survey_id, ticket)
    assert (early.status_code, early.json()["code"]) == (409, "survey-not-open")
    await superuser.execute("UPDATE feedback.surveys SET opens_at = now() - interval '1 day'")
    assert (await respond(anonymous, survey_id, ticket)).status_code == 201
    await superuser.execute("UPDATE feedback.surveys SET closes_at = now()")
    for either in (late, ticket):  # Closed is closed for every ticket.
        refused = await respond(anonymous, survey_id, either)
        assert (refused.status_code, refused.json()["code"]) == (409, "survey-closed")


async def test_a_draft_and_an_unknown_survey_are_not_found(client):
    coordinator, anonymous = client("feedback", COORDINATOR), client("feedback")
    draft = (await coordinator.post("/v1/surveys", {**await a_survey_body(coordinator), "state": "draft"})).json()["id"]
    for survey_id in (draft, uuid4()):
        assert (await respond(anonymous, str(survey_id), new_ticket())).status_code == 404


async def test_public_answering_is_limited_by_the_caller_address(client, change_settings):
    service, anonymous = client("feedback", SERVICE), client("feedback")
    survey_id = await a_survey(service)
    change_settings("feedback", public_rate="2/minute")
    answers = [await respond(anonymous, survey_id, ticket) for ticket in await tickets_of(service, survey_id, 3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert answers[0].headers["ratelimit-policy"] == '"public";q=2;w=60'
    assert int(answers[2].headers["retry-after"]) > 0


LONG_TEXTS = [_labelled(f"text_{number}", "long_text", max_length=4000) for number in range(3)]
ROLE = _labelled("role", "single", choices=[{"id": name, "label": {"fi": name}} for name in ("turku", "tampere")])


async def test_the_texts_of_an_answer_are_bounded_together(client, opened):
    service, anonymous = client("feedback", SERVICE), client("feedback")
    survey_id = await a_survey(service)
    await service.post(f"/v1/surveys/{survey_id}/versions", {"definition": {"questions": [*LONG_TEXTS, ROLE]}})
    [ticket] = await tickets_of(service, survey_id, 1)

    async def write(*lengths: int) -> httpx.Response:
        # The sign that takes most bytes, and one that JSON escapes.
        given = {f"text_{number}": ("𐍈" + '"' * 9) * (length // 10) for number, length in enumerate(lengths)}
        body = {"version": 2, "language": "fi", "complete": True, "answers": {**given, "role": "turku"}}
        return await respond(anonymous, survey_id, ticket, body=body)

    refused = await write(4000, 4000, 10)
    assert refused.status_code == 422
    [problem] = refused.json()["errors"]
    assert (problem["pointer"], problem["code"]) == ("/body/answers/text_2", "texts-too-long")
    assert (await write(4000, 4000)).status_code == 201
    [answer] = await opened(survey_id)
    assert sum(len(str(text)) for name, text in answer.answers.items() if text and name != "role") == 8000


async def test_an_answer_that_does_not_fit_is_refused_in_the_asked_language(client):
    service, caller = client("feedback", SERVICE), client("feedback")
    survey_id = await a_survey(service)
    [ticket] = await tickets_of(service, survey_id, 1)
    labels = {question.id: question.label for question in TEMPLATES["event_core"].questions}
    overall, practice = labels["overall"], labels["practice"]
    expected = {
        "fi": [
            f"Kysymys ”{overall['fi']}”: Luvun on oltava vähintään 1 ja enintään 5.",
            f"Kysymys ”{practice['fi']}”: Vastauksen on oltava tekstiä.",
        ],
        "sv": [
            f"Frågan ”{overall['sv']}”: Talet ska vara mellan 1 och 5.",
            f"Frågan ”{practice['sv']}”: Svaret ska vara text.",
        ],
        "en": [
            f"Question “{overall['en']}”: The number must be between 1 and 5.",
            f"Question “{practice['en']}”: The answer must be text.",
        ],
    }
    for language, messages in expected.items():
        headers = {"X-Ticket": ticket, "Accept-Language": language}
        body = response_body(overall=6, practice=7)
        refused = await caller.post(f"/v1/surveys/{survey_id}/responses", body, headers=headers)
        assert [field["message"] for field in refused.json()["errors"]] == messages, refused.text
        assert refused.headers["content-language"] == language
