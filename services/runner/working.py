"""The jobs and periodic tasks of storing services, until a stop."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import structlog

from services.kernel.background.worker import Worker
from services.runner import liveness

log = structlog.get_logger()

# Interrupted work is done again: delivery is at least once.
_DRAIN_SECONDS = 5
_PAUSE_SECONDS = 2


async def work_until(
    stopping: asyncio.Event, new_worker: Callable[[], Worker], *, liveness_file: Path | None = None
) -> None:
    """Work until `stopping` is set, then let running jobs end. A worker that breaks down is replaced.

    The file is touched as long as the worker turns.
    """
    while not stopping.is_set():
        worker = new_worker()
        working = asyncio.create_task(worker.run())
        waiting = asyncio.create_task(stopping.wait())
        living = asyncio.create_task(_give_signs_of_life(worker, liveness_file))
        await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        living.cancel()
        worker.stop()
        done, _ = await asyncio.wait({working}, timeout=_DRAIN_SECONDS)
        if not done:
            log.info("worker.cut", seconds=_DRAIN_SECONDS)
            working.cancel()
            _, left = await asyncio.wait({working}, timeout=_DRAIN_SECONDS)
            if left:
                log.error("worker.not_ended", seconds=_DRAIN_SECONDS)
                return
        if not stopping.is_set():
            reason = None if working.cancelled() else working.exception()
            log.error("worker.broken", exc_info=reason)
            await asyncio.sleep(_PAUSE_SECONDS)


async def _give_signs_of_life(worker: Worker, file: Path | None) -> None:
    while file is not None:
        if worker.is_turning():
            with suppress(OSError):
                liveness.touch(file)
        await asyncio.sleep(liveness.TOUCH_SECONDS)
