"""Exports: every list is also a file of all its rows, with the same filters, streamed in constant memory."""

import tempfile
from collections.abc import AsyncIterable, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import islice
from typing import IO, Final, Generic, TypeVar

from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from pydantic_core import from_json
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.audit.recording import recorded
from services.kernel.data.db import database_of
from services.kernel.lists.pages import Chunk, ExportFormat, Listing, ListQuery, Value, read_chunk
from services.kernel.text import accepted
from services.kernel.web.errors import NotAcceptable

from .csv_files import csv_file
from .layouts import NO_KNOWN_MEMBERS, KnownMembers, Shape, layout_of
from .xlsx_files import xlsx_file

Read = TypeVar("Read", bound=BaseModel)

CHUNK_ROWS = 500
MEDIA_TYPES: Final[dict[ExportFormat, str]] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/jsonl",
}
_ACCEPTING_JSON = ("application/json", "application/problem+json", "application/*", "*/*")


async def answer_rows(
    request: Request, session: AsyncSession, listing: Listing[Read], query: ListQuery, file_format: ExportFormat
) -> Response:
    """Return all rows of the list as a file. Raises InvalidSort."""
    # The first rows are read before the answer starts, so that a wrong sort key is still answered with 422.
    first = await read_chunk(session, listing, sort=query.sort, after=None, limit=CHUNK_ROWS)
    rows = recorded(request, _Rows(request, listing, query, first))
    layout = layout_of(listing.model, listing.known_members)
    return _file(listing.name, layout, rows, file_format, excel=query.excel is not None)


def answer_file(
    name: str,
    model: type[Read],
    items: Sequence[Read],
    file_format: ExportFormat,
    *,
    excel: bool,
    known_members: KnownMembers = NO_KNOWN_MEMBERS,
) -> Response:
    """Return the items as a file, for a list that no single query selects."""

    async def rows() -> AsyncIterator[Sequence[Read]]:
        yield items

    return _file(name, layout_of(model, known_members), rows(), file_format, excel=excel)


def requested_format(request: Request, named: ExportFormat | None) -> ExportFormat | None:
    """Return the file format that `format` or Accept names, or None for JSON. Raises NotAcceptable."""
    return named or _accepted_format(request)


def _accepted_format(request: Request) -> ExportFormat | None:
    by_media_type: dict[str, ExportFormat | None] = {media_type: name for name, media_type in MEDIA_TYPES.items()}
    by_media_type |= dict.fromkeys(_ACCEPTING_JSON)
    for media_type in accepted(request.headers.get("accept") or "*/*"):
        if media_type in by_media_type:
            return by_media_type[media_type]
    raise NotAcceptable(members={"offered": ", ".join(["application/json", *MEDIA_TYPES.values()])})


class _Rows(Generic[Read]):
    """All rows of a list in chunks; each chunk holds a connection only during its own query."""

    def __init__(self, request: Request, listing: Listing[Read], query: ListQuery, first: Chunk[Read]) -> None:
        self._database = database_of(request)
        self._listing, self._query, self._first = listing, query, first

    async def __aiter__(self) -> AsyncIterator[Sequence[Read]]:
        chunk = self._first
        yield chunk.items
        while chunk.last is not None:
            after: list[Value] = chunk.last
            async with self._database.reading() as session:
                chunk = await read_chunk(session, self._listing, sort=self._query.sort, after=after, limit=CHUNK_ROWS)
            yield chunk.items


def _file(
    name: str, layout: Shape, items: AsyncIterable[Sequence[Read]], file_format: ExportFormat, *, excel: bool
) -> Response:
    writers: dict[ExportFormat, Callable[[], AsyncIterator[bytes]]] = {
        "csv": lambda: _csv(layout, items, excel=excel),
        "jsonl": lambda: _jsonl(items),
        "xlsx": lambda: _xlsx(layout, items),
    }
    media_type = MEDIA_TYPES[file_format]
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{file_format}"',
        "Cache-Control": "no-store",
    }
    return StreamingResponse(writers[file_format](), media_type=media_type, headers=headers)


async def _csv(layout: Shape, items: AsyncIterable[Sequence[BaseModel]], *, excel: bool) -> AsyncIterator[bytes]:
    async with _laid_out(layout, items) as rows:
        async for block in csv_file(layout, rows, excel=excel):
            yield block


async def _xlsx(layout: Shape, items: AsyncIterable[Sequence[BaseModel]]) -> AsyncIterator[bytes]:
    async with _laid_out(layout, items) as rows:
        async for block in xlsx_file(layout, rows):
            yield block


async def _jsonl(items: AsyncIterable[Sequence[BaseModel]]) -> AsyncIterator[bytes]:
    async for some in items:
        yield b"".join(_line(item) for item in some)


def _line(item: BaseModel) -> bytes:
    """Return the item as the JSON of an answer, in one line."""
    return item.model_dump_json(by_alias=True).encode() + b"\n"


@asynccontextmanager
async def _laid_out(
    layout: Shape, items: AsyncIterable[Sequence[BaseModel]]
) -> AsyncIterator[AsyncIterator[Sequence[object]]]:
    """Give the JSON rows of the items after the layout has a place for each value.

    Where the columns depend on the rows (languages, open keys, objects in lists), all rows are read first, into a
    temporary file. Otherwise the first rows are given at once.
    """
    if not layout.grows:
        yield ([from_json(_line(item)) for item in some] async for some in items)
        return
    with tempfile.TemporaryFile() as file:
        async for some in items:
            for item in some:
                line = _line(item)
                layout.grow(from_json(line))
                file.write(line)
        file.seek(0)
        yield _read_again(file)


async def _read_again(file: IO[bytes]) -> AsyncIterator[Sequence[object]]:
    while lines := list(islice(file, CHUNK_ROWS)):
        yield [from_json(line) for line in lines]
