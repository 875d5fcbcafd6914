"""Answers: they are checked against the questions and stored once; the same request again changes nothing."""

import asyncio
from uuid import UUID, uuid1, uuid4

from services.feedback.responses import terms
from services.kernel.data.ids import secret_hash
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
    until_somebody_waits,
)


async def test_the_same_answer_again_is_no_second_one_and_another_is_refused(client, superuser, outbox_kinds):
    service, anonymous, response_id = client("feedback", SERVICE), client("feedback"), uuid4()
    survey_id = await a_survey(service)
    [ticket, unused] = await tickets_of(service, survey_id, 2)
    first = await respond(anonymous, survey_id, ticket, response_id=response_id)
    assert (first.status_code, first.json()) == (201, {"stored": True})
    again = await respond(anonymous, survey_id, ticket, response_id=str(response_id).upper())
    assert (again.status_code, again.json()) == (200, {"stored": True})
    other = await respond(anonymous, survey_id, ticket, response_id=response_id, overall=1)
    assert (other.status_code, other.json()["code"]) == (409, "already-answered")
    taken_id = await respond(anonymous, survey_id, unused, response_id=response_id, overall=1)
    assert taken_id.status_code == 409
    assert (await respond(anonymous, survey_id, unused)).status_code == 201  # A refused answer redeems no ticket.
    rows = await superuser.fetch("SELECT id, given FROM feedback.answers")
    assert {row["id"]: row["given"] for row in rows}[response_id] == FULL
    assert len(rows) == await superuser.fetchval("SELECT answer_count FROM feedback.surveys") == 2
    assert await outbox_kinds("feedback") == ["vipu.survey.opened.v1"]  # Nothing is announced one by one.


async def test_after_a_crash_between_answer_and_ticket_the_same_request_heals(client, superuser):
    service, anonymous, response_id = client("feedback", SERVICE), client("feedback"), uuid4()
    survey_id = await a_survey(service)
    [ticket] = await tickets_of(service, survey_id, 1)
    await respond(anonymous, survey_id, ticket, response_id=response_id)
    await superuser.execute("INSERT INTO feedback.tickets VALUES ($1, $2)", secret_hash(ticket), survey_id)
    healed = await respond(anonymous, survey_id, ticket, response_id=response_id)
    assert healed.status_code == 200
    assert await superuser.fetchval("SELECT count(*) FROM feedback.tickets") == 0
    assert (await respond(anonymous, survey_id, ticket)).status_code == 409
    assert await superuser.fetchval("SELECT count(*) FROM feedback.answers") == 1


async def test_an_id_given_to_two_surveys_in_one_instant_is_good_for_one(client, superuser):
    service, response_id = client("feedback", SERVICE), uuid4()
    survey_id = await a_survey(service)
    [ticket] = await tickets_of(service, survey_id, 1)
    async with superuser.transaction():
        await superuser.execute("INSERT INTO feedback.answers VALUES ($1, $2, 0, '{}')", response_id, uuid4())
        answering = asyncio.create_task(respond(client("feedback"), survey_id, ticket, response_id=response_id))
        await until_somebody_waits(superuser)
    refused = await answering
    assert (refused.status_code, refused.json()["code"]) == (409, "already-answered")
    assert (await respond(client("feedback"), survey_id, ticket)).status_code == 201


async def test_more_answers_at_once_than_connections_are_all_stored(client, superuser):
    service, anonymous = client("feedback", SERVICE), client("feedback")
    survey_id = await a_survey(service)
    tickets = await tickets_of(service, survey_id, 40)
    answers = await asyncio.gather(*(respond(anonymous, survey_id, ticket) for ticket in tickets))
    assert {answer.status_code for answer in answers} == {201}
    assert await superuser.fetchval("SELECT count(*) FROM feedback.answers") == 40
    assert await superuser.fetchval("SELECT answer_count FROM feedback.surveys") == 40


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
    assert await superuser.fetchval("SELECT count(*) FROM feedback.tickets") == 1


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


async def test_every_question_type_takes_what_fits_it(client, superuser):
    service, anonymous = client("feedback", SERVICE), client("feedback")
    survey_id = await a_survey(service)
    added = await service.post(f"/v1/surveys/{survey_id}/versions", {"definition": {"questions": ALL_TYPES}})
    assert added.status_code == 201, added.text
    for (given, kept), ticket in zip(GIVEN_AND_KEPT, await tickets_of(service, survey_id, 18), strict=True):
        body = {"version": 2, "language": "fi", "complete": True, "answers": given}
        answer = await respond(anonymous, survey_id, ticket, body=body)
        assert answer.status_code == (422 if kept is None else 201), answer.text
        stored = [row["given"] for row in await superuser.fetch("SELECT given FROM feedback.answers")]
        unanswered = dict.fromkeys(["place", "share", "role", "themes", "line"])
        assert ({**unanswered, next(iter(given)): kept} in stored) is (kept is not None)


async def test_an_older_wording_is_still_answered_after_a_new_one(client):
    service, anonymous = client("feedback", SERVICE), client("feedback")
    survey_id = await a_survey(service)
    [ticket] = await tickets_of(service, survey_id, 1)
    await service.post(f"/v1/surveys/{survey_id}/versions", {"definition": {"questions": ALL_TYPES}})
    assert (await respond(anonymous, survey_id, ticket)).status_code == 201


async def test_languages_answer_into_the_same_counts_and_are_not_kept(client, superuser):
    service, anonymous = client("feedback", SERVICE), client("feedback")
    survey_id = await a_survey(service)
    for language, ticket in zip(("fi", "sv", "en"), await tickets_of(service, survey_id, 3), strict=True):
        body = {**response_body(), "language": language}
        assert (await respond(anonymous, survey_id, ticket, body=body)).status_code == 201
    kept = [tuple(row.items()) for row in await superuser.fetch("SELECT survey_id, given::text FROM feedback.answers")]
    assert len(kept) == 3 and len(set(kept)) == 1


async def test_without_a_ticket_no_answer_is_stored(client, superuser):
    survey_id = await a_survey(client("feedback", SERVICE))
    for ticket in (None, "", "short", "x" * 33, "' OR 1=1 --" + "x" * 21):
        headers = {} if ticket is None else {"X-Ticket": ticket}
        address = f"/v1/surveys/{survey_id}/responses/{uuid4()}"
        refused = await client("feedback").put(address, response_body(), headers=headers)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/header/X-Ticket")
    assert await superuser.fetchval("SELECT count(*) FROM feedback.answers") == 0


async def test_a_ticket_of_another_survey_is_refused(client):
    service, anonymous = client("feedback", SERVICE), client("feedback")
    one, other = await a_survey(service), await a_survey(service)
    [ticket] = await tickets_of(service, one, 1)
    assert (await respond(anonymous, other, ticket)).status_code == 409
    assert (await respond(anonymous, one, ticket)).status_code == 201


async def test_an_answer_comes_while_the_survey_is_open(client, superuser):
    service, anonymous = client("feedback", SERVICE), client("feedback")
    body = {**await a_survey_body(service), "opens_at": soon(days=1)}
    survey_id = (await service.post("/v1/surveys", body)).json()["id"]
    response_id, [ticket, late] = uuid4(), await tickets_of(service, survey_id, 2)
    early = await respond(anonymous, survey_id, ticket)
    assert (early.status_code, early.json()["code"]) == (409, "survey-not-open")
    await superuser.execute("UPDATE feedback.surveys SET opens_at = now() - interval '1 day'")
    assert (await respond(anonymous, survey_id, ticket, response_id=response_id)).status_code == 201
    await superuser.execute("UPDATE feedback.surveys SET closes_at = now()")
    refused = await respond(anonymous, survey_id, late)
    assert (refused.status_code, refused.json()["code"]) == (409, "survey-closed")
    assert (await respond(anonymous, survey_id, ticket, response_id=response_id)).status_code == 200


async def test_a_draft_and_an_unknown_survey_are_not_found(client):
    coordinator, anonymous = client("feedback", COORDINATOR), client("feedback")
    draft = (await coordinator.post("/v1/surveys", {**await a_survey_body(coordinator), "state": "draft"})).json()["id"]
    for survey_id in (draft, uuid4()):
        assert (await respond(anonymous, str(survey_id), "x" * 32)).status_code == 404


async def test_an_answer_is_known_by_a_random_id_only(client):
    service = client("feedback", SERVICE)
    survey_id = await a_survey(service)
    [ticket] = await tickets_of(service, survey_id, 1)
    for response_id in (uuid1(), UUID(int=0), "me"):
        assert (await respond(client("feedback"), survey_id, ticket, response_id=response_id)).status_code == 422


async def test_public_answering_is_limited_by_the_caller_address(client, change_settings):
    service, anonymous = client("feedback", SERVICE), client("feedback")
    survey_id = await a_survey(service)
    change_settings("feedback", public_rate="2/minute")
    answers = [await respond(anonymous, survey_id, ticket) for ticket in await tickets_of(service, survey_id, 3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert answers[0].headers["ratelimit-policy"] == '"public";q=2;w=60'
    assert int(answers[2].headers["retry-after"]) > 0


async def test_answers_spread_over_shards_are_neither_lost_nor_doubled(client, superuser, monkeypatch):
    monkeypatch.setattr(terms, "SHARD_ROWS", 3)
    service, anonymous = client("feedback", SERVICE), client("feedback")
    survey_id = await a_survey(service)
    for number, ticket in enumerate(await tickets_of(service, survey_id, 14)):
        assert (await respond(anonymous, survey_id, ticket, practice=str(number))).status_code == 201
        kept = await superuser.fetch("SELECT shard, given->>'practice' AS words FROM feedback.answers")
        assert {row["words"] for row in kept} == {str(earlier) for earlier in range(number + 1)}
        assert len(kept) == number + 1 and {row["shard"] for row in kept} <= set(range(terms.shard_count(number + 1)))
    assert [terms.shard_count(count) for count in (0, 3, 4, 6, 7, 12, 13)] == [1, 1, 2, 2, 4, 4, 8]


async def test_an_answer_that_does_not_fit_is_refused_in_the_asked_language(client):
    service, caller = client("feedback", SERVICE), client("feedback")
    survey_id = await a_survey(service)
    [ticket] = await tickets_of(service, survey_id, 1)
    expected = {
        "fi": ["Luvun on oltava vähintään 1 ja enintään 5.", "Vastauksen on oltava tekstiä."],
        "sv": ["Talet ska vara mellan 1 och 5.", "Svaret ska vara text."],
        "en": ["The number must be between 1 and 5.", "The answer must be text."],
    }
    for language, messages in expected.items():
        headers = {"X-Ticket": ticket, "Accept-Language": language}
        body = response_body(overall=6, practice=7)
        refused = await caller.put(f"/v1/surveys/{survey_id}/responses/{uuid4()}", body, headers=headers)
        assert [field["message"] for field in refused.json()["errors"]] == messages, refused.text
        assert refused.headers["content-language"] == language
