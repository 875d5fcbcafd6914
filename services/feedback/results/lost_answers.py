"""Lost answers: those whose survey's private key is gone, for instance with a disk. They are given up, and counted."""

import asyncio
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from services.feedback.keys import queries as key_queries
from services.feedback.keys import service as keys
from services.feedback.keys.folder import KeyFolder
from services.feedback.keys.terms import READY_KEYS, KeyId
from services.feedback.responses import queries as responses
from services.feedback.surveys import queries as survey_queries
from services.feedback.surveys import service as surveys
from services.feedback.surveys.terms import SurveyId, SurveyState
from services.kernel.data.db import Database

from . import queries
from .service import finish_releases, releasing, store_release
from .terms import ResultState


async def give_up_missing(database: Database, path: Path) -> int:
    """Close each unreleased survey whose private key is not in the folder, and delete its answers.

    A draft, which has no answers, gets a new key. From then on the folder is the one that the database knows.
    A worker may run: a survey that it is releasing, or has released meanwhile, stays as it is.
    Returns: the number of surveys that were closed. Raises: KeysBeingMade.
    """
    given_up = await close_missing(database, path)
    await finish_releases(database, KeyFolder(path))
    return given_up


async def close_missing(database: Database, path: Path) -> int:
    """Do the same, but destroy no key and rewrite no table: the worker does so where it is still due.

    Returns: the number of surveys that were closed. Raises: KeysBeingMade.
    """
    folder = KeyFolder(path)
    async with database.transaction() as session:
        await keys.adopt_folder(session, folder)
    missing = await _missing_keys(database, folder)
    await keys.make_keys_now(database, path, ready=READY_KEYS + len(missing))
    return sum([await _give_up_once(database, folder, *pair) for pair in missing.items()])


async def _missing_keys(database: Database, folder: KeyFolder) -> dict[KeyId, SurveyId]:
    async with database.reading() as session:
        taken = await key_queries.taken_keys(session)
        released = set(await queries.keys_of_released(session))
    present = await asyncio.to_thread(folder.key_ids)
    return {key_id: survey_id for key_id, survey_id in taken.items() if key_id not in present | released}


async def _give_up_once(database: Database, folder: KeyFolder, key_id: KeyId, survey_id: SurveyId) -> bool:
    """Return whether the survey was closed; not where another process is releasing it."""
    async with releasing(database, survey_id) as is_held:
        # A release that has ended meanwhile has destroyed the key, a restore may have brought it back.
        if not is_held or key_id in await asyncio.to_thread(folder.key_ids):
            return False
        async with database.transaction() as session:
            return await _give_up(session, key_id, survey_id)


async def _give_up(session: AsyncSession, key_id: KeyId, survey_id: SurveyId) -> bool:
    """Return whether the survey was closed; a draft is not, nor a released one."""
    await survey_queries.lock_for_closing(session, survey_id)
    survey = await survey_queries.get_locked(session, survey_id)
    if await queries.is_released(session, survey_id):
        return False
    if survey.state == SurveyState.draft:
        await keys.delete_keys(session, [key_id])
        await keys.take_key(session, survey_id)
        return False
    await surveys.close_survey(session, survey_id)
    lost = await responses.count_answers(session, survey_id)
    await store_release(session, survey, {"state": ResultState.answers_lost, "answers_lost": lost, "questions": []})
    return True
