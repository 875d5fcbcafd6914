"""Exports: every list is also a file of all its rows, with the same filters, in constant memory.

JSON lines, and CSV files whose columns the model knows, are sent as their rows are read. A workbook, and a CSV file
whose columns depend on its rows, are made by a process of their own, and sent when they are whole.
"""

import asyncio
import os
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Sequence
from typing import IO, Final, Generic, TypeVar

from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from pydantic_core import from_json
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.types import Receive, Scope, Send

from services.kernel.audit.recording import recorded
from services.kernel.data.db import database_of
from services.kernel.files.csv_files import CsvWriter
from services.kernel.files.maker import made_file
from services.kernel.files.making import Order
from services.kernel.files.shapes import Shape
from services.kernel.files.traffic import traffic
from services.kernel.lists.layouts import NO_KNOWN_MEMBERS, KnownMembers, layout_of
from services.kernel.lists.pages import Chunk, ExportFormat, Listing, ListQuery, Value, read_chunk
from services.kernel.text import accepted
from services.kernel.web.errors import NotAcceptable
from services.kernel.web.rate_limits import count_request, rate_limit_subject, rate_of

Read = TypeVar("Read", bound=BaseModel)
Rows = AsyncIterable[Sequence[BaseModel]]

# So few that a step takes ten to twenty milliseconds. With fewer, PostgreSQL would sort some lists too often.
CHUNK_ROWS = 200
_BLOCK: Final = 64 * 1024
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
        for start in range(0, len(items), CHUNK_ROWS):
            yield items[start : start + CHUNK_ROWS]

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


async def _blocks(rows: Rows, convert: Callable[[Sequence[BaseModel]], bytes]) -> AsyncIterator[bytes]:
    """Read and convert the rows step by step; other requests go first."""
    chunks = aiter(rows)
    while True:
        async with traffic.step():
            items = await anext(chunks, None)
            block = None if items is None else convert(items)
        if block is None:
            return
        yield block


def _lines(items: Sequence[BaseModel]) -> bytes:
    """Return each item as the JSON of an answer, in one line."""
    return b"".join(item.model_dump_json(by_alias=True).encode() + b"\n" for item in items)


async def _csv(layout: Shape, rows: Rows, *, excel: bool) -> AsyncIterator[bytes]:
    writer = CsvWriter(layout, excel=excel)
    yield writer.header()
    async for block in _blocks(rows, lambda items: writer.lines(map(from_json, _lines(items).splitlines()))):
        yield block


def _file(name: str, layout: Shape, rows: Rows, file_format: ExportFormat, *, excel: bool) -> Response:
    media_type = MEDIA_TYPES[file_format]
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{file_format}"',
        "Cache-Control": "no-store",
    }
    if file_format == "jsonl":
        return ExportedFile(_blocks(rows, _lines), headers=headers, media_type=media_type)
    if file_format == "csv" and not layout.grows:
        return ExportedFile(_csv(layout, rows, excel=excel), headers=headers, media_type=media_type)
    return MadeFile(Order(layout, file_format, excel=excel), _blocks(rows, _lines), headers, media_type=media_type)


class ExportedFile(StreamingResponse):
    """A file that is sent as its rows are read."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file; this request is not one that others wait for."""
        with traffic.long_work():
            await super().__call__(scope, receive, send)


class MadeFile(ExportedFile):
    """A file that a process of its own makes while the caller waits; a caller who leaves ends it."""

    def __init__(self, order: Order, lines: AsyncIterator[bytes], headers: dict[str, str], *, media_type: str) -> None:
        super().__init__(self._content(), headers=headers, media_type=media_type)
        self.order, self.lines = order, lines
        self._file: IO[bytes] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Make the file and send it. Raises: TooManyRequests, ExportBusy, Unavailable."""
        request = Request(scope, receive)
        rate = rate_of(request.app.state.runtime.settings.export_rate)
        count_request(request, await rate_limit_subject(request), ("export", rate), action="export")
        with traffic.long_work():
            self._file = await _unless_left(made_file(self.order, self.lines), receive)
        if self._file is None:
            return
        with self._file:
            self.headers["Content-Length"] = str(self._file.seek(0, os.SEEK_END))
            await super().__call__(scope, receive, send)

    async def _content(self) -> AsyncIterator[bytes]:
        assert self._file is not None
        self._file.seek(0)
        while block := self._file.read(_BLOCK):
            yield block


async def _unless_left(making: Awaitable[IO[bytes]], receive: Receive) -> IO[bytes] | None:
    """Return the file, or None once the caller has left, who needs it no more."""
    made, left = asyncio.ensure_future(making), asyncio.create_task(_left(receive))
    try:
        await asyncio.wait({made, left}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        made.cancel()
        left.cancel()
        await asyncio.wait({made, left})
    return None if made.cancelled() else made.result()


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
