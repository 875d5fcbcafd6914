"""The worker of a service, which runs its jobs and periodic tasks."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Final

import asyncpg
import structlog
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Job
from pgqueuer.domain.types import QueueExecutionMode

from services.kernel.background.jobs import queries_over, queue_settings
from services.kernel.background.upstream import UpstreamUnavailable
from services.kernel.data.advisory_locks import AdvisoryLocks
from services.kernel.data.outages import is_outage
from services.kernel.runtime import Handler, PeriodicTask, Runtime

log = structlog.get_logger()

MAX_ATTEMPTS: Final = 8
_PAUSE_SECONDS: Final = 2
_CONNECT_SECONDS: Final = 5
_CLOSE_SECONDS: Final = 0.5
_POLL_SECONDS: Final = 0.2
# The longest wait before a periodic task that has failed runs again.
_RETRY_SECONDS: Final = 60
_DEQUEUE_SECONDS: Final = 5
# A periodic task does less in a quarter of an hour, also after a long outage.
_STUCK_SECONDS: Final = 15 * 60
_BATCH: Final = 10
# The interval of tidying, retention and reconciling, which no other work waits for.
_RARE: Final = timedelta(hours=1)


class Worker:
    """The process or task that runs the jobs and periodic tasks of one service until it is stopped."""

    def __init__(
        self, runtime: Runtime, *, handlers: Mapping[str, Handler], periodic_tasks: Sequence[PeriodicTask]
    ) -> None:
        self._runtime, self._handlers, self._periodic_tasks = runtime, handlers, periodic_tasks
        self._stopping = asyncio.Event()
        self._locks = AdvisoryLocks(runtime.database)
        # When each periodic task that is running now began, on the clock of the loop.
        self._began_seconds: dict[str, float] = {}

    async def drain(self) -> None:
        """Run each periodic task once, but for hourly and rarer ones, then every queued job and the jobs they enqueue.

        A task whose upstream is unavailable is left out.
        """
        for task in (task for task in self._periodic_tasks if task.every < _RARE):
            with suppress(UpstreamUnavailable):
                await task.run(self._runtime)
        async with self._connected() as connection:
            await self._work(connection, QueueExecutionMode.drain)

    async def run(self) -> None:
        """Work until `stop`, and connect again when the database connection is lost.

        When it is cancelled, the running jobs are queued again.
        """
        try:
            async with asyncio.TaskGroup() as group:
                for task in self._periodic_tasks:
                    group.create_task(self._repeat(task))
                group.create_task(self._work_on())
        finally:
            await self._locks.close()

    def is_turning(self) -> bool:
        """Return whether every periodic task that is running now began lately enough not to be stuck."""
        now = asyncio.get_running_loop().time()
        return all(now - began <= _STUCK_SECONDS for began in self._began_seconds.values())

    def stop(self) -> None:
        """Finish the running jobs and start no more."""
        self._stopping.set()

    async def _work_on(self) -> None:
        while not self._stopping.is_set():
            try:
                async with self._connected() as connection:
                    await self._work(connection, QueueExecutionMode.continuous)
            except Exception as error:  # noqa: BLE001 - Otherwise the worker would go on without a queue.
                _warn("worker.disconnected", error)
                await self._pause(_PAUSE_SECONDS)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[asyncpg.Connection]:
        database = self._runtime.database
        connection = await asyncpg.connect(
            database.plain_url, server_settings=database.server_settings, timeout=_CONNECT_SECONDS
        )
        try:
            yield connection
        finally:
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await connection.close(timeout=_CLOSE_SECONDS)

    async def _work(self, connection: asyncpg.Connection, mode: QueueExecutionMode) -> None:
        """Run jobs until the worker is stopped. Raises ConnectionError at once when the connection is lost."""
        manager = self._manager(connection)
        working = asyncio.create_task(
            manager.run(mode=mode, dequeue_timeout=timedelta(seconds=_DEQUEUE_SECONDS), batch_size=_BATCH)
        )
        losing = asyncio.create_task(_loss_of(connection))
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({working, losing, stopping}, return_when=asyncio.FIRST_COMPLETED)
            manager.shutdown.set()
            await asyncio.wait({working, losing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            losing.cancel()
            stopping.cancel()
            is_lost = connection.is_closed()
            await _cancel(working, is_lost=is_lost)
        if is_lost:
            raise ConnectionError("the queue's connection is lost")
        await working

    def _manager(self, connection: asyncpg.Connection) -> QueueManager:
        schema = self._runtime.database.schema
        manager = QueueManager(queries_over(AsyncpgDriver(connection), schema), channel=queue_settings(schema).channel)
        for kind, handler in self._handlers.items():
            manager.entrypoint(kind, accepts_context=False, on_failure="hold")(self._guarded(kind, handler))
        return manager

    def _guarded(self, kind: str, handler: Handler) -> Callable[[Job], Awaitable[None]]:
        async def handle(job: Job) -> None:
            try:
                await handler(self._runtime, json.loads(job.payload or b"{}"))
            except asyncio.CancelledError as cancelled:
                # Pgqueuer would delete a cancelled job.
                raise RetryRequested(timedelta(0), reason="cancelled") from cancelled
            except Exception as error:
                log.warning("job.failed", kind=kind, attempt=job.attempts, reason=type(error).__name__)
                if job.attempts >= MAX_ATTEMPTS:
                    raise
                raise RetryRequested(timedelta(seconds=2**job.attempts), reason=type(error).__name__) from error

        return handle

    async def _repeat(self, task: PeriodicTask) -> None:
        while not self._stopping.is_set():
            pause = task.every.total_seconds()
            self._began_seconds[task.name] = asyncio.get_running_loop().time()
            try:
                await self._run_once(task)
            except Exception as error:  # noqa: BLE001 - It runs again later, and must not end the other tasks.
                _warn("periodic_task.failed", error, task=task.name)
                pause = min(pause, _RETRY_SECONDS)
            del self._began_seconds[task.name]
            await self._pause(pause)

    async def _run_once(self, task: PeriodicTask) -> None:
        """Run the task, unless another worker is running it."""
        async with self._locks.try_hold(task.name) as is_held:
            if is_held:
                await task.run(self._runtime)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)


def _warn(event: str, error: Exception, **values: str) -> None:
    """Log a failure: an outage by its reason alone, a bug with its trace."""
    if isinstance(error, UpstreamUnavailable):
        log.warning(event, **values, reason=str(error))
    elif is_outage(error):
        log.warning(event, **values, reason=type(error).__name__)
    else:
        log.warning(event, **values, reason=type(error).__name__, exc_info=error)


async def _loss_of(connection: asyncpg.Connection) -> None:
    """Wait until the connection is lost. It is polled, because its own listeners are not always notified."""
    while not connection.is_closed():  # noqa: ASYNC110 - There is no event to wait for; see above.
        await asyncio.sleep(_POLL_SECONDS)


async def _cancel(task: asyncio.Task[None], *, is_lost: bool) -> None:
    """End the task. After the first cancellation pgqueuer still waits for its jobs; the second one ends them.

    Without a connection pgqueuer may go on trying to store the states of its jobs. Then this function stops waiting.
    """
    waits = (0.1, 0.2, 0.1) if is_lost else (0.1, *([0.5] * 20))
    for patience in waits:
        if task.done():
            break
        task.cancel()
        await asyncio.wait({task}, timeout=patience)
    task.add_done_callback(_retrieve_exception)


def _retrieve_exception(task: asyncio.Task[None]) -> None:
    """Retrieve the task's exception, so that asyncio does not log it; `await` still raises it."""
    if not task.cancelled():
        task.exception()
