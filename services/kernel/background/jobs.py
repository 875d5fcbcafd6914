"""Jobs: a small interface to pgqueuer. A job is enqueued through the session, so that a rollback removes it.

A job is run at least once: handlers are idempotent, short and async.
"""

import asyncio
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Self

from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder, QuerySchedulerBuilder
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.tm import TaskManager
from pgqueuer.domain.settings import DBSettings
from pgqueuer.domain.types import Channel
from pgqueuer.ports.driver import Driver, NotifyCallback
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.clock import utc_now

Payload = Mapping[str, str | int | None]


def queue_settings(schema: str) -> DBSettings:
    """Return the schema and the channel of a service's queue. Channels are shared by all schemas of a database."""
    return DBSettings(db_schema=schema, channel=Channel(f"vipu_{schema}_jobs"))


def queries_over(driver: Driver, schema: str) -> Queries:
    """Return pgqueuer's queries for the schema of one service."""
    settings = queue_settings(schema)
    return Queries(
        driver, QueryBuilderEnvironment(settings), QueryQueueBuilder(settings), QuerySchedulerBuilder(settings)
    )


class SessionDriver(Driver):
    """A driver that runs pgqueuer's SQL on the connection of the session.

    On the raw driver connection a job would survive a rollback, because SQLAlchemy sends BEGIN lazily.
    """

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        """Run the query and return its rows."""
        connection = await self._session.connection()
        result = await connection.exec_driver_sql(query, tuple(args))
        return [dict(row) for row in result.mappings()] if result.returns_rows else []

    async def execute(self, query: str, *args: object) -> str:
        """Run the query for its effect."""
        connection = await self._session.connection()
        await connection.exec_driver_sql(query, tuple(args))
        return ""

    async def add_listener(self, channel: str, callback: NotifyCallback) -> None:
        """Refuse to listen. Raises TypeError."""
        raise TypeError("a session does not listen")

    async def notify(self, channel: str, payload: str) -> None:
        """Send a notification when the transaction commits."""
        await self._session.execute(
            text("SELECT pg_notify(:channel, :payload)"), {"channel": channel, "payload": payload}
        )

    @property
    def shutdown(self) -> asyncio.Event:
        """An event that is never set, because the session ends with its request."""
        return asyncio.Event()

    @property
    def tm(self) -> TaskManager:
        """A manager without tasks."""
        return TaskManager()

    async def __aenter__(self) -> Self:
        """Return the driver of a session that is open already."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Leave the session open; its owner closes it."""


async def enqueue(
    session: AsyncSession, kind: str, payload: Payload, *, run_at: datetime | None = None, dedupe_key: str | None = None
) -> None:
    """Enqueue a job that runs after the transaction has committed and not before `run_at`.

    A job with the `dedupe_key` of a job that has not ended is not enqueued.
    Requires: a payload of ids only, because operators read the queue.
    """
    schema = await _schema_of(session)
    delay = max(run_at - utc_now(), timedelta(0)) if run_at else None
    await queries_over(SessionDriver(session), schema).enqueue(
        kind, json.dumps(payload).encode(), execute_after=delay, dedupe_key=dedupe_key, on_conflict="skip"
    )


async def _schema_of(session: AsyncSession) -> str:
    connection = await session.connection()
    schema = connection.info.get("vipu_schema")
    if schema is None:
        schema = connection.info["vipu_schema"] = await session.scalar(text("SELECT current_schema()"))
    return str(schema)
