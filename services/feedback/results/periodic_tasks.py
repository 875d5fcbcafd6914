"""Periodic tasks of results."""

from datetime import timedelta
from typing import Final

from services.kernel.runtime import PeriodicTask, Runtime

from . import service


async def _release_remaining(runtime: Runtime) -> None:
    await service.release_remaining(runtime.database)


RELEASE_REMAINING: Final = PeriodicTask("release-surveys", timedelta(minutes=10), _release_remaining)
