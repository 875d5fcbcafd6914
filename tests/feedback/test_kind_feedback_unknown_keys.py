"""Keys that the database does not know are destroyed after a time; a survey is given up or released, never both."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.contracts.services import STORING_SERVICES
from services.feedback.keys import service as keys
from services.feedback.keys.errors import KeysBeingMade
from services.feedback.keys.folder import KeyFolder
from services.feedback.keys.periodic_tasks import DESTROY_UNKNOWN
from services.feedback.keys.terms import UNKNOWN_KEPT_FOR, KeyId
from services.feedback.results import lost_answers
from services.feedback.results.lost_answers import give_up_missing
from services.feedback.results.restoring import copy_of
from services.feedback.surveys.terms import SurveyId
from services.installation.errors import CannotRun
from services.installation.installation import Installation
from services.installation.survey_keys import give_up_answers, restore_keys
from services.kernel.clock import utc_now
from services.kernel.data.advisory_locks import AdvisoryLocks
from tests.factories import COORDINATOR, FULL, SERVICE, a_survey, a_survey_body, answered, close

ROWS = "SELECT id FROM feedback.survey_keys"


@pytest.fixture
def feedback(applications):
    return applications.runtime("feedback").database


@pytest.fixture
async def folder(applications, change_settings, superuser, feedback, tmp_path) -> KeyFolder:
    """A new folder with the ready keys of the database."""
    await superuser.execute("DELETE FROM feedback.survey_keys")
    await superuser.execute("DELETE FROM feedback.key_folder")
    change_settings("feedback", survey_keys=tmp_path)
    await keys.make_keys(feedback, tmp_path)
    return KeyFolder(tmp_path)


async def test_a_key_of_a_survey_after_the_restored_backup_is_destroyed_in_time(client, feedback, superuser, folder):
    survey_id = await a_survey(client("feedback", SERVICE))
    row = await superuser.fetchrow("SELECT * FROM feedback.survey_keys WHERE survey_id = $1", UUID(survey_id))
    # An older backup is restored, then the newer one, which knows the survey, and then the older one again.
    now, key_id = utc_now(), KeyId(row["id"])

    async def sorted_out(after: timedelta) -> bool:
        await keys.destroy_unknown(feedback, folder.path, now=now + after)
        return key_id in folder.key_ids()

    await superuser.execute("DELETE FROM feedback.survey_keys WHERE id = $1", key_id)
    assert await sorted_out(timedelta())
    assert folder.unknown_since() == {key_id: now}
    await superuser.execute("INSERT INTO feedback.survey_keys VALUES ($1, $2, $3)", *row.values())
    assert await sorted_out(UNKNOWN_KEPT_FOR)
    assert folder.unknown_since() == {}
    await superuser.execute("DELETE FROM feedback.survey_keys WHERE id = $1", key_id)
    assert await sorted_out(UNKNOWN_KEPT_FOR)
    assert await sorted_out(2 * UNKNOWN_KEPT_FOR - timedelta(seconds=1))
    assert not await sorted_out(2 * UNKNOWN_KEPT_FOR)
    assert (folder.destroyed(), folder.unknown_since()) == ({key_id}, {})
    assert folder.key_ids() == {row["id"] for row in await superuser.fetch(ROWS)}


async def test_the_copy_of_the_keys_leaves_unknown_ones_out_and_no_restore_brings_them_back(
    applications, feedback, folder
):
    unknown, known = KeyId(uuid4()), folder.key_ids()
    folder.write(unknown, b"private")
    before = copy_of(folder.path)
    await DESTROY_UNKNOWN.run(applications.runtime("feedback"))
    assert unknown in before.keys and copy_of(folder.path).keys.keys() == known
    await keys.destroy_unknown(feedback, folder.path, now=utc_now() + UNKNOWN_KEPT_FOR)
    await restore_keys(feedback, folder.path, before)
    assert folder.key_ids() == known


async def test_while_keys_are_made_none_counts_as_unknown(feedback, folder):
    folder.write(KeyId(uuid4()), b"private")  # Its row is about to be committed.
    locks = AdvisoryLocks(feedback)
    async with locks.try_hold("write-survey-keys") as is_held:
        await keys.destroy_unknown(feedback, folder.path, now=utc_now())
    await locks.close()
    assert is_held and folder.unknown_since() == {}


async def test_a_survey_that_is_released_meanwhile_is_not_given_up(
    client, applications, feedback, superuser, monkeypatch, folder
):
    service = client("feedback", SERVICE)
    survey_id = await answered(service, client("feedback"), [FULL] * 5)
    await close(service, survey_id)
    key_id = KeyId(await superuser.fetchval("SELECT id FROM feedback.survey_keys WHERE survey_id IS NOT NULL"))

    async def missing_keys(_database: object, _folder: object) -> dict[KeyId, SurveyId]:
        """The database was read before the release, the folder after it."""
        await applications.worker("feedback").drain()
        return {key_id: SurveyId(UUID(survey_id))}

    monkeypatch.setattr(lost_answers, "_missing_keys", missing_keys)
    assert await give_up_missing(feedback, folder.path) == 0
    found = (await service.get(f"/v1/surveys/{survey_id}/results")).json()
    assert (found["state"], found["n"]) == ("released", 5)


async def test_a_survey_whose_release_is_being_made_is_not_given_up(client, feedback, superuser, folder):
    service = client("feedback", SERVICE)
    survey_id = await answered(service, client("feedback"), [FULL] * 5)
    await close(service, survey_id)
    key_id = await superuser.fetchval("SELECT id FROM feedback.survey_keys WHERE survey_id IS NOT NULL")
    (folder.path / f"{key_id}.key").unlink()
    locks = AdvisoryLocks(feedback)
    async with locks.try_hold(f"release {survey_id}"):
        assert await give_up_missing(feedback, folder.path) == 0
    await locks.close()
    assert await give_up_missing(feedback, folder.path) == 1


async def test_giving_up_waits_for_a_worker_that_is_making_keys(client, feedback, superuser, monkeypatch, folder):
    coordinator = client("feedback", COORDINATOR)
    body = {**await a_survey_body(coordinator), "state": "draft"}
    draft = (await coordinator.post("/v1/surveys", body)).json()["id"]
    of_draft = "SELECT id FROM feedback.survey_keys WHERE survey_id IS NOT NULL"
    lost = await superuser.fetchval(of_draft)
    for path in folder.path.glob("*.key"):
        path.unlink()
    monkeypatch.setattr(keys, "_MAKING_ATTEMPTS", 2)
    locks = AdvisoryLocks(feedback)
    async with locks.try_hold("write-survey-keys"):
        with pytest.raises(KeysBeingMade):
            await give_up_missing(feedback, folder.path)
        monkeypatch.setattr(keys, "_MAKING_ATTEMPTS", 100)
        giving_up = asyncio.create_task(give_up_missing(feedback, folder.path))
        await asyncio.sleep(0.15)
        assert not giving_up.done()
    await locks.close()
    assert await giving_up == 0
    new = await superuser.fetchval(of_draft)
    assert new != lost and KeyId(new) in folder.key_ids()
    assert (await coordinator.post(f"/v1/surveys/{draft}/open")).status_code == 200


DATABASE = "VIPU_FEEDBACK_DATABASE_URL"
COMPLETE = {
    DATABASE: "postgresql://feedback@db.example/vipu",
    "VIPU_CURSOR_KEY": "x" * 32,
    "VIPU_PUBLIC_URL": "https://vipu.example",
    "VIPU_JWKS_URL": "http://registry:8000/.well-known/jwks.json",
    "VIPU_TOKEN_URL": "http://registry:8000/oauth/token",
    "VIPU_CLIENT_ID": "feedback",
    "VIPU_CLIENT_SECRET": "x" * 32,
    **{f"VIPU_{name.upper()}_URL": f"http://{name}:8000" for name in STORING_SERVICES},
}


@pytest.mark.parametrize(
    ("settings", "refusal"),
    [
        ({"VIPU_SURVEY_KEYS": "/keys"}, DATABASE),
        ({"VIPU_ENVIRONMENT": "production"}, DATABASE),
        ({DATABASE: "postgresql://feedback@db.example/vipu"}, "VIPU_CURSOR_KEY"),
        ({DATABASE: "postgresql://feedback@db.example/vipu", "VIPU_CURSOR_KEY": "x" * 32}, "VIPU_REGISTRY_URL"),
        (COMPLETE, "VIPU_SURVEY_KEYS"),
        ({}, "There is no installation in"),
        ({"VIPU_ENVIRONMENT": "development", DATABASE: "postgresql://localhost/vipu"}, "There is no installation in"),
    ],
)
def test_an_incomplete_deployment_is_told_what_is_missing(monkeypatch, tmp_path, settings, refusal):
    for variable in ("VIPU_ENVIRONMENT", DATABASE, "VIPU_SURVEY_KEYS", "VIPU_CURSOR_KEY"):
        monkeypatch.delenv(variable, raising=False)
    for variable, value in settings.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setattr("services.installation.survey_keys.installation_in", lambda _: Installation(tmp_path))
    with pytest.raises(CannotRun, match=refusal):
        give_up_answers(None, tell=lambda _: None)
