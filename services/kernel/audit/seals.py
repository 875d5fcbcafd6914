"""Seals: each minute the new entries of the audit are hashed in an order under which no late commit can slip."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

import structlog
from sqlalchemy import func, insert, select, text, tuple_
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.data.db import Database

from .tables import AuditTables, audit_tables

log = structlog.get_logger()

HASH_BYTES: Final = 32
# What the first seal has as the hash of the seal before it.
NO_SEAL: Final = bytes(HASH_BYTES)
# Hashing them blocks the other work of the process for some milliseconds.
_ENTRIES_A_SEAL: Final = 1000
# All that an entry says. Its id stands beside its hash in the seal, so that a moved entry is recognised.
HASHED: Final = (
    "recorded_at",
    "transaction",
    "cluster",
    "subject",
    "grants",
    "coordination_id",
    "action",
    "noun",
    "ids",
    "method",
    "route",
    "request_id",
    "outcome",
    "times",
)
# Without the index's first column, it would read all entries.
_CLUSTERS: Final = """
WITH RECURSIVE found AS (
  SELECT min(cluster) AS cluster FROM {schema}.entries
  UNION ALL
  SELECT (SELECT min(cluster) FROM {schema}.entries e WHERE e.cluster > found.cluster) FROM found
  WHERE found.cluster IS NOT NULL
)
SELECT cluster FROM found WHERE cluster IS NOT NULL
"""
# Every transaction below it has ended, so no entry of one can be committed any more.
HORIZON: Final = """
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS transaction,
       (pg_control_system()).system_identifier AS cluster
"""


@dataclass(frozen=True, slots=True)
class Seal:
    """The ids and hashes of entries in their order, chained to the seal before."""

    number: int
    sealed_at: datetime
    cluster: int
    last_transaction: int
    last_id: int
    entry_ids: Sequence[int]
    entry_hashes: bytes
    previous: bytes

    def digest(self) -> bytes:
        """Return the hash of everything that the seal says."""
        head = [self.number, _microseconds(self.sealed_at), self.cluster, self.last_transaction, self.last_id]
        body = json.dumps([*head, list(self.entry_ids)], separators=(",", ":")).encode()
        return sha256(b"\n".join([self.previous.hex().encode(), body, self.entry_hashes.hex().encode()])).digest()

    def hashes(self) -> dict[int, bytes]:
        """Return the hash of each entry, by its id."""
        parts = range(0, len(self.entry_hashes), HASH_BYTES)
        return dict(zip(self.entry_ids, (self.entry_hashes[at : at + HASH_BYTES] for at in parts), strict=False))


def entry_hash(entry: Mapping[str, object]) -> bytes:
    """Return the hash of what an entry says, without its id. Requires: the members of `HASHED`."""
    said = [_plain(entry[name]) for name in HASHED]
    return sha256(json.dumps(said, ensure_ascii=True, separators=(",", ":")).encode()).digest()


def _plain(value: object) -> object:
    match value:
        case datetime():
            return _microseconds(value)
        case list() | tuple():
            return [str(each) for each in value]
        case None | int():
            return value
        case _:
            return str(value)


def _microseconds(instant: datetime) -> str:
    """Return the instant in UTC to the microsecond, as PostgreSQL stores it, whatever the zone of the connection."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest seal: its number and hash; 0 and zeros where there is none."""

    number: int
    hash: bytes


async def seal_new_entries(database: Database) -> Newest:
    """Seal all entries whose transactions have ended, and log the newest seal's hash. Returns the newest seal.

    The logged hash is what later shows that the last seals were removed, or that all were made anew.
    Requires: one caller at a time; a second one fails on the number of its seal.
    """
    tables, sealed = audit_tables(database.schema), True
    while sealed:
        async with database.transaction() as session:
            sealed = await _seal_some(session, tables)
    async with database.reading() as session:
        newest = await _newest(session, tables)
    log.info("audit.sealed", service=database.schema, seal=newest.number, hash=newest.hash.hex())
    return newest


async def _seal_some(session: AsyncSession, tables: AuditTables) -> bool:
    """Write a seal over the next entries of one cluster. Returns whether there were any."""
    horizon = (await session.execute(text(HORIZON))).one()
    for cluster in await session.scalars(text(_CLUSTERS.format(schema=tables.entries.schema))):
        below = horizon.transaction if cluster == horizon.cluster else None
        if rows := await _unsealed(session, tables, cluster, below=below):
            await _write_seal(session, tables, rows)
            return True
    return False


async def _unsealed(
    session: AsyncSession, tables: AuditTables, cluster: int, *, below: int | None
) -> Sequence[RowMapping]:
    """Return the next entries of the cluster in the order of their transactions.

    In a cluster of the past, from which a backup was restored, every transaction has ended.
    """
    entries, seals = tables.entries, tables.seals
    last = select(seals.c.last_transaction, seals.c.last_id).where(seals.c.cluster == cluster)
    position = (await session.execute(last.order_by(seals.c.number.desc()).limit(1))).one_or_none()
    statement = select(entries).where(entries.c.cluster == cluster)
    if position is not None:
        after = tuple_(position.last_transaction, position.last_id)
        statement = statement.where(tuple_(entries.c.transaction, entries.c.id) > after)
    if below is not None:
        statement = statement.where(entries.c.transaction < below)
    ordered = statement.order_by(entries.c.transaction, entries.c.id).limit(_ENTRIES_A_SEAL)
    return (await session.execute(ordered)).mappings().all()


async def _write_seal(session: AsyncSession, tables: AuditTables, rows: Sequence[RowMapping]) -> None:
    newest = await _newest(session, tables)
    now: datetime = (await session.execute(select(func.clock_timestamp()))).scalar_one()
    seal = Seal(
        number=newest.number + 1,
        sealed_at=now,
        cluster=rows[-1]["cluster"],
        last_transaction=rows[-1]["transaction"],
        last_id=rows[-1]["id"],
        entry_ids=[row["id"] for row in rows],
        entry_hashes=b"".join(entry_hash(dict(row)) for row in rows),
        previous=newest.hash,
    )
    values = {name: getattr(seal, name) for name in Seal.__slots__}
    await session.execute(insert(tables.seals).values(**values, hash=seal.digest()))


async def _newest(session: AsyncSession, tables: AuditTables) -> Newest:
    seals = tables.seals
    statement = select(seals.c.number, seals.c.hash).order_by(seals.c.number.desc()).limit(1)
    row = (await session.execute(statement)).one_or_none()
    return Newest(0, NO_SEAL) if row is None else Newest(row.number, bytes(row.hash))
