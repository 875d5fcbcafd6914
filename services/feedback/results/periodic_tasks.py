"""Periodic tasks of results."""

from datetime import timedelta
from typing import Final

from services.feedback.settings import FeedbackSettings
from services.kernel.runtime import PeriodicTask, Runtime

from . import service


async def _release_remaining(runtime: Runtime) -> None:
    assert isinstance(runtime.settings, FeedbackSettings)
    await service.release_remaining(runtime.database, runtime.settings.survey_keys)


RELEASE_REMAINING: Final = PeriodicTask("release-surveys", timedelta(minutes=1), _release_remaining)
