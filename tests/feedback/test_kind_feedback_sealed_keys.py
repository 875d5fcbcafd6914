"""Keys of surveys: made ready by the worker, taken once, kept in one folder, and given up where they are lost."""

import asyncio
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.feedback.keys import service as keys
from services.feedback.keys.errors import KeyFolderMissing, SurveyKeyMissing
from services.feedback.keys.folder import KeyFolder
from services.feedback.keys.periodic_tasks import MAKE_KEYS
from services.feedback.keys.terms import READY_KEYS, KeyId
from services.feedback.results import service as results
from services.feedback.results.lost_answers import give_up_missing
from services.feedback.surveys.terms import SurveyId
from tests.factories import COORDINATOR, FULL, SERVICE, a_survey, a_survey_body, answered, close, respond, tickets_of

READY = "SELECT id FROM feedback.survey_keys WHERE survey_id IS NULL"


@pytest.fixture
async def folder(applications, change_settings, superuser, tmp_path) -> Path:
    """A new folder that the database does not know, and no ready keys."""
    await superuser.execute("DELETE FROM feedback.survey_keys")
    await superuser.execute("DELETE FROM feedback.key_folder")
    change_settings("feedback", survey_keys=tmp_path)
    return tmp_path


@pytest.fixture
def feedback(applications):
    return applications.runtime("feedback").database


async def test_the_worker_keeps_keys_ready(applications, superuser, folder):
    runtime = applications.runtime("feedback")
    await MAKE_KEYS.run(runtime)
    ready = {row["id"] for row in await superuser.fetch(READY)}
    assert len(ready) == READY_KEYS and KeyFolder(folder).key_ids() == ready
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    await superuser.execute("DELETE FROM feedback.survey_keys WHERE id = $1", next(iter(ready)))
    (folder / f"{next(iter(ready - {next(iter(ready))}))}.key").unlink()  # Its row could only lose answers.
    await MAKE_KEYS.run(runtime)
    usable = {row["id"] for row in await superuser.fetch(READY)}
    assert len(usable) == READY_KEYS and usable <= KeyFolder(folder).key_ids() and len(usable & ready) == READY_KEYS - 2


async def test_two_workers_on_one_folder_lose_no_key(feedback, superuser, folder):
    await asyncio.gather(*(keys.make_keys(feedback, folder) for _ in range(4)))
    ready = {row["id"] for row in await superuser.fetch(READY)}
    assert len(ready) == READY_KEYS and ready == KeyFolder(folder).key_ids()
    assert await superuser.fetchval("SELECT id FROM feedback.key_folder") == KeyFolder(folder).marker()


async def test_without_a_ready_key_no_survey_is_made(client, superuser, folder, outbox_kinds):
    coordinator = client("feedback", COORDINATOR)
    body = await a_survey_body(coordinator)
    refused = await coordinator.post("/v1/surveys", body, key=True)
    assert (refused.status_code, refused.json()["code"], refused.json()["retryable"]) == (503, "no-survey-key", True)
    assert int(refused.headers["retry-after"]) > 0
    assert await superuser.fetchval("SELECT count(*) FROM feedback.surveys") == 0
    assert await outbox_kinds("feedback") == []


async def test_surveys_made_at_once_have_different_keys(client, superuser):
    service = client("feedback", SERVICE)
    bodies = [await a_survey_body(service) for _ in range(12)]
    made = await asyncio.gather(*(service.post("/v1/surveys", body) for body in bodies))
    assert [answer.status_code for answer in made] == [201] * 12
    taken = "SELECT count(DISTINCT survey_id) FROM feedback.survey_keys WHERE survey_id IS NOT NULL"
    assert await superuser.fetchval(taken) == 12


async def test_a_worker_without_a_folder_or_with_another_one_stops(client, feedback, superuser, tmp_path):
    await a_survey(client("feedback", SERVICE))
    for path in (None, tmp_path / "nothing"):
        with pytest.raises(KeyFolderMissing, match="VIPU_SURVEY_KEYS"):
            await keys.require_folder(feedback, path)
    with pytest.raises(KeyFolderMissing, match=r"Mount the right folder .* `vipu give-up-answers`"):
        await keys.require_folder(feedback, tmp_path)
    assert list(tmp_path.iterdir()) == []
    await superuser.execute("UPDATE feedback.survey_keys SET survey_id = NULL")
    assert (await keys.require_folder(feedback, tmp_path)).path == tmp_path  # No key is needed: any folder will do.
    assert await superuser.fetchval("SELECT id FROM feedback.key_folder") == KeyFolder(tmp_path).marker()


async def test_a_release_without_the_key_is_not_made(client, feedback, superuser, survey_keys_folder):
    service = client("feedback", SERVICE)
    survey_id = await answered(service, client("feedback"), [FULL] * 5)
    await close(service, survey_id)
    key_id = await superuser.fetchval("SELECT id FROM feedback.survey_keys WHERE survey_id IS NOT NULL")
    (survey_keys_folder / f"{key_id}.key").unlink()
    with pytest.raises(SurveyKeyMissing, match=survey_id):
        await results.release_survey(feedback, survey_keys_folder, SurveyId(UUID(survey_id)))
    assert await superuser.fetchval("SELECT count(*) FROM feedback.answers") == 5


async def test_lost_answers_are_given_up_and_counted_and_everything_else_is_whole(
    client, applications, change_settings, feedback, superuser, tmp_path, survey_keys_folder
):
    service, anonymous = client("feedback", SERVICE), client("feedback")
    done = await answered(service, anonymous, [FULL] * 6)
    await close(service, done)
    await applications.worker("feedback").drain()
    before = (await service.get(f"/v1/surveys/{done}/results")).json()
    opened, closed = [await answered(service, anonymous, [FULL] * count) for count in (7, 3)]
    await close(service, closed)
    draft = (await service.post("/v1/surveys", {**await a_survey_body(service), "state": "draft"})).json()["id"]
    change_settings("feedback", survey_keys=tmp_path)  # As after a restore: the folder is empty.
    assert await give_up_missing(feedback, tmp_path) == 2
    assert await give_up_missing(feedback, tmp_path) == 0
    for survey_id, lost in ((opened, 7), (closed, None)):  # Few are told like none.
        found = (await service.get(f"/v1/surveys/{survey_id}/results")).json()
        assert (found["state"], found["answers_lost"], found["n"], found["questions"]) == (
            "answers_lost",
            lost,
            None,
            [],
        )
        assert (await service.get(f"/v1/surveys/{survey_id}")).json()["state"] == "closed"
    assert (await service.get(f"/v1/surveys/{done}/results")).json() == before
    for table in ("answers", "tickets"):
        assert await superuser.fetchval(f"SELECT count(*) FROM feedback.{table}") == 0
    # The draft has a new key, with which it is answered and released.
    assert (await service.post(f"/v1/surveys/{draft}/open")).status_code == 200
    for ticket in await tickets_of(service, draft, 5):
        assert (await respond(anonymous, draft, ticket)).status_code == 201
    await close(service, draft)
    await applications.worker("feedback").drain()
    assert (await service.get(f"/v1/surveys/{draft}/results")).json()["n"] == 5


async def test_a_destroyed_key_is_remembered(tmp_path):
    folder, key_id, other = KeyFolder(tmp_path), KeyId(uuid4()), KeyId(uuid4())
    folder.write(key_id, b"private")
    folder.write(other, b"other")
    for _ in range(2):
        folder.destroy(key_id)
    assert (folder.read(key_id), folder.read(other)) == (None, b"other")
    assert (folder.destroyed(), folder.key_ids()) == ({key_id}, {other})
    assert (tmp_path / "destroyed").read_text() == f"{key_id}\n"
