"""The files of PostgreSQL as they lie on the disk, read as an intruder reads them: live rows, dead rows and free space.

Source: PostgreSQL 18 documentation, "Database Page Layout" (storage-page-layout), and its src/include/access/
htup_details.h and xlog_internal.h.
"""

import struct
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import asyncpg

PAGE_BYTES = 8192
# xmin, xmax, cid or xvac, ctid (block high, block low, line pointer), infomask2 (the number of columns), infomask, hoff
ROW_HEADER = struct.Struct("<IIIHHHHHB")
PAGE_HEADER_BYTES, COLUMNS_MASK = 24, 0x07FF
HEADER_SIZES = frozenset((24, 32))
# So far behind its header a marker stands at most: larger values are moved to TOAST.
REACH = 2100
LOG_PAGE_HEADER_BYTES, LOG_SEGMENT_HEADER_BYTES = 24, 40

RELATIONS = """
SELECT pg_relation_filenode(oid)::text AS file, oid::regclass::text AS name,
  CASE WHEN relkind = 'r' THEN relnatts ELSE 0 END AS columns
FROM pg_class WHERE pg_relation_filenode(oid) IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class RelationFile:
    """The bytes of a relation with all its forks; of a table also the number of its columns, else 0."""

    content: bytes
    columns: int = 0


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
    return {name: RelationFile(content, columns[name]) for name, content in contents.items()}


async def log_position(superuser: asyncpg.Connection) -> int:
    """Return the place in the write-ahead log that is written next."""
    position: int = await superuser.fetchval("SELECT pg_current_wal_insert_lsn()")
    return position


async def read_log(superuser: asyncpg.Connection, *, since: int) -> bytes:
    """Return the records of the write-ahead log from the segment of the position on, in their order."""
    await superuser.execute("CHECKPOINT")
    folder = Path(await superuser.fetchval("SHOW data_directory")) / "pg_wal"
    first, last = [
        await superuser.fetchval("SELECT pg_walfile_name($1)", position)
        for position in (since, await log_position(superuser))
    ]
    names = sorted(path.name for path in folder.iterdir() if first <= path.name <= last)
    return b"".join(_without_page_headers((folder / name).read_bytes()) for name in names)


async def server_lines(superuser: asyncpg.Connection) -> bytes:
    """Return what the server wrote to its own log files."""
    folder = Path(await superuser.fetchval("SHOW data_directory")) / "log"
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


def _without_page_headers(segment: bytes) -> bytes:
    """Return the records of a segment, which go on over the borders of its pages."""
    pages = [segment[start : start + PAGE_BYTES] for start in range(0, len(segment), PAGE_BYTES)]
    return b"".join((pages[0][LOG_SEGMENT_HEADER_BYTES:], *(page[LOG_PAGE_HEADER_BYTES:] for page in pages[1:])))


def sightings(file: RelationFile, markers: Iterable[bytes]) -> Iterator[Sighting]:
    """Yield every place where a marker stands, in live rows, dead rows and free space."""
    for marker in markers:
        place = file.content.find(marker)
        while place >= 0:
            xmin, xmax = _transactions(file, place) if file.columns else (None, None)
            yield Sighting(marker, place, xmin, xmax)
            place = file.content.find(marker, place + 1)


def _transactions(file: RelationFile, place: int) -> tuple[int | None, int | None]:
    """Return xmin and xmax of the row that holds the place: of the nearest header before it."""
    lowest = max(place - place % PAGE_BYTES + PAGE_HEADER_BYTES, place - REACH)
    for start in range(place - place % 8, lowest - 1, -8):
        if start + ROW_HEADER.size > place:
            continue
        xmin, xmax, _, _, _, _, columns, _, size = ROW_HEADER.unpack_from(file.content, start)
        if size in HEADER_SIZES and columns & COLUMNS_MASK == file.columns and start + size <= place:
            return xmin, xmax or None
    return None, None


def traces(files: Mapping[str, RelationFile], markers: Mapping[bytes, int]) -> dict[str, dict[int, float]]:
    """Return all numbers that the files give to the labels of the markers, by relation and kind of number.

    They are the count and the places of what was found, and the transactions of its rows.
    """
    clues: dict[str, dict[int, float]] = {}
    for name, file in files.items():
        found: dict[int, list[Sighting]] = defaultdict(list)
        for sighting in sightings(file, markers):
            found[markers[sighting.marker]].append(sighting)
        for label, seen in found.items():
            for kind, number in _numbers(seen).items():
                clues.setdefault(f"{name} {kind}", {})[label] = number
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
