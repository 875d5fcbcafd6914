"""The writer of the audit of one process: entries that wait together are one INSERT, on a connection of their own."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import ARRAY, Column, Insert, Integer, Text, Uuid, bindparam, func, insert, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from services.contracts.words import Phrase
from services.kernel.security.auth import ANONYMOUS_SUBJECT
from services.kernel.web.errors import Unavailable

from .tables import audit_tables
from .terms import AuditAction, AuditOutcome

log = structlog.get_logger()

# A request waits at most twice as long for its entry: for the INSERT before its own, and for its own.
_WRITE_SECONDS: Final = 5.0
# Callers without a token are unknown and without limit, and could fill the disk.
UNKNOWN_CALLERS_A_MINUTE: Final = 600
_MINUTE_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """One recorded request. It has ids, and no names or addresses."""

    subject: str
    grants: str
    coordination_id: UUID | None
    action: AuditAction
    noun: str
    ids: Sequence[UUID]
    method: str
    route: str
    request_id: UUID
    outcome: AuditOutcome
    # The number of requests that it stands for; more than one only for unknown callers.
    times: int = 1


@dataclass(slots=True)
class _Batch:
    entries: list[Entry] = field(default_factory=list)
    is_written: bool = False
    has_failed: bool = False


class Recorder:
    """The writer of the audit of one service in this process."""

    def __init__(self, engine: AsyncEngine, service: str) -> None:
        """Set up the writer. It needs one connection at a time of the engine, whose statements commit at once."""
        self._engine, self._service = engine.execution_options(isolation_level="AUTOCOMMIT"), service
        self._writing = asyncio.Lock()
        self._next = _Batch()
        self._unknown_callers = _Allowance()

    async def write(self, entry: Entry) -> None:
        """Write the entry; it is committed when this returns. Raises Unavailable.

        The first of the entries that wait writes them all. Of those of unknown callers only a number is written each
        minute; the next one says how many it stands for.
        """
        if entry.subject == ANONYMOUS_SUBJECT:
            times = self._unknown_callers.take()
            if not times:
                return
            entry = replace(entry, times=times)
        batch = self._next
        batch.entries.append(entry)
        async with self._writing:
            if not batch.is_written and not batch.has_failed:
                self._next = _Batch()
                await self._write_all(batch)
        if batch.has_failed:
            raise Unavailable(Phrase("details.audit-not-written"), headers={"Retry-After": "5"})

    async def _write_all(self, batch: _Batch) -> None:
        # Until it is written: a cancelled INSERT is as good as none.
        batch.has_failed = True
        rows = [asdict(entry) for entry in batch.entries]
        try:
            async with asyncio.timeout(_WRITE_SECONDS), self._engine.connect() as connection:
                await connection.execute(_insert_entries(self._service), {"rows": [_as_json(row) for row in rows]})
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.error("audit.not_written", entries=len(rows), reason=type(error).__name__)  # noqa: TRY400 - An outage has no trace.
        else:
            batch.has_failed, batch.is_written = False, True


def _as_json(row: dict[str, object]) -> dict[str, object]:
    return {name: _storable(value) for name, value in row.items()}


def _storable(value: object) -> object:
    """Return the value as JSON that PostgreSQL stores, whatever a token's issuer wrote into its subject."""
    match value:
        case int() | None:
            return value
        case list() | tuple():
            return [str(each) for each in value]
        case _:
            return str(value).replace("\x00", "").encode("utf-8", "replace").decode()


@cache
def _insert_entries(service: str) -> Insert:
    columns = [
        *(Column(name, Text) for name in ("subject", "grants", "action", "noun", "method", "route", "outcome")),
        *(Column(name, Uuid) for name in ("coordination_id", "request_id")),
        Column("ids", ARRAY(Uuid)),
        Column("times", Integer),
    ]
    rows = func.jsonb_to_recordset(bindparam("rows", type_=JSONB)).table_valued(*columns)
    source = rows.render_derived(name="given", with_types=True)
    names = [column.name for column in columns]
    return insert(audit_tables(service).entries).from_select(names, select(*source.c), include_defaults=False)


class _Allowance:
    """The entries for unknown callers that this process may still write in the running minute."""

    def __init__(self) -> None:
        self._minute, self._taken, self._omitted = 0, 0, 0

    def take(self) -> int:
        """Return how many requests the entry stands for, or 0 where none may be written now."""
        minute = int(time.monotonic() // _MINUTE_SECONDS)
        if minute != self._minute:
            self._minute, self._taken = minute, 0
        if self._taken >= UNKNOWN_CALLERS_A_MINUTE:
            self._omitted += 1
            return 0
        self._taken += 1
        times, self._omitted = 1 + self._omitted, 0
        return times
