"""CSV files of lists: for machines by default, and as a Finnish Excel opens them on request."""

import asyncio
import csv
import io
from collections.abc import AsyncIterable, AsyncIterator, Sequence

from .cells import Cell, cells, headings, joined, scalar_text
from .layouts import Shape, columns, values

# With the full-width forms, which East Asian spreadsheets read as the ordinary ones.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


async def csv_file(layout: Shape, rows: AsyncIterable[Sequence[object]], *, excel: bool) -> AsyncIterator[bytes]:
    """Yield the file, with numbered columns for the objects of lists.

    For machines: commas, decimal points, ISO days, instants in Helsinki time with their offset. For a Finnish Excel: a
    byte order mark, semicolons, decimal commas, Finnish days and Helsinki times, with the zone in the heading.
    """
    header = list(columns(layout, numbered=True))
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";" if excel else ",", lineterminator="\r\n")
    buffer.write("\ufeff" if excel else "")
    writer.writerow(map(_harmless, headings(header, with_zone=excel)))
    yield _taken(buffer)
    async for some in rows:
        for row in some:
            writer.writerow(_text(cell, excel=excel) for cell in cells(header, values(layout, row, numbered=True)))
        yield _taken(buffer)
        # A quick reader never makes the loop wait, so the loop gives way by itself.
        await asyncio.sleep(0)


def _taken(buffer: io.StringIO) -> bytes:
    content = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return content


def _text(cell: Cell, *, excel: bool) -> str:
    """Return the text of a cell. Numbers are no formulas: only what may be a person's text is made harmless."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return _harmless(cell)
    if isinstance(cell, list):
        return _harmless(joined([scalar_text(entry, excel=excel) for entry in cell])) if cell else ""
    return scalar_text(cell, excel=excel)


def _harmless(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would run as a formula (OWASP, CSV injection).

    A text with such an apostrophe of its own gets a second one, so that no two texts become the same.
    """
    return f"'{text}" if text.lstrip(" \xa0'").startswith(_FORMULA_STARTS) else text
