"""Exports: every list is also a file of all its rows, with the same filters, streamed in constant memory."""

import asyncio
import csv
import io
import json
import tempfile
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator, Sequence
from types import UnionType
from typing import Final, Generic, TypeVar, Union, get_args, get_origin

from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.data.db import database_of
from services.kernel.lists.pages import Chunk, ExportFormat, Listing, ListQuery, Value, read_chunk
from services.kernel.text import accepted
from services.kernel.web.errors import NotAcceptable

Read = TypeVar("Read", bound=BaseModel)
Cell = str | int | float | bool | None

CHUNK_ROWS = 500
MEDIA_TYPES: Final[dict[ExportFormat, str]] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/jsonl",
}
_ACCEPTING_JSON = ("application/json", "application/problem+json", "application/*", "*/*")
# With the full-width forms, which East Asian spreadsheets read as the ordinary ones.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_LANGUAGES = ("fi", "sv", "en")


async def answer_rows(
    request: Request, session: AsyncSession, listing: Listing[Read], query: ListQuery, file_format: ExportFormat
) -> Response:
    """Return all rows of the list as a file. Raises InvalidSort."""
    # The first rows are read before the answer starts, so that a wrong sort key is still answered with 422.
    first = await read_chunk(session, listing, sort=query.sort, after=None, limit=CHUNK_ROWS)
    rows = _Rows(request, listing, query, first)
    return _file(listing.name, listing.model, rows, file_format, excel=query.excel is not None)


def answer_file(
    name: str, model: type[Read], items: Sequence[Read], file_format: ExportFormat, *, excel: bool
) -> Response:
    """Return the items as a file, for a list that no single query selects."""

    async def rows() -> AsyncIterator[Sequence[Read]]:
        yield items

    return _file(name, model, rows(), file_format, excel=excel)


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
    name: str, model: type[Read], rows: AsyncIterable[Sequence[Read]], file_format: ExportFormat, *, excel: bool
) -> Response:
    writers: dict[ExportFormat, Callable[[], AsyncIterator[bytes]]] = {
        "csv": lambda: _csv(model, rows, excel=excel),
        "jsonl": lambda: _jsonl(rows),
        "xlsx": lambda: _xlsx(model, rows),
    }
    media_type = MEDIA_TYPES[file_format]
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{file_format}"',
        "Cache-Control": "no-store",
    }
    return StreamingResponse(writers[file_format](), media_type=media_type, headers=headers)


async def _jsonl(rows: AsyncIterable[Sequence[Read]]) -> AsyncIterator[bytes]:
    async for items in rows:
        yield "".join(item.model_dump_json() + "\n" for item in items).encode()


async def _csv(model: type[Read], rows: AsyncIterable[Sequence[Read]], *, excel: bool) -> AsyncIterator[bytes]:
    header = columns(model)
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";" if excel else ",", lineterminator="\r\n")
    buffer.write("\ufeff" if excel else "")
    writer.writerow(header)
    async for items in rows:
        for item in items:
            writer.writerow([_harmless(cell) for cell in cells(item, header)])
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()


def _harmless(cell: Cell) -> Cell:
    """Put an apostrophe before a text that a spreadsheet would run as a formula (OWASP, CSV injection)."""
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip(" \xa0").startswith(_FORMULA_STARTS) else cell


async def _xlsx(model: type[Read], rows: AsyncIterable[Sequence[Read]]) -> AsyncIterator[bytes]:
    import xlsxwriter  # noqa: PLC0415 - Few requests need it.

    header = columns(model)
    with tempfile.TemporaryFile() as file:
        # Texts stay texts: a name that begins with "=" is no formula, and an address is no link.
        workbook = xlsxwriter.Workbook(
            file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        sheet = workbook.add_worksheet("Vipu")
        sheet.write_row(0, 0, header, workbook.add_format({"bold": True}))
        sheet.freeze_panes(1, 0)
        line = 0
        try:
            async for items in rows:
                for item in items:
                    line += 1
                    sheet.write_row(line, 0, list(cells(item, header)))
        finally:
            # Compressing takes seconds, so it runs in a thread. A workbook that is not closed leaves files on the disk.
            await asyncio.to_thread(workbook.close)
        file.seek(0)
        while block := file.read(64 * 1024):
            yield block


def columns(model: type[BaseModel]) -> list[str]:
    """Return the columns of an export: a column for each field, three (fi, sv, en) for a text in several languages."""
    header: list[str] = []
    for name, field in model.model_fields.items():
        if _is_localized(field.annotation):
            header.extend(f"{name}_{language}" for language in _LANGUAGES)
        elif (inner_model := _inner_model(field.annotation)) is not None:
            header.extend(f"{name}_{inner}" for inner in columns(inner_model))
        else:
            header.append(name)
    return header


def _inner_model(annotation: object) -> type[BaseModel] | None:
    """Return the model that a field holds, also where the field may be null."""
    optional = get_origin(annotation) in {Union, UnionType}
    kinds = get_args(annotation) if optional else (annotation,)
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)


def _is_localized(annotation: object) -> bool:
    text = str(annotation)
    return text.startswith(("dict[", "typing.Optional[dict[")) or (
        "dict[" in text and "| None" in text and "list[" not in text
    )


def cells(item: BaseModel, header: Sequence[str]) -> Iterator[Cell]:
    """Yield the values of an item in the order of the columns."""
    flat = dict(_flatten(item.model_dump(mode="json")))
    return (flat.get(name) for name in header)


def _flatten(data: dict[str, object], prefix: str = "") -> Iterator[tuple[str, Cell]]:
    for name, value in data.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{name}_")
        elif isinstance(value, list):
            plain = all(isinstance(entry, str | int) for entry in value)
            yield prefix + name, "|".join(map(str, value)) if plain else json.dumps(value, ensure_ascii=False)
        elif value is None or isinstance(value, str | int | float | bool):
            yield prefix + name, value
