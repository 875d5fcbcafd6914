"""The private keys of surveys: their own copy, apart from all backups, and what becomes of a database without them."""

import asyncio
import json
import os
import secrets
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final
from uuid import UUID

from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.feedback.keys.errors import KeysBeingMade
from services.feedback.keys.folder import KeyFolder
from services.feedback.keys.terms import KeyId
from services.feedback.results.lost_answers import close_missing, give_up_missing
from services.feedback.results.restoring import KeyCopy, bring_keys_back, copy_of, destroy_as_in
from services.feedback.results.service import finish_releases
from services.feedback.settings import FeedbackSettings
from services.installation.errors import CannotRun
from services.installation.installation import Installation, Tell, database_url, installation_in, opened
from services.kernel.data.db import Database
from services.kernel.settings import faults_of
from services.postgres import Cluster

_FORMAT: Final = 1


@asynccontextmanager
async def feedback_database(
    installation: Installation, cluster: Cluster, *, name: str | None = None
) -> AsyncIterator[Database]:
    """Yield the database of feedback in an embedded installation, or the one of another name in its cluster."""
    url = database_url(cluster, installation.keys, "feedback", name=name)
    database = Database(url, schema="feedback", pool_size=1)
    try:
        yield database
    finally:
        await database.close()


def write_copy(folder: Path, file: Path, *, tell: Tell) -> None:
    """Write the private keys of surveys into a file that only its owner may read, over the one that is there.

    An older copy would hold keys of surveys that have been released since. Raises: CannotRun.
    """
    copy = copy_of(folder)
    content = {
        "vipu_survey_keys": _FORMAT,
        "keys": {str(key_id): b64encode(key).decode() for key_id, key in copy.keys.items()},
        "destroyed": sorted(map(str, copy.destroyed)),
    }
    try:
        _write_over(file, json.dumps(content).encode())
    except OSError as error:
        message = f"{file} cannot be written: {error.strerror}."
        raise CannotRun(message) from error
    tell(f"Written: {file}. Who has it and a backup can read the answers of open surveys; never keep a second copy.")


def _write_over(file: Path, content: bytes) -> None:
    new = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as unfinished:
            unfinished.write(content)
            unfinished.flush()
            os.fsync(unfinished.fileno())
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)


def read_copy(file: Path) -> KeyCopy:
    """Return what `write_copy` has written. Raises: CannotRun."""
    try:
        content = json.loads(file.read_bytes())
        if content["vipu_survey_keys"] != _FORMAT:
            raise CannotRun(_no_copy(file))
        keys = {KeyId(UUID(key_id)): b64decode(key, validate=True) for key_id, key in content["keys"].items()}
        return KeyCopy(keys, frozenset(KeyId(UUID(key_id)) for key_id in content["destroyed"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CannotRun(_no_copy(file)) from error


def _no_copy(file: Path) -> str:
    return f"{file} is not a copy of survey keys that this version of Vipu can read."


async def restore_keys(database: Database, path: Path, copy: KeyCopy | None) -> int:
    """Bring the keys of the copy back, and close the unreleased surveys whose keys are still missing.

    It destroys no key, so that the database may still be given up: `finish_keys` does.
    Returns: the number of surveys that were closed without their answers.
    Raises: KeyDoesNotFit.
    """
    if copy is not None:
        await bring_keys_back(database, path, copy)
    return await close_missing(database, path)


async def finish_keys(database: Database, path: Path, copy: KeyCopy | None) -> None:
    """Destroy the keys that the copy or the database says are destroyed, and rewrite their tables."""
    if copy is not None:
        await asyncio.to_thread(destroy_as_in, path, copy)
    await finish_releases(database, KeyFolder(path))


def give_up_answers(data: Path | None, *, tell: Tell) -> None:
    """Close the unreleased surveys whose keys are missing, in production or (with `data`) in an embedded installation.

    Raises: CannotRun, also while a process serves the installation; EmbeddedError.
    """
    settings = _deployed() if data is None else None
    if settings is not None:
        tell(in_words(asyncio.run(_give_up_deployed(settings))))
        return
    installation = installation_in(data)
    installation.require()
    with opened(installation, tell=tell) as cluster, installation.alone():
        tell(in_words(asyncio.run(_give_up(installation, cluster))))


class _Deployment(BaseSettings):
    """The settings by which a process knows that it is one of a deployment. None of them has a default here."""

    model_config = SettingsConfigDict(
        env_prefix="VIPU_", extra="ignore", secrets_dir=FeedbackSettings.model_config.get("secrets_dir")
    )

    environment: str = ""
    feedback_database_url: SecretStr = SecretStr("")
    survey_keys: str = ""

    def is_one(self) -> bool:
        """Return whether a deployment's settings are here, be they complete or not."""
        is_named = bool(self.feedback_database_url.get_secret_value() or self.survey_keys)
        return self.environment == "production" or (is_named and not self.environment)


def _deployed() -> FeedbackSettings | None:
    """Return the settings of feedback in production; None where this process has none of them. Raises: CannotRun."""
    if not _Deployment().is_one():
        return None
    try:
        return FeedbackSettings()
    except ValidationError as failure:
        faults = faults_of(failure)
        message = f"The settings of feedback are not complete. {faults}. An embedded installation is named by --data."
        raise CannotRun(message) from failure


async def _give_up_deployed(settings: FeedbackSettings) -> int:
    if settings.survey_keys is None or not settings.survey_keys.is_dir():
        raise CannotRun("Name the folder of survey keys in VIPU_SURVEY_KEYS, as for `vipu work feedback`.")
    database = Database(settings.database_url.get_secret_value(), schema="feedback", pool_size=1)
    try:
        return await give_up_missing(database, settings.survey_keys)
    except KeysBeingMade as failure:
        raise CannotRun(str(failure)) from failure
    finally:
        await database.close()


async def _give_up(installation: Installation, cluster: Cluster) -> int:
    async with feedback_database(installation, cluster) as database:
        return await give_up_missing(database, installation.survey_keys)


def in_words(surveys: int) -> str:
    """Say how many surveys were closed without their answers."""
    if surveys == 0:
        return "No answers are lost."
    return f"{surveys} surveys were closed without their answers, because their keys are missing."
