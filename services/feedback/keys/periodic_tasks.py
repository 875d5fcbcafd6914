"""Periodic tasks of keys."""

from datetime import timedelta
from typing import Final

from services.feedback.settings import FeedbackSettings
from services.kernel.clock import utc_now
from services.kernel.runtime import PeriodicTask, Runtime

from . import service


async def _make_keys(runtime: Runtime) -> None:
    assert isinstance(runtime.settings, FeedbackSettings)
    await service.make_keys(runtime.database, runtime.settings.survey_keys)


async def _destroy_unknown(runtime: Runtime) -> None:
    assert isinstance(runtime.settings, FeedbackSettings)
    await service.destroy_unknown(runtime.database, runtime.settings.survey_keys, now=utc_now())


DESTROY_UNKNOWN: Final = PeriodicTask("destroy-unknown-survey-keys", timedelta(hours=1), _destroy_unknown)
MAKE_KEYS: Final = PeriodicTask("make-survey-keys", timedelta(seconds=10), _make_keys)
