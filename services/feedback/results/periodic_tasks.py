"""Sweeps of results."""

from datetime import timedelta
from typing import Final

from services.kernel.runtime import PeriodicTask, Runtime

from . import service


async def _release_left(runtime: Runtime) -> None:
    await service.release_left(runtime.database)


RELEASE_LEFT: Final = PeriodicTask("release-surveys", timedelta(minutes=10), _release_left)
