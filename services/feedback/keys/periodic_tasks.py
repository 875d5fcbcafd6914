"""Periodic tasks of keys."""

from datetime import timedelta
from typing import Final

from services.feedback.settings import FeedbackSettings
from services.kernel.runtime import PeriodicTask, Runtime

from . import service


async def _make_keys(runtime: Runtime) -> None:
    assert isinstance(runtime.settings, FeedbackSettings)
    await service.make_keys(runtime.database, runtime.settings.survey_keys)


MAKE_KEYS: Final = PeriodicTask("make-survey-keys", timedelta(seconds=10), _make_keys)
