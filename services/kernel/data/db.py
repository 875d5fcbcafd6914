"""Three kinds of sessions: `Transaction` commits before the answer is sent; `Reading` and `Snapshot` cannot write.

`Reading` is for single statements. All statements of a `Snapshot` see one state: it is for figures that are compared
with each other or suppressed by each other.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import datetime
from typing import Annotated, ClassVar, Final, TypeVar
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy import DateTime, MetaData, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from services.kernel.audit.recorder import Recorder
from services.kernel.data.tables import NAMING
from services.kernel.security.auth import Caller
from services.kernel.time_limits import OF_LONG_WORK, set_time_limits
from services.kernel.turns import Turns
from services.kernel.web import idempotency
from services.kernel.web.idempotency import Claim

# Each further connection that waits for the same row makes its changes slower.
_SHARED_CONNECTIONS: Final = 2
_AUDIT_CONNECTIONS: Final = 1
# Long work has connections of its own, so that it takes none from requests.
_LONG_CONNECTIONS: Final = 3
# In a burst, requests wait for a connection. A request that gets none within this time is answered with 503, before its
# caller gives up; long work waits for its turn.
_WAIT_SECONDS: Final = 4
_LONG_WAIT_SECONDS: Final = 600
# Transactions of requests about one resource, which wait for its lock anyway: while it stays locked, the others of the
# pool are left to requests about other resources.
_AT_ONE_RESOURCE: Final = 2
_CONNECT_SECONDS: Final = 4

Result = TypeVar("Result")
# SQLSTATE of a transaction that fails because another one has changed the same rows.
_SERIALIZATION_FAILURE: Final = "40001"
_ATTEMPTS: Final = 5


class Model(DeclarativeBase):
    """The class from which each service derives its own `Base`, with its own metadata."""

    __abstract__ = True
    type_annotation_map: ClassVar[dict[object, object]] = {
        datetime: DateTime(timezone=True),
        UUID: Uuid(),
        dict[str, str]: JSONB(),
        list[str]: JSONB(),
    }


def new_metadata() -> MetaData:
    """Make metadata with the naming convention of constraints."""
    return MetaData(naming_convention=NAMING)


class Database:
    """The schema of one service and its pools of connections, which use the service's own role.

    `url` is a plain `postgresql://` address. `schema` is the first of the search path.
    """

    def __init__(self, url: str, *, schema: str, pool_size: int = 6) -> None:
        self.schema = schema
        self.plain_url = url
        self.turns = Turns(at_once=_AT_ONE_RESOURCE, wait_seconds=_WAIT_SECONDS)
        self.server_settings = {"search_path": f"{schema},public", "application_name": f"vipu-{schema}", "jit": "off"}
        self.writer = _engine(url, pool_size, self.server_settings)
        self.shared_writer = _engine(url, _SHARED_CONNECTIONS, self.server_settings)
        self.long_writer = _engine(url, _LONG_CONNECTIONS, self.server_settings, wait_seconds=_LONG_WAIT_SECONDS)
        self.reader = _engine(url, pool_size, {**self.server_settings, "default_transaction_read_only": "on"})
        # A request holds a connection of another pool while its audit entry is written, so this pool must be apart.
        self.auditor = _engine(url, _AUDIT_CONNECTIONS, self.server_settings)
        self.recorder = Recorder(self.auditor, schema)
        self._writing = async_sessionmaker(self.writer, expire_on_commit=False, autoflush=False)
        self._writing_shared = async_sessionmaker(self.shared_writer, expire_on_commit=False, autoflush=False)
        self._writing_long = async_sessionmaker(self.long_writer, expire_on_commit=False, autoflush=False)
        self._repeatable = async_sessionmaker(
            self.long_writer.execution_options(isolation_level="REPEATABLE READ"),
            expire_on_commit=False,
            autoflush=False,
        )
        self._snapshots = async_sessionmaker(
            self.reader.execution_options(isolation_level="REPEATABLE READ"), expire_on_commit=False, autoflush=False
        )
        # Each statement is a transaction of its own, so frequent reads send no BEGIN and no ROLLBACK.
        self._reading = async_sessionmaker(
            self.reader.execution_options(isolation_level="AUTOCOMMIT"), expire_on_commit=False, autoflush=False
        )

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Yield a session whose work is committed at the end, or rolled back by an exception."""
        async with self._writing() as session, session.begin():
            yield session

    @asynccontextmanager
    async def shared_transaction(self) -> AsyncIterator[AsyncSession]:
        """Yield a session for a batch of many callers' work, committed at the end or rolled back by an exception.

        It uses a small pool of its own, so that a burst of batches leaves the other connections free.
        """
        async with self._writing_shared() as session, session.begin():
            yield session

    @asynccontextmanager
    async def long_transaction(self) -> AsyncIterator[AsyncSession]:
        """Yield a session for work of minutes, committed at the end or rolled back by an exception.

        It has the time limits of long work and a small pool of its own. Requires: no request waits for the work.
        """
        async with self._writing_long() as session, session.begin():
            await set_time_limits(session, OF_LONG_WORK)
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Yield a session in which PostgreSQL refuses every write."""
        async with self._reading() as session:
            yield session

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncSession]:
        """Yield a session whose statements all see the state at the first one; PostgreSQL refuses every write."""
        async with self._snapshots() as session:
            yield session

    async def repeatable(self, work: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
        """Run long work in one transaction at the isolation level repeatable read. Returns its result.

        Where another transaction has changed the same rows, the work is rolled back and run again on the newer state,
        five times in all. Raises: DBAPIError (SQLSTATE 40001, the last time).
        """
        for _ in range(_ATTEMPTS - 1):
            try:
                return await self._repeatable_once(work)
            except DBAPIError as failure:
                if getattr(failure.orig, "sqlstate", None) != _SERIALIZATION_FAILURE:
                    raise
        return await self._repeatable_once(work)

    async def _repeatable_once(self, work: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
        async with self._repeatable() as session, session.begin():
            await set_time_limits(session, OF_LONG_WORK)
            return await work(session)

    @property
    def engines(self) -> tuple[AsyncEngine, ...]:
        """All engines, each with a pool of its own."""
        return self.writer, self.shared_writer, self.long_writer, self.reader, self.auditor

    async def close(self) -> None:
        """Close all connections."""
        for engine in self.engines:
            await engine.dispose()


def _engine(
    url: str, pool_size: int, server_settings: dict[str, str], *, wait_seconds: int = _WAIT_SECONDS
) -> AsyncEngine:
    return create_async_engine(
        url.replace("postgresql://", "postgresql+asyncpg://", 1),
        hide_parameters=True,  # They may be person data, and errors are logged.
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=wait_seconds,
        pool_recycle=1800,
        connect_args={"server_settings": server_settings, "timeout": _CONNECT_SECONDS},
    )


def database_of(request: Request) -> Database:
    """Return the database of the service that serves this request."""
    database: Database = request.app.state.runtime.database
    return database


async def service_database(request: Request) -> Database:
    """Return the database, for a route that opens several sessions. FastAPI would run `database_of` in a thread."""
    return database_of(request)


async def open_transaction(request: Request, caller: Caller) -> AsyncIterator[AsyncSession]:
    """Open the request's transaction, and handle its Idempotency-Key inside the same transaction."""
    database = database_of(request)
    async with _turn_of(request, database), database.transaction() as session:
        claim = await idempotency.claim(request, session, principal=caller)
        yield session
        await idempotency.keep(request, session, claim)


def _turn_of(request: Request, database: Database) -> AbstractAsyncContextManager[None]:
    """Return the turn at the resource that the path names first, if it names one."""
    resource = next(iter(request.path_params.values()), None)
    return nullcontext() if resource is None else database.turns.take(str(resource))


async def open_unstored_transaction(request: Request) -> AsyncIterator[AsyncSession]:
    """Open the request's transaction and ignore its Idempotency-Key, for a route whose response may not be stored."""
    async with database_of(request).transaction() as session:
        yield session


async def read_claim(request: Request, caller: Caller) -> Claim | None:
    """Read the request's Idempotency-Key, for a route that claims it in a transaction of its own. Raises BadRequest."""
    return await idempotency.read_claim(request, principal=caller)


async def open_reading(request: Request) -> AsyncIterator[AsyncSession]:
    """Open the request's read-only session."""
    async with database_of(request).reading() as session:
        yield session


async def open_snapshot(request: Request) -> AsyncIterator[AsyncSession]:
    """Open the request's read-only session that sees one state."""
    async with database_of(request).snapshot() as session:
        yield session


# `scope="function"` ends the dependency, and with it the transaction, before the answer is sent.
ServiceDatabase = Annotated[Database, Depends(service_database)]
Transaction = Annotated[AsyncSession, Depends(open_transaction, scope="function")]
UnstoredTransaction = Annotated[AsyncSession, Depends(open_unstored_transaction, scope="function")]
KeyClaim = Annotated[Claim | None, Depends(read_claim)]
Reading = Annotated[AsyncSession, Depends(open_reading, scope="function")]
Snapshot = Annotated[AsyncSession, Depends(open_snapshot, scope="function")]
