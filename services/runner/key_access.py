"""Access to the private keys of surveys: the worker of feedback needs it, a process that serves must not have it."""

import asyncio
import os
from pathlib import Path

from services.feedback.keys import service as keys
from services.feedback.keys.errors import KeyFolderMissing
from services.feedback.settings import FeedbackSettings
from services.installation.errors import CannotRun
from services.installation.installation import Installation
from services.installation.survey_keys import feedback_database
from services.kernel.data.db import Database
from services.kernel.settings import CoreSettings
from services.postgres import Cluster


def refuse_survey_keys(settings: CoreSettings) -> None:
    """Raise CannotRun where a process that serves feedback could read the private keys of surveys."""
    folder = settings.survey_keys if isinstance(settings, FeedbackSettings) else None
    # Who may only enter the folder can still read its files: the database knows their names.
    if folder is not None and (os.access(folder, os.R_OK) or os.access(folder, os.X_OK)):
        message = (
            f"The folder of survey keys {folder} can be read here. A process that takes answers must not open them: "
            "leave VIPU_SURVEY_KEYS and its folder to `vipu work feedback` alone."
        )
        raise CannotRun(message)


async def require_survey_keys(settings: CoreSettings, database: Database) -> None:
    """Raise CannotRun where the worker of feedback lacks the folder of survey keys that its database needs."""
    if not isinstance(settings, FeedbackSettings):
        return
    _require_writable(settings.survey_keys)
    try:
        await keys.require_folder(database, settings.survey_keys)
    except KeyFolderMissing as failure:
        raise CannotRun(str(failure)) from failure


def _require_writable(folder: Path | None) -> None:
    if folder is not None and folder.is_dir() and not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        message = (
            f"The folder of survey keys {folder} cannot be written. The worker of feedback makes and deletes keys."
        )
        raise CannotRun(message)


def require_survey_keys_of(installation: Installation, cluster: Cluster) -> None:
    """Do the same for an embedded installation, whose process both takes and opens answers. Raises CannotRun."""

    async def require() -> None:
        async with feedback_database(installation, cluster) as database:
            await keys.require_folder(database, installation.survey_keys)

    _require_writable(installation.survey_keys)
    try:
        asyncio.run(require())
    except KeyFolderMissing as failure:
        raise CannotRun(str(failure)) from failure
