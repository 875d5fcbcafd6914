"""Use cases of results."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final

import structlog
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.feedback.keys import queries as key_queries
from services.feedback.keys import service as keys
from services.feedback.keys.errors import SurveyKeyMissing
from services.feedback.keys.folder import KeyFolder
from services.feedback.keys.pairs import private_key
from services.feedback.responses import queries as response_queries
from services.feedback.responses import service as responses
from services.feedback.responses.models import Answer
from services.feedback.responses.sealing import AnswerSealing
from services.feedback.surveys.models import Survey
from services.feedback.surveys.terms import SurveyId
from services.feedback.tickets import service as tickets
from services.feedback.tickets.models import Ticket
from services.feedback.versions import queries as versions
from services.feedback.versions.questions import Definition
from services.kernel.background.outbox import announce
from services.kernel.data.advisory_locks import AdvisoryLocks
from services.kernel.data.db import Database
from services.kernel.data.ids import new_private_id
from services.kernel.data.rewriting import rewrite

from . import queries
from .figures import ReleasedFigures, released_figures
from .messages import SurveyReleased
from .models import Release, ReleasedText
from .tallying import Tally
from .wordings import questions_of

log = structlog.get_logger()

# The tables whose deleted rows would tell who answered, and in which order.
_REWRITTEN: Final = (Answer.__tablename__, Ticket.__tablename__)


async def release_survey(database: Database, path: Path | None, survey_id: SurveyId) -> None:
    """Make the one release of a closed survey, delete its answers and tickets, and destroy its key.

    A second call changes nothing, but finishes what an earlier one could not.
    Requires: `path` is the folder of survey keys. Raises: KeyFolderMissing, SurveyKeyMissing.
    """
    folder = await keys.require_folder(database, path)
    await _release_once(database, folder, survey_id)
    await finish_releases(database, folder)


async def _release_once(database: Database, folder: KeyFolder, survey_id: SurveyId) -> None:
    """Make the release, unless there is one or another process is making it. Raises: SurveyKeyMissing."""
    async with releasing(database, survey_id) as is_held:
        if is_held:
            await database.repeatable(partial(_release, folder=folder, survey_id=survey_id))


@asynccontextmanager
async def releasing(database: Database, survey_id: SurveyId) -> AsyncIterator[bool]:
    """Yield whether this process alone may release the survey until the block ends."""
    locks = AdvisoryLocks(database)
    try:
        async with locks.try_hold(f"release {survey_id}") as is_held:
            yield is_held
    finally:
        await locks.close()


async def _release(session: AsyncSession, *, folder: KeyFolder, survey_id: SurveyId) -> None:
    survey = await queries.find_unreleased(session, survey_id)
    if survey is None:
        return
    tally = await _opened(session, survey_id, await _private_key(session, folder, survey_id))
    questions = questions_of(
        [Definition.model_validate(v.definition) for v in await versions.versions_of(session, survey_id)]
    )
    population = max(0, survey.invited_count - survey.undeliverable_count)
    # Away from the event loop: scipy is slow to start.
    figures = await asyncio.to_thread(released_figures, tally, questions, population=population)
    _keep_texts(session, survey_id, figures)
    await store_release(session, survey, figures.columns)


async def _private_key(session: AsyncSession, folder: KeyFolder, survey_id: SurveyId) -> MLKEM768X25519PrivateKey:
    key_id = await key_queries.key_of(session, survey_id)
    stored = None if key_id is None else await asyncio.to_thread(folder.read, key_id)
    if stored is None:
        raise SurveyKeyMissing(survey_id)
    return private_key(stored)


async def _opened(session: AsyncSession, survey_id: SurveyId, key: MLKEM768X25519PrivateKey) -> Tally:
    """Return the counts of all answers, which are opened in a random order and forgotten one after another."""
    tally, sealing = Tally(), AnswerSealing(survey_id)

    def count(batch: Sequence[bytes]) -> None:
        for sealed in batch:
            tally.add(sealing.open(sealed, key=key))

    async for batch in response_queries.sealed_answers(session, survey_id):
        await asyncio.to_thread(count, batch)
    return tally


def _keep_texts(session: AsyncSession, survey_id: SurveyId, figures: ReleasedFigures) -> None:
    """Store the texts one by one in a random order, so that no two of them belong together."""
    texts = list(figures.texts)
    secrets.SystemRandom().shuffle(texts)
    session.add_all(
        ReleasedText(id=new_private_id(), survey_id=survey_id, question_id=question_id, words=words)
        for question_id, words in texts
    )


async def store_release(session: AsyncSession, survey: Survey, columns: Mapping[str, object]) -> None:
    """Store and announce a release, and delete the answers and tickets of the survey. Requires: it is closed."""
    survey_id = SurveyId(survey.id)
    people = {"invited": survey.invited_count, "undeliverable": survey.undeliverable_count}
    await session.execute(insert(Release).values(survey_id=survey_id, **people, **columns))
    await responses.delete_answers(session, survey_id)
    await tickets.delete_tickets(session, survey_id)
    await announce(session, SurveyReleased(survey_id=survey_id, event_id=survey.event_id))


async def finish_releases(database: Database, folder: KeyFolder) -> None:
    """Destroy the keys of released surveys and rewrite the tables that held their answers and tickets.

    A table that others are using is rewritten by a later call.
    """
    async with database.reading() as session:
        key_ids = await queries.keys_of_released(session)
    if not key_ids:
        return
    await keys.destroy_keys(folder, key_ids)
    if all([await rewrite(database, table) for table in _REWRITTEN]):
        async with database.transaction() as session:
            await keys.delete_keys(session, key_ids)


async def release_remaining(database: Database, path: Path | None) -> None:
    """Release each closed survey that has no release, for instance because its job failed too often.

    A survey whose release fails delays no other, and is tried again the next time.
    Raises: KeyFolderMissing.
    """
    folder = await keys.require_folder(database, path)
    async with database.reading() as session:
        survey_ids = await queries.unreleased_surveys(session)
    for survey_id in survey_ids:
        try:
            await _release_once(database, folder, survey_id)
        except Exception as error:  # Whatever the failure is, the other surveys are still due.
            log.warning("release.failed", survey_id=survey_id, exc_info=error)
    await finish_releases(database, folder)
