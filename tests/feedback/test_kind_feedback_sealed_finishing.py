"""Finishing releases: one rewriting serves many, and what could not be rewritten is not forgotten."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from services.feedback.keys.folder import KeyFolder
from services.feedback.keys.terms import KeyId
from services.feedback.results import service as results
from services.feedback.results.lost_answers import give_up_missing
from services.feedback.results.periodic_tasks import RELEASE_REMAINING
from services.feedback.surveys.terms import SurveyId
from tests.factories import FULL, SERVICE, answered, close

KEY_OF = "SELECT id FROM feedback.survey_keys WHERE survey_id = $1"
RELEASED = "SELECT count(*) FROM feedback.releases"


@pytest.fixture
def feedback(applications):
    return applications.runtime("feedback")


async def closed_surveys(client, count: int) -> list[str]:
    """Closed surveys of five answers each, which no job releases."""
    service = client("feedback", SERVICE)
    surveys = [await answered(service, client("feedback"), [FULL] * 5) for _ in range(count)]
    for survey_id in surveys:
        await close(service, survey_id)
    return surveys


@pytest.fixture
def rewritten(monkeypatch) -> list[str]:
    """The tables that were rewritten, in their order."""
    tables, rewrite = [], results.rewrite

    async def rewrite_and_note(database, table: str) -> bool:
        tables.append(table)
        return await rewrite(database, table)

    monkeypatch.setattr(results, "rewrite", rewrite_and_note)
    return tables


async def test_many_releases_need_one_rewriting(client, feedback, superuser, rewritten):
    await closed_surveys(client, 3)
    await RELEASE_REMAINING.run(feedback)
    assert await superuser.fetchval(RELEASED) == 3
    assert rewritten == ["answers", "tickets"]


async def test_a_release_that_fails_is_named_and_the_others_are_finished(
    client, feedback, superuser, survey_keys_folder
):
    lost, *others = await closed_surveys(client, 3)
    keys = {survey_id: KeyId(await superuser.fetchval(KEY_OF, survey_id)) for survey_id in (lost, *others)}
    (survey_keys_folder / f"{keys[lost]}.key").unlink()
    with capture_logs() as lines:
        await RELEASE_REMAINING.run(feedback)
    failed = [line["survey_id"] for line in lines if line["event"] == "release.failed"]
    assert failed == [SurveyId(UUID(lost))]
    assert await superuser.fetchval(RELEASED) == 2
    folder = KeyFolder(survey_keys_folder)
    assert [folder.read(keys[survey_id]) for survey_id in others] == [None, None]


async def test_a_rewriting_that_fails_is_no_failure_of_a_survey(client, feedback, superuser, monkeypatch):
    await closed_surveys(client, 2)

    async def rewrite(*_: object) -> bool:
        raise ConnectionResetError("the power failed")

    with monkeypatch.context() as cut, capture_logs() as lines:
        cut.setattr(results, "rewrite", rewrite)
        with pytest.raises(ConnectionResetError):
            await RELEASE_REMAINING.run(feedback)
    assert [line for line in lines if line["event"] == "release.failed"] == []
    assert await superuser.fetchval(RELEASED) == 2
    taken = "SELECT count(*) FROM feedback.survey_keys WHERE survey_id IS NOT NULL"
    assert await superuser.fetchval(taken) == 2
    await finished(feedback, superuser)
    assert await superuser.fetchval(taken) == 0


async def finished(feedback, superuser) -> None:
    """Let the periodic task run until the tables are rewritten: PostgreSQL's own work may still read old rows."""
    for _ in range(200):
        await RELEASE_REMAINING.run(feedback)
        if not await superuser.fetchval("SELECT count(*) FROM feedback.survey_keys WHERE survey_id IS NOT NULL"):
            return
        await asyncio.sleep(0.05)
    pytest.fail("The tables were in use for ten seconds.")


@pytest.mark.own_database
async def test_answers_that_were_given_up_leave_the_files_though_these_were_in_use(
    client, feedback, change_settings, superuser, tmp_path, rewritten
):
    await closed_surveys(client, 1)
    sealed = [row[0][:64] for row in await superuser.fetch("SELECT sealed FROM feedback.answers")]
    hashes = [row[0] for row in await superuser.fetch("SELECT hash FROM feedback.tickets")]
    change_settings("feedback", survey_keys=tmp_path)  # As after a restore: the folder is empty.
    async with feedback.database.snapshot() as backup:
        await backup.execute(text("SELECT count(*) FROM answers, tickets"))
        assert await give_up_missing(feedback.database, tmp_path) == 1
    assert rewritten == ["answers", "tickets"]
    await finished(feedback, superuser)
    await superuser.execute("CHECKPOINT")
    for table in ("answers", "tickets"):
        file = await superuser.fetchval("SELECT pg_read_binary_file(pg_relation_filepath($1))", f"feedback.{table}")
        assert not [value for value in (*sealed, *hashes) if value in file], table
