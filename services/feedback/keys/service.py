"""Use cases of keys: making them ready, giving one to each new survey, destroying them."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.feedback.surveys.terms import SurveyId
from services.kernel.data.advisory_locks import AdvisoryLocks
from services.kernel.data.db import Database
from services.kernel.data.ids import new_private_id

from . import queries
from .errors import KeyFolderMissing, KeysBeingMade, NoSurveyKey
from .folder import KeyFolder
from .models import KnownFolder, SurveyKey
from .pairs import KeyPair, new_pair
from .terms import READY_KEYS, UNKNOWN_KEPT_FOR, KeyId

log = structlog.get_logger()

_MAKING: Final = "write-survey-keys"
_MAKING_ATTEMPTS: Final = 100
_MAKING_PAUSE_SECONDS: Final = 0.1
_RETRY_SECONDS: Final = 10
_OTHER_FOLDER: Final = (
    "The folder of survey keys {path} is not the one that holds the keys of the surveys in this database. Mount the "
    "right folder at VIPU_SURVEY_KEYS; where it is lost for good, `vipu give-up-answers` closes these surveys without "
    "their answers, as docs/operations.md describes."
)
_NO_FOLDER: Final = "The worker of feedback needs a folder for the keys of surveys: set VIPU_SURVEY_KEYS."


async def take_key(session: AsyncSession, survey_id: SurveyId) -> None:
    """Give the new survey a ready pair of keys. Raises: NoSurveyKey, with Retry-After."""
    ready = select(SurveyKey.id).where(SurveyKey.survey_id.is_(None)).limit(1).with_for_update(skip_locked=True)
    taking = update(SurveyKey).where(SurveyKey.id == ready.scalar_subquery()).values(survey_id=survey_id)
    if await session.scalar(taking.returning(SurveyKey.id)) is None:
        raise NoSurveyKey(headers={"Retry-After": str(_RETRY_SECONDS)})


async def require_folder(database: Database, path: Path | None) -> KeyFolder:
    """Return the folder of private keys, after marking it where the database knows none.

    Raises: KeyFolderMissing: there is none, or the database knows another one whose keys are still needed.
    """
    folder = None if path is None else KeyFolder(path)
    if folder is None or not await asyncio.to_thread(folder.is_there):
        raise KeyFolderMissing(_NO_FOLDER)
    async with database.transaction() as session:
        known = await queries.known_folder(session)
        marker = await asyncio.to_thread(folder.marker)
        if known is not None and known.id == marker:
            return folder
        if await queries.taken_keys(session):
            raise KeyFolderMissing(_OTHER_FOLDER.format(path=folder.path))
        await adopt_folder(session, folder)
    return folder


async def adopt_folder(session: AsyncSession, folder: KeyFolder) -> None:
    """Make the folder the one that the database knows. Requires: no key of another folder is needed any more."""
    marker = await asyncio.to_thread(folder.marker) or await asyncio.to_thread(folder.mark)
    known = insert(KnownFolder).values(id=marker)
    await session.execute(known.on_conflict_do_update(index_elements=["is_only"], set_={"id": marker}))


async def make_keys(database: Database, path: Path | None, *, ready: int = READY_KEYS) -> bool:
    """Make pairs until so many are ready. A ready pair without its private key is deleted first.

    Returns: whether this was done; not where another process holds the lock. Raises: KeyFolderMissing.
    """
    async with _making(database) as is_held:
        if is_held:
            await _make_missing(database, await require_folder(database, path), ready=ready)
        return is_held


async def make_keys_now(database: Database, path: Path, *, ready: int) -> None:
    """Make pairs until so many are ready, after another process that is making some. Raises: KeysBeingMade."""
    for _ in range(_MAKING_ATTEMPTS):
        if await make_keys(database, path, ready=ready):
            return
        await asyncio.sleep(_MAKING_PAUSE_SECONDS)
    raise KeysBeingMade


@asynccontextmanager
async def _making(database: Database) -> AsyncIterator[bool]:
    """Yield whether this process alone may change the folder of keys until the block ends."""
    locks = AdvisoryLocks(database)
    try:
        async with locks.try_hold(_MAKING) as is_held:
            yield is_held
    finally:
        await locks.close()


async def _make_missing(database: Database, folder: KeyFolder, *, ready: int) -> None:
    # The rows are read first: the file of every row that is read has been written before.
    async with database.reading() as session:
        rows = await queries.ready_keys(session)
    usable = rows & await asyncio.to_thread(folder.key_ids)
    pairs = await asyncio.to_thread(_write_pairs, folder, max(0, ready - len(usable)))
    if pairs or rows - usable:
        async with database.transaction() as session:
            unusable = delete(SurveyKey).where(SurveyKey.id.in_(rows - usable), SurveyKey.survey_id.is_(None))
            await session.execute(unusable)
            session.add_all(SurveyKey(id=key_id, public_key=pair.public) for key_id, pair in pairs.items())


def _write_pairs(folder: KeyFolder, count: int) -> dict[KeyId, KeyPair]:
    pairs = {KeyId(new_private_id()): new_pair() for _ in range(count)}
    for key_id, pair in pairs.items():
        folder.write(key_id, pair.private)
    return pairs


async def destroy_keys(folder: KeyFolder, key_ids: Iterable[KeyId]) -> None:
    """Delete private keys for good."""
    for key_id in key_ids:
        await asyncio.to_thread(folder.destroy, key_id)


async def destroy_unknown(database: Database, path: Path | None, *, now: datetime) -> None:
    """Destroy the private keys that the database has not known for `UNKNOWN_KEPT_FOR`.

    They are of surveys that were made after a backup that was restored, or were left by a process that was killed.
    A key is first marked as unknown, and the mark is removed where the database knows the key again.
    Raises: KeyFolderMissing.
    """
    async with _making(database) as is_held:
        if is_held:
            folder = await require_folder(database, path)
            # The folder is read first: the row of every key in it is committed by then, unless its process was killed.
            present = await asyncio.to_thread(folder.key_ids)
            async with database.reading() as session:
                known = (await queries.taken_keys(session)).keys() | await queries.ready_keys(session)
            await asyncio.to_thread(_sort_out, folder, present - known, now=now)


def _sort_out(folder: KeyFolder, unknown: set[KeyId], *, now: datetime) -> None:
    since = folder.unknown_since()
    for key_id in since.keys() - unknown:
        folder.mark_known(key_id)
    for key_id in unknown - since.keys():
        folder.mark_unknown(key_id, since=now)
        log.warning("survey-key.unknown", key_id=str(key_id))
    for key_id in unknown & since.keys():
        if since[key_id] <= now - UNKNOWN_KEPT_FOR:
            folder.destroy(key_id)
            log.warning("survey-key.destroyed", key_id=str(key_id))


async def delete_keys(session: AsyncSession, key_ids: Iterable[KeyId]) -> None:
    """Delete the rows of keys. Requires: the private keys are destroyed or lost."""
    await session.execute(delete(SurveyKey).where(SurveyKey.id.in_(list(key_ids))))
