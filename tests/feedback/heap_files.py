"""The files of PostgreSQL as they lie on the disk, read as an intruder reads them: live rows, dead rows and free space.

Source: PostgreSQL 18 documentation, "Database Page Layout" (storage-page-layout), and its src/include/access/
htup_details.h and xlog_internal.h.
"""

import struct
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import asyncpg
import numpy as np

Label = TypeVar("Label", bound=Hashable)
PAGE_BYTES = 8192
# xmin, xmax, cid or xvac, ctid (block high, block low, line pointer), infomask2 (the number of columns), infomask, hoff
ROW_HEADER = struct.Struct("<IIIHHHHHB")
PAGE_HEADER_BYTES, COLUMNS_MASK = 24, 0x07FF
HEADER_SIZES = frozenset((24, 32))
# So far behind its header a marker stands at most: larger values are moved to TOAST.
REACH = 2100
# Markers are looked for by so many first bytes of theirs, in parts of a file.
BEGINNING, PART_BYTES = 3, 1 << 20
LOG_PAGE_HEADER_BYTES = 24

RELATIONS = """
SELECT pg_relation_filenode(oid)::text AS file, oid::regclass::text AS name,
  CASE WHEN relkind = 'r' THEN relnatts ELSE 0 END AS columns
FROM pg_class WHERE pg_relation_filenode(oid) IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class RelationFile:
    """The bytes of a relation with all its forks; of a table also what its rows' headers are recognised by."""

    content: bytes
    # The number of columns, 0 for what is no table.
    columns: int = 0
    # No transaction is later than this one.
    newest: int = 0


@dataclass(frozen=True, slots=True)
class Sighting:
    """A place in a file where a marker stands, and the two transactions of its row where it stands in one."""

    marker: bytes
    place: int
    xmin: int | None
    xmax: int | None


async def read_files(superuser: asyncpg.Connection) -> dict[str, RelationFile]:
    """Return all files of the connection's database after a checkpoint, by the names of their relations.

    A file that belongs to no relation any more has its own name.
    """
    await superuser.execute("CHECKPOINT")
    folder = Path(await superuser.fetchval("SHOW data_directory"))
    oid = await superuser.fetchval("SELECT oid::int FROM pg_database WHERE datname = current_database()")
    known = {row["file"]: row for row in await superuser.fetch(RELATIONS)}
    contents: dict[str, bytes] = defaultdict(bytes)
    columns: dict[str, int] = {}
    for path in sorted((folder / "base" / str(oid)).iterdir()):
        row = known.get(path.name.partition(".")[0].partition("_")[0])
        name = path.name if row is None else row["name"]
        contents[name] += path.read_bytes()
        columns[name] = 0 if row is None else row["columns"]
    newest = await superuser.fetchval("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
    return {name: RelationFile(content, columns[name], newest) for name, content in contents.items()}


async def log_position(superuser: asyncpg.Connection) -> int:
    """Return the place in the write-ahead log that is written next; everything before it is on the disk."""
    async with superuser.transaction():
        await superuser.execute(
            "SET LOCAL synchronous_commit = on; SELECT pg_logical_emit_message(true, 'looking', '')"
        )
    position: int = await superuser.fetchval("SELECT pg_current_wal_insert_lsn()")
    return position


async def read_log(superuser: asyncpg.Connection, *, since: int) -> bytes:
    """Return the records of the write-ahead log after the position, in their order.

    Requires: no checkpoint has removed segments since.
    """
    folder = Path(await superuser.fetchval("SHOW data_directory")) / "pg_wal"
    until = await log_position(superuser)
    first, last = [await superuser.fetchval("SELECT pg_walfile_name($1)", position) for position in (since, until)]
    segments = [path for path in sorted(folder.iterdir()) if first <= path.name <= last and path.suffix == ""]
    content = b"".join(path.read_bytes() for path in segments)
    start = since % (len(content) // len(segments))
    return _without_page_headers(content, start, start + until - since)


def _without_page_headers(content: bytes, start: int, end: int) -> bytes:
    """Return the records between the places, which go on over the borders of pages."""
    pages = range(start - start % PAGE_BYTES, end, PAGE_BYTES)
    return b"".join(content[max(start, page + LOG_PAGE_HEADER_BYTES) : min(end, page + PAGE_BYTES)] for page in pages)


async def server_lines(superuser: asyncpg.Connection) -> bytes:
    """Return what the server wrote to its own log files."""
    folder = Path(await superuser.fetchval("SHOW data_directory")) / "log"
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


def sightings(file: RelationFile, markers: Iterable[bytes]) -> Iterator[Sighting]:
    """Yield every place where a marker stands, in live rows, dead rows and free space."""
    by_beginning: dict[bytes, list[bytes]] = defaultdict(list)
    for marker in markers:
        by_beginning[marker[:BEGINNING]].append(marker)
    for place in _places(file.content, by_beginning):
        for marker in by_beginning[file.content[place : place + BEGINNING]]:
            if file.content.startswith(marker, place):
                xmin, xmax = _transactions(file, place) if file.columns else (None, None)
                yield Sighting(marker, place, xmin, xmax)


def _places(content: bytes, beginnings: Iterable[bytes]) -> Iterator[int]:
    """Yield the places at which one of the beginnings stands."""
    is_beginning = _table(frozenset(beginnings))
    for start in range(0, len(content), PART_BYTES):
        part = np.frombuffer(content[start : start + PART_BYTES + BEGINNING - 1], dtype=np.uint8).astype(np.uint32)
        numbers = (part[:-2] << 16) | (part[1:-1] << 8) | part[2:]
        for place in np.flatnonzero(is_beginning[numbers]):
            yield start + int(place)


@lru_cache(maxsize=4)
def _table(beginnings: frozenset[bytes]) -> np.ndarray:
    """Return for each number of three bytes whether it is a beginning."""
    table = np.zeros(1 << 8 * BEGINNING, dtype=bool)
    table[[int.from_bytes(beginning) for beginning in beginnings]] = True
    return table


def _transactions(file: RelationFile, place: int) -> tuple[int | None, int | None]:
    """Return xmin and xmax of the row that holds the place: of the nearest header before it."""
    lowest = max(place - place % PAGE_BYTES + PAGE_HEADER_BYTES, place - REACH)
    for start in range(place - place % 8, lowest - 1, -8):
        if start + ROW_HEADER.size > place:
            continue
        xmin, xmax, _, _, _, _, columns, _, size = ROW_HEADER.unpack_from(file.content, start)
        is_header = size in HEADER_SIZES and columns & COLUMNS_MASK == file.columns and start + size <= place
        if is_header and max(xmin, xmax) <= file.newest:
            return xmin, xmax or None
    return None, None


def traces(files: Mapping[str, RelationFile], markers: Mapping[bytes, Label]) -> dict[str, dict[Label, float]]:
    """Return all numbers that the files give to the labels of the markers, by relation and kind of number.

    They are the count and the places of what was found, and the transactions of its rows.
    """
    clues: dict[str, dict[Label, float]] = defaultdict(dict)
    for name, file in files.items():
        found: dict[Label, list[Sighting]] = defaultdict(list)
        for sighting in sightings(file, markers):
            found[markers[sighting.marker]].append(sighting)
        for label, seen in found.items():
            for kind, number in _numbers(seen).items():
                clues[f"{name} {kind}"][label] = number
    return clues


def _numbers(seen: list[Sighting]) -> dict[str, float]:
    numbers: dict[str, list[int]] = {
        "place": [one.place for one in seen],
        "xmin": [one.xmin for one in seen if one.xmin is not None],
        "xmax": [one.xmax for one in seen if one.xmax is not None],
    }
    extremes = [("first", min), ("last", max)]
    return {"count": len(seen)} | {
        f"{word} {kind}": pick(values) for kind, values in numbers.items() if values for word, pick in extremes
    }
