"""Periodic tasks of surveys."""

from datetime import timedelta
from typing import Final

from services.kernel.runtime import PeriodicTask, Runtime

from . import service


async def _close_due(runtime: Runtime) -> None:
    await service.close_due_surveys(runtime.database)


CLOSE_DUE: Final = PeriodicTask("close-surveys", timedelta(seconds=30), _close_due)
