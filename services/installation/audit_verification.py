"""The verification of an audit: each entry and seal that is not as it was sealed is named."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import asyncpg

from services.kernel.audit.provisioning import audit_schema_of
from services.kernel.audit.seals import HASH_BYTES, NO_SEAL, Seal, entry_hash

_PREFETCHED_SEALS: Final = 20
_PREFETCHED_ENTRIES: Final = 1000
# A joined hash of ids spills to disk; the ids of all seals need not fit into memory.
_UNSEALED: Final = """
SELECT e.* FROM {schema}.entries e
LEFT JOIN (SELECT unnest(entry_ids) AS id FROM {schema}.seals) s ON s.id = e.id
WHERE s.id IS NULL ORDER BY e.id
"""


@dataclass(frozen=True, slots=True)
class Report:
    """The state of the audit of one service. It is whole where there are no findings."""

    service: str
    entries: int
    waiting: int
    oldest_waiting: datetime | None
    seals: int
    newest_seal: str
    findings: Sequence[str]
    # In hexadecimal.
    hashes: Collection[str]


@dataclass(slots=True)
class _Chain:
    """The seals that were read so far, and the entries that do not fit to them."""

    pruned: int
    seals: int = 0
    entries: int = 0
    number: int = 0
    hash: bytes = NO_SEAL
    hashes: set[str] = field(default_factory=set)
    # By cluster: the order of the last sealed entry.
    positions: dict[int, tuple[int, int]] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)
    # Sealed hash → id, of entries that are gone or say something else now.
    lost: dict[bytes, int] = field(default_factory=dict)
    missing: dict[int, bytes] = field(default_factory=dict)
    # Id → what the entry says now.
    differing: dict[int, bytes] = field(default_factory=dict)


async def verify(connection: asyncpg.Connection, service: str) -> Report:
    """Compare all entries of the service's audit with their seals, and each seal with the one before.

    Requires: the right to read the audit; the service's own role has it.
    """
    schema = audit_schema_of(service)
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        # The role of a service has time limits for requests.
        await connection.execute("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0")
        chain = _Chain(await connection.fetchval(f"SELECT coalesce(max(last_seal), 0) FROM {schema}.prunings"))  # noqa: S608
        async for seal, stored_hash in _seals(connection, schema):
            _check_seal(chain, seal, stored_hash)
            await _check_entries(connection, schema, chain, seal)
        return await _report(connection, service, chain)


async def _seals(connection: asyncpg.Connection, schema: str) -> AsyncIterator[tuple[Seal, bytes]]:
    statement = f"SELECT * FROM {schema}.seals ORDER BY number"  # noqa: S608 - The name of a schema of Vipu.
    async for row in connection.cursor(statement, prefetch=_PREFETCHED_SEALS):
        yield Seal(**{name: row[name] for name in Seal.__slots__}), row["hash"]


def _check_seal(chain: _Chain, seal: Seal, stored_hash: bytes) -> None:
    missing = range(chain.number + 1, seal.number)
    if missing:
        gap = f"Seal {missing[0]} is" if len(missing) == 1 else f"Seals {missing[0]} to {missing[-1]} are"
        chain.findings.append(f"{gap} missing.")
    if seal.digest() != stored_hash or len(seal.entry_hashes) != HASH_BYTES * len(seal.entry_ids):
        chain.findings.append(f"Seal {seal.number} was altered.")
    elif not missing and seal.previous != chain.hash:
        chain.findings.append(f"Seal {seal.number} does not follow from seal {chain.number}.")
    chain.number, chain.hash, chain.seals = seal.number, stored_hash, chain.seals + 1
    chain.hashes.add(stored_hash.hex())
    chain.positions[seal.cluster] = (seal.last_transaction, seal.last_id)


async def _check_entries(connection: asyncpg.Connection, schema: str, chain: _Chain, seal: Seal) -> None:
    statement = f"SELECT * FROM {schema}.entries WHERE id = ANY ($1)"  # noqa: S608 - The name of a schema of Vipu.
    said = {row["id"]: entry_hash(dict(row)) for row in await connection.fetch(statement, list(seal.entry_ids))}
    chain.entries += len(said)
    for entry_id, sealed in seal.hashes().items():
        now = said.get(entry_id)
        if now is None and seal.number > chain.pruned:
            chain.missing[entry_id] = sealed
            chain.lost[sealed] = entry_id
        elif now is not None and now != sealed:
            chain.differing[entry_id] = now
            chain.lost[sealed] = entry_id


async def _report(connection: asyncpg.Connection, service: str, chain: _Chain) -> Report:
    unsealed = await connection.fetch(_UNSEALED.format(schema=audit_schema_of(service)))
    inserted = {row["id"]: entry_hash(dict(row)) for row in unsealed if _is_before_a_seal(chain, dict(row))}
    waiting = [row for row in unsealed if row["id"] not in inserted]
    return Report(
        service=service,
        entries=chain.entries + len(unsealed),
        waiting=len(waiting),
        oldest_waiting=min((row["recorded_at"] for row in waiting), default=None),
        seals=chain.seals,
        newest_seal=chain.hash.hex() if chain.seals else "",
        findings=[*chain.findings, *_named(chain, inserted)],
        hashes=chain.hashes,
    )


def _is_before_a_seal(chain: _Chain, row: Mapping[str, object]) -> bool:
    """Say whether an entry that no seal has stands among those that are sealed."""
    position = chain.positions.get(_whole(row["cluster"]))
    return position is not None and (_whole(row["transaction"]), _whole(row["id"])) <= position


def _whole(value: object) -> int:
    assert isinstance(value, int)
    return value


def _named(chain: _Chain, inserted: Mapping[int, bytes]) -> list[str]:
    """Name each entry that is not as it was sealed, by its id."""
    present = {**{said: entry_id for entry_id, said in inserted.items()}, **{s: i for i, s in chain.differing.items()}}
    found = {}
    for entry_id, sealed in chain.missing.items():
        moved = f" What it said is now entry {present[sealed]}." if sealed in present else ""
        found[entry_id] = f"Entry {entry_id} is missing.{moved}"
    for entry_id, said in chain.differing.items():
        other = chain.lost.get(said)
        found[entry_id] = (
            f"Entry {entry_id} was altered." if other is None else f"Entry {entry_id} holds what was entry {other}."
        )
    for entry_id, said in inserted.items():
        other = chain.lost.get(said)
        found[entry_id] = (
            f"Entry {entry_id} was put between sealed ones."
            if other is None
            else f"Entry {entry_id} holds what was entry {other}."
        )
    return [found[entry_id] for entry_id in sorted(found)]
