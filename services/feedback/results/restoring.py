"""Restoring: private keys that the operator has kept apart from the backups are brought back with a database."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from services.feedback.keys import queries as key_queries
from services.feedback.keys.folder import KeyFolder
from services.feedback.keys.terms import KeyId
from services.kernel.data.db import Database

from . import queries


@dataclass(frozen=True, slots=True)
class KeyCopy:
    """A copy of a folder of private keys, with the ids of the keys that had been destroyed there."""

    keys: Mapping[KeyId, bytes] = field(repr=False)
    destroyed: frozenset[KeyId]


def copy_of(path: Path) -> KeyCopy:
    """Return a copy of the folder of private keys, without those that the database does not know. It blocks."""
    folder = KeyFolder(path)
    stored = {key_id: folder.read(key_id) for key_id in folder.key_ids() - folder.unknown_since().keys()}
    # A key that is destroyed meanwhile is no longer there to be read.
    return KeyCopy({key_id: key for key_id, key in stored.items() if key is not None}, frozenset(folder.destroyed()))


async def bring_keys_back(database: Database, path: Path, copy: KeyCopy) -> None:
    """Write those keys of the copy that the surveys of the database still need.

    The key of a released survey never comes back: neither of one that the database knows as released, nor a key that
    was destroyed in this folder, or in that of the copy.
    """
    async with database.reading() as session:
        needed = await _needed_keys(session)
    await asyncio.to_thread(_bring_back, KeyFolder(path), copy, needed)


async def _needed_keys(session: AsyncSession) -> set[KeyId]:
    taken, ready = await key_queries.taken_keys(session), await key_queries.ready_keys(session)
    return (taken.keys() | ready) - set(await queries.keys_of_released(session))


def _bring_back(folder: KeyFolder, copy: KeyCopy, needed: set[KeyId]) -> None:
    for key_id in copy.destroyed - folder.destroyed():
        folder.destroy(key_id)
    for key_id in (copy.keys.keys() & needed) - folder.destroyed() - folder.key_ids():
        folder.write(key_id, copy.keys[key_id])
