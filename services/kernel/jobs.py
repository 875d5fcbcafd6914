"""Background work: one narrow port over pgqueuer, enqueued through the session so a rollback takes it back.

Delivery is at least once: handlers are idempotent, short and async.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

import asyncpg
import structlog
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder, QuerySchedulerBuilder
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.qm import QueueManager
from pgqueuer.core.tm import TaskManager
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Job
from pgqueuer.domain.settings import DBSettings
from pgqueuer.domain.types import Channel, QueueExecutionMode
from pgqueuer.ports.driver import Driver, NotifyCallback
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.clock import utc_now
from services.kernel.leases import Leases

if TYPE_CHECKING:
    from services.kernel.runtime import Runtime

log = structlog.get_logger()

MAX_ATTEMPTS = 8
Payload = Mapping[str, str | int | None]
Handler = Callable[["Runtime", Payload], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Sweep:
    """Work that is due again and again, done by one worker at a time."""

    name: str
    every: timedelta
    run: Callable[["Runtime"], Awaitable[None]]


def queue_settings(schema: str) -> DBSettings:
    """Where a service's queue lives. The channel is named after it: channels belong to the whole database."""
    return DBSettings(db_schema=schema, channel=Channel(f"vipu_{schema}_jobs"))


def queries_over(driver: Driver, schema: str) -> Queries:
    """Pgqueuer's queries for one service's schema."""
    settings = queue_settings(schema)
    return Queries(
        driver, QueryBuilderEnvironment(settings), QueryQueueBuilder(settings), QuerySchedulerBuilder(settings)
    )


class SessionDriver(Driver):
    """Runs pgqueuer's SQL on the session's own connection.

    The raw driver connection would leak a job past a rollback, because SQLAlchemy sends BEGIN lazily.
    """

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        """Rows of the query."""
        connection = await self._session.connection()
        result = await connection.exec_driver_sql(query, tuple(args))
        return [dict(row) for row in result.mappings()] if result.returns_rows else []

    async def execute(self, query: str, *args: object) -> str:
        """Run the query for its effect."""
        connection = await self._session.connection()
        await connection.exec_driver_sql(query, tuple(args))
        return ""

    async def add_listener(self, channel: str, callback: NotifyCallback) -> None:
        """A session does not listen."""
        raise TypeError("a session does not listen")

    async def notify(self, channel: str, payload: str) -> None:
        """Send a notification when the transaction commits."""
        await self._session.execute(
            text("SELECT pg_notify(:channel, :payload)"), {"channel": channel, "payload": payload}
        )

    @property
    def shutdown(self) -> asyncio.Event:
        """Never set: the session ends with its request."""
        return asyncio.Event()

    @property
    def tm(self) -> TaskManager:
        """No background tasks."""
        return TaskManager()

    async def __aenter__(self) -> Self:
        """The session is open already."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """The session's owner closes it."""


async def enqueue(
    session: AsyncSession, kind: str, payload: Payload, *, run_at: datetime | None = None, dedupe_key: str | None = None
) -> None:
    """Have the work done after this transaction commits, not before `run_at`; once per live `dedupe_key`.

    The payload holds ids only: queues are read by operators.
    """
    schema = await _schema_of(session)
    delay = max(run_at - utc_now(), timedelta(0)) if run_at else None
    await queries_over(SessionDriver(session), schema).enqueue(
        kind, json.dumps(payload).encode(), execute_after=delay, dedupe_key=dedupe_key, on_conflict="skip"
    )


async def _schema_of(session: AsyncSession) -> str:
    connection = await session.connection()
    known = connection.info.get("vipu_schema")
    if known is None:
        known = connection.info["vipu_schema"] = await session.scalar(text("SELECT current_schema()"))
    return str(known)


class Worker:
    """Does one service's jobs and sweeps until stopped."""

    def __init__(self, runtime: "Runtime", *, handlers: Mapping[str, Handler], sweeps: Sequence[Sweep]) -> None:
        self._runtime, self._handlers, self._sweeps = runtime, handlers, sweeps
        self._managers: list[QueueManager] = []
        self._stopping = asyncio.Event()
        self._leases = Leases(runtime.database)

    async def drain(self) -> None:
        """Do what is due now, sweeps first, then every queued job and what it enqueues."""
        for sweep in self._sweeps:
            await sweep.run(self._runtime)
        await self._work(QueueExecutionMode.drain)

    async def run(self) -> None:
        """Work until `stop`; a lost database connection is tried again."""
        try:
            async with asyncio.TaskGroup() as group:
                for sweep in self._sweeps:
                    group.create_task(self._repeat(sweep))
                group.create_task(self._work_on())
        finally:
            await self._leases.close()

    def stop(self) -> None:
        """Let running jobs end, take no more."""
        self._stopping.set()
        for manager in self._managers:
            manager.shutdown.set()

    async def _work_on(self) -> None:
        while not self._stopping.is_set():
            try:
                await self._work(QueueExecutionMode.continuous)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("worker.disconnected", reason=type(error).__name__)
                await self._pause(2)

    async def _work(self, mode: QueueExecutionMode) -> None:
        async with AsyncExitStack() as stack:
            connection = await asyncpg.connect(
                self._runtime.database.plain_url, server_settings=self._runtime.database.server_settings
            )
            stack.push_async_callback(connection.close)
            manager = QueueManager(
                queries_over(AsyncpgDriver(connection), self._runtime.database.schema),
                channel=queue_settings(self._runtime.database.schema).channel,
            )
            self._managers = [manager]
            for kind, handler in self._handlers.items():
                manager.entrypoint(kind, accepts_context=False, on_failure="hold")(self._guarded(kind, handler))
            await manager.run(mode=mode, dequeue_timeout=timedelta(seconds=5), batch_size=10)

    def _guarded(self, kind: str, handler: Handler) -> Callable[[Job], Awaitable[None]]:
        async def handle(job: Job) -> None:
            try:
                await handler(self._runtime, json.loads(job.payload or b"{}"))
            except Exception as error:
                log.warning("job.failed", kind=kind, attempt=job.attempts, reason=type(error).__name__)
                if job.attempts >= MAX_ATTEMPTS:
                    raise
                raise RetryRequested(timedelta(seconds=2**job.attempts), reason=type(error).__name__) from error

        return handle

    async def _repeat(self, sweep: Sweep) -> None:
        while not self._stopping.is_set():
            try:
                await self._sweep_alone(sweep)
            except Exception as error:  # A sweep that fails once is due again; it must not end its siblings.
                log.warning("sweep.failed", sweep=sweep.name, reason=type(error).__name__, exc_info=error)
            await self._pause(sweep.every.total_seconds())

    async def _sweep_alone(self, sweep: Sweep) -> None:
        async with self._leases.alone(sweep.name) as alone:
            if alone:
                await sweep.run(self._runtime)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
