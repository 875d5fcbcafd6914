"""Periodic tasks of answers."""

from datetime import timedelta
from typing import Final

from services.kernel.runtime import PeriodicTask, Runtime

from . import closing, following


async def _close_due(runtime: Runtime) -> None:
    await closing.close_due_surveys(runtime.database)


async def _follow_events(runtime: Runtime) -> None:
    await following.follow_events(runtime.database)


CLOSE_DUE: Final = PeriodicTask("close-surveys", timedelta(seconds=30), _close_due)
FOLLOW_EVENTS: Final = PeriodicTask("follow-events", timedelta(seconds=30), _follow_events)
