"""Restoring: private keys that the operator has kept apart from the backups are brought back with a database."""

import asyncio
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path

from services.feedback.keys import queries as key_queries
from services.feedback.keys.errors import KeyDoesNotFit
from services.feedback.keys.folder import KeyFolder
from services.feedback.keys.pairs import fits
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
    """Write those keys of the copy that the surveys of the database still need. No key is destroyed.

    The key of a released survey never comes back: neither of one that the database knows as released, nor a key that
    was destroyed in this folder, or in that of the copy.
    Raises: KeyDoesNotFit, before anything is written.
    """
    async with database.reading() as session:
        needed = await key_queries.public_keys(session)
        for key_id in await queries.keys_of_released(session):
            del needed[key_id]
    for key_id in copy.keys.keys() & needed.keys():
        if not fits(copy.keys[key_id], needed[key_id]):
            raise KeyDoesNotFit(key_id)
    await asyncio.to_thread(_bring_back, KeyFolder(path), copy, needed.keys())


def _bring_back(folder: KeyFolder, copy: KeyCopy, needed: AbstractSet[KeyId]) -> None:
    for key_id in (copy.keys.keys() & needed) - copy.destroyed - folder.destroyed() - folder.key_ids():
        folder.write(key_id, copy.keys[key_id])


def destroy_as_in(path: Path, copy: KeyCopy) -> None:
    """Destroy the keys that had been destroyed where the copy was made. It blocks."""
    folder = KeyFolder(path)
    for key_id in copy.destroyed - folder.destroyed():
        folder.destroy(key_id)
