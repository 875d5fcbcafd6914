"""Periodic tasks of answers."""

from datetime import timedelta
from typing import Final

from services.kernel.runtime import PeriodicTask, Runtime

from . import closing


async def _close_due(runtime: Runtime) -> None:
    await closing.close_due_surveys(runtime.database)


CLOSE_DUE: Final = PeriodicTask("close-surveys", timedelta(seconds=30), _close_due)
