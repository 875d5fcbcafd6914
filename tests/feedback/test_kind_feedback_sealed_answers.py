"""Sealed answers: opened once, counted all, read by nobody before, and nothing of them is left after the release."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import func, text
from structlog.testing import capture_logs

from services.feedback.keys.folder import KeyFolder
from services.feedback.keys.pairs import new_pair, private_key, public_key
from services.feedback.keys.terms import KeyId
from services.feedback.responses.sealing import AnswerSealing
from services.feedback.responses.terms import OpenedAnswer
from services.feedback.results import service as results
from services.feedback.surveys import queries as survey_queries
from services.feedback.surveys.terms import SurveyId
from services.feedback.tickets import service as tickets
from services.feedback.versions.questions import Definition
from services.feedback.versions.sizes import answer_size
from services.kernel.data.db import Database
from tests.factories import (
    FULL,
    SERVICE,
    a_survey,
    answered,
    close,
    organiser_tickets_of,
    respond,
    response_body,
    tickets_of,
)

WORDS = "Kokeilemme hankekahveja Kajaanissa"


async def key_file_of(superuser, survey_id: str) -> KeyId:
    return KeyId(await superuser.fetchval("SELECT id FROM feedback.survey_keys WHERE survey_id = $1", survey_id))


async def test_an_answer_is_read_with_the_private_key_alone(client, superuser, opened, talking_log):
    service, anonymous = client("feedback", SERVICE), client("feedback")
    survey_id = await a_survey(service)
    [person], [walk_in] = await tickets_of(service, survey_id, 1), await organiser_tickets_of(service, survey_id, 1)
    with capture_logs() as lines:
        for ticket, words in ((person, WORDS), (walk_in, "x")):
            assert (await respond(anonymous, survey_id, ticket, practice=words)).status_code == 201
    rows = await superuser.fetch("SELECT * FROM feedback.answers")
    assert {tuple(row.keys()) for row in rows} == {("id", "survey_id", "sealed")}
    # Neither the words nor their length show: all answers have the padded size and what sealing adds to it.
    assert {len(row["sealed"]) for row in rows} == {
        await superuser.fetchval("SELECT answer_size FROM feedback.surveys") + 1136
    }
    schema = await superuser.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'feedback'")
    for table in [row["tablename"] for row in schema]:
        stored = "\n".join(row[0] for row in await superuser.fetch(f"SELECT t::text FROM feedback.{table} t"))
        assert WORDS not in stored and WORDS.encode().hex() not in stored, table
    logged = "\n".join(map(str, lines))
    assert "/v1/surveys/{survey_id}/responses" in logged
    assert not [secret for secret in (person, walk_in, WORDS, *(str(row["id"]) for row in rows)) if secret in logged]
    assert sorted((one.entered_by_organiser, one.answers["practice"]) for one in await opened(survey_id)) == [
        (False, WORDS),
        (True, "x"),
    ]


def test_a_sealed_answer_opens_for_its_survey_and_its_key_alone():
    survey_id, pair, other = SurveyId(uuid4()), new_pair(), new_pair()
    answer = OpenedAnswer(version=1, language="sv", answers={"overall": 5}, entered_by_organiser=False)
    sealed = AnswerSealing(survey_id).seal(answer, size=4096, key=public_key(pair.public))
    assert AnswerSealing(survey_id).open(sealed, key=private_key(pair.private)) == answer
    assert AnswerSealing(survey_id).seal(answer, size=4096, key=public_key(pair.public)) != sealed
    for sealing, private in (
        (AnswerSealing(SurveyId(uuid4())), pair.private),
        (AnswerSealing(survey_id), other.private),
    ):
        with pytest.raises(InvalidTag):
            sealing.open(sealed, key=private_key(private))


def longest_answer(definition: Definition) -> dict[str, object]:
    """The answer of the most bytes that a definition allows."""
    values = {}
    for question_id, question in definition.answerable().items():
        match question.type:
            case "multi":
                values[question_id] = [choice.id for choice in question.choices]
            case "single":
                values[question_id] = max((choice.id for choice in question.choices), key=len)
            case "number":
                values[question_id] = -123456789012.12345
            case "text" | "long_text":
                values[question_id] = "𐍈" * question.max_length
            case _:
                values[question_id] = None
    return values


def test_the_largest_answer_fits_its_size():
    lots = random.Random(8)  # noqa: S311 - The same definitions in every run.
    label = {"fi": "Kysymys"}
    for _ in range(200):
        names = [f"q{number}_{'x' * lots.randrange(30)}" for number in range(lots.randint(1, 60))]
        choices = [
            {"id": f"c{number}{'y' * lots.randrange(38)}", "label": label} for number in range(lots.randint(2, 60))
        ]
        kinds = [
            {"type": "scale"},
            {"type": "nps"},
            {"type": "number", "min": -(10**12), "max": 10**12},
            {"type": "single", "choices": choices},
            {"type": "multi", "choices": choices},
            {"type": "text", "max_length": lots.randint(1, 100)},
        ]
        questions = [{"id": name, "label": label, **lots.choice(kinds)} for name in names]
        definition = Definition.model_validate({"questions": questions})
        size = answer_size(definition)
        answers = longest_answer(definition)
        content = {"v": 10_000, "l": "smn-Latn-FI", "a": answers, "o": False}
        taken = len(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())
        assert size % 4096 == 0 and size - 4096 < taken + 128 + 8 * len(names) + 4096
        assert taken <= size


async def test_a_longer_wording_makes_all_later_answers_longer(client, superuser):
    service, anonymous = client("feedback", SERVICE), client("feedback")
    survey_id = await a_survey(service)
    issued = iter(await tickets_of(service, survey_id, 4))
    definition = (await service.get(f"/v1/surveys/{survey_id}")).json()["definition"]
    assert (await respond(anonymous, survey_id, next(issued))).status_code == 201
    label = dict.fromkeys(("fi", "sv", "en"), "Muuta")
    longer = [*definition["questions"], {"id": "more", "type": "long_text", "label": label, "max_length": 4000}]
    for questions in (longer, definition["questions"]):
        added = await service.post(f"/v1/surveys/{survey_id}/versions", {"definition": {"questions": questions}})
        assert added.status_code == 201, added.text
        assert (await respond(anonymous, survey_id, next(issued))).status_code == 201
    second = {**response_body(), "version": 2}
    assert (await respond(anonymous, survey_id, next(issued), body=second)).status_code == 201
    sizes = sorted(row[0] for row in await superuser.fetch("SELECT length(sealed) FROM feedback.answers"))
    assert sizes[0] < sizes[1] == sizes[2] == sizes[3]  # The last wording is short again, its answers are not.


@pytest.mark.own_database
async def test_after_the_release_nothing_is_left_of_answers_tickets_and_key(
    client, applications, superuser, survey_keys_folder
):
    service = client("feedback", SERVICE)
    survey_id = await answered(service, client("feedback"), [{"practice": f"{WORDS} {n}"} for n in range(12)])
    key_id, folder = await key_file_of(superuser, survey_id), KeyFolder(survey_keys_folder)
    sealed = [row[0] for row in await superuser.fetch("SELECT sealed FROM feedback.answers")]
    hashes = [row[0] for row in await superuser.fetch("SELECT hash FROM feedback.tickets")]
    assert (survey_keys_folder / f"{key_id}.key").stat().st_mode & 0o777 == 0o600
    await close(service, survey_id)
    await applications.worker("feedback").drain()
    assert (await service.get(f"/v1/surveys/{survey_id}/results")).json()["n"] == 12
    assert folder.read(key_id) is None and key_id in folder.destroyed()
    assert await superuser.fetchval("SELECT count(*) FROM feedback.survey_keys WHERE id = $1", key_id) == 0
    await superuser.execute("CHECKPOINT")
    for table in ("answers", "tickets", "pk_tickets", "pk_answers"):
        file = await superuser.fetchval("SELECT pg_read_binary_file(pg_relation_filepath($1))", f"feedback.{table}")
        assert not [value for value in (*hashes, *(one[:64] for one in sealed)) if value in file], table
    texts = await superuser.fetch("SELECT question_id, words FROM feedback.texts")
    assert {(row["question_id"], row["words"]) for row in texts} == {("practice", f"{WORDS} {n}") for n in range(12)}


async def test_texts_of_a_hidden_survey_are_not_kept(client, applications, superuser):
    service = client("feedback", SERVICE)
    survey_id = await answered(service, client("feedback"), [FULL] * 4)
    await close(service, survey_id)
    await applications.worker("feedback").drain()
    results_of = (await service.get(f"/v1/surveys/{survey_id}/results")).json()
    assert (results_of["state"], results_of["n"]) == ("hidden", None)
    assert await superuser.fetchval("SELECT count(*) FROM feedback.texts") == 0


async def test_before_the_release_nothing_is_shown(client, applications):
    service = client("feedback", SERVICE)
    survey_id = await answered(service, client("feedback"), [FULL] * 12)
    address = f"/v1/surveys/{survey_id}/results"
    before = (await service.get(address)).json()
    nothing = {
        "survey_id": survey_id,
        "invited": 12,
        "questions": [],
        **dict.fromkeys(("n", "response_rate", "released_at", "engine", "answers_lost", "undeliverable")),
    }
    assert before == {**nothing, "state": "collecting"}
    await close(service, survey_id)
    assert (await service.get(address)).json() == {**nothing, "state": "computing"}
    await applications.worker("feedback").drain()
    assert (await service.get(address)).json()["n"] == 12


async def test_a_release_that_was_cut_off_after_its_commit_is_finished(
    client, applications, superuser, monkeypatch, survey_keys_folder
):
    service, folder = client("feedback", SERVICE), KeyFolder(survey_keys_folder)
    survey_id = await answered(service, client("feedback"), [FULL] * 5)
    key_id = await key_file_of(superuser, survey_id)
    await close(service, survey_id)
    with monkeypatch.context() as cut:

        async def end(*_: object) -> None:
            raise ConnectionResetError("the power failed")

        cut.setattr(results, "finish_releases", end)
        runtime = applications.runtime("feedback")
        with pytest.raises(ConnectionResetError):
            await results.release_survey(runtime.database, survey_keys_folder, SurveyId(UUID(survey_id)))
    assert (await service.get(f"/v1/surveys/{survey_id}/results")).json()["n"] == 5
    assert folder.read(key_id) is not None
    await applications.worker("feedback").drain()
    assert folder.read(key_id) is None
    assert await superuser.fetchval("SELECT count(*) FROM feedback.survey_keys WHERE id = $1", key_id) == 0


async def test_a_table_in_use_is_rewritten_later_but_the_key_goes_at_once(
    client, applications, superuser, survey_keys_folder
):
    service = client("feedback", SERVICE)
    survey_id = await answered(service, client("feedback"), [FULL] * 5)
    key_id = await key_file_of(superuser, survey_id)
    await close(service, survey_id)
    async with applications.runtime("feedback").database.snapshot() as backup:
        await backup.execute(text("SELECT count(*) FROM answers"))
        await applications.worker("feedback").drain()
        assert KeyFolder(survey_keys_folder).read(key_id) is None
        assert await superuser.fetchval("SELECT count(*) FROM feedback.survey_keys WHERE id = $1", key_id) == 1
    await applications.worker("feedback").drain()
    assert await superuser.fetchval("SELECT count(*) FROM feedback.survey_keys WHERE id = $1", key_id) == 0


Until = Callable[[], Awaitable[None]]


async def a_race(client, applications, *, answers: int, until: Until) -> tuple[int, int | None]:
    """Let answers race with the closing and the release; how many were acknowledged, and how many counted."""
    service, anonymous = client("feedback", SERVICE), client("feedback")
    survey_id = await a_survey(service)
    issued = await tickets_of(service, survey_id, answers)
    runtime = applications.runtime("feedback")
    answering = [asyncio.create_task(respond(anonymous, survey_id, ticket)) for ticket in issued]
    await until()
    await close(service, survey_id)
    await results.release_survey(runtime.database, runtime.settings.survey_keys, SurveyId(UUID(survey_id)))
    refused = [answer for answer in await asyncio.gather(*answering) if answer.status_code == 409]
    return answers - len(refused), (await service.get(f"/v1/surveys/{survey_id}/results")).json()["n"]


async def test_of_fifty_answers_that_race_with_the_release_all_acknowledged_are_counted(client, applications):
    acknowledged, counted = await a_race(client, applications, answers=50, until=lambda: asyncio.sleep(0.1))
    assert counted == (acknowledged if acknowledged >= 5 else None)


@pytest.fixture
def slow(superuser, monkeypatch) -> Until:
    """Let each answer redeem its ticket, and wait before it is committed.

    `await slow()` returns when five of them wait.
    """
    redeeming = tickets.redeeming

    def redeeming_slowly(survey_id, ticket, *, where):
        return redeeming(survey_id, ticket, where=where).returning(func.pg_sleep(0.3).label("waited"))

    async def until_five_wait() -> None:
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"
        async with asyncio.timeout(5):
            while await superuser.fetchval(waiting) < 5:
                await superuser.execute("SELECT pg_stat_clear_snapshot()")

    monkeypatch.setattr(tickets, "redeeming", redeeming_slowly)
    return until_five_wait


@pytest.mark.parametrize(
    ("guards", "counted"),
    [({"lock", "isolation"}, 5), ({"lock"}, 5), ({"isolation"}, 5), (set(), None)],
    ids=["both", "lock alone", "isolation alone", "negative control"],
)
async def test_only_the_guards_keep_acknowledged_answers(client, applications, slow, monkeypatch, guards, counted):
    """Each of the two is enough: the lock that a closing waits for, and the isolation of the release.

    At repeatable read, a ticket that was redeemed after the first look of the release lets it begin anew.
    """

    async def lock_nothing(*_: object) -> None:
        """Return at once."""

    async def once(database, work):
        async with database.transaction() as session:
            return await work(session)

    if "lock" not in guards:
        monkeypatch.setattr(survey_queries, "lock_for_answer", lock_nothing)
    if "isolation" not in guards:
        monkeypatch.setattr(Database, "repeatable", once)
    assert await a_race(client, applications, answers=5, until=slow) == (5, counted)
