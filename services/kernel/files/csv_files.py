"""CSV files of lists: for machines by default, and as a Finnish Excel opens them on request."""

import csv
import io
from collections.abc import Iterable

from .cells import Cell, cells, headings, joined, scalar_text
from .shapes import Shape, columns, values

# With the full-width forms, which East Asian spreadsheets read as the ordinary ones.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


class CsvWriter:
    """A CSV file, with numbered columns for the objects of lists.

    For machines: commas, decimal points, ISO days, instants in Helsinki time with their offset. For a Finnish Excel: a
    byte order mark, semicolons, decimal commas, Finnish days and Helsinki times, with the zone in the heading.
    """

    def __init__(self, layout: Shape, *, excel: bool) -> None:
        self._layout, self._excel = layout, excel
        self._columns = list(columns(layout, numbered=True))
        self._buffer = io.StringIO()
        self._writer = csv.writer(self._buffer, delimiter=";" if excel else ",", lineterminator="\r\n")

    def header(self) -> bytes:
        """Return the line of the headings."""
        self._buffer.write("\ufeff" if self._excel else "")
        self._writer.writerow(map(_harmless, headings(self._columns, with_zone=self._excel)))
        return self._taken()

    def lines(self, rows: Iterable[object]) -> bytes:
        """Return the lines of the rows."""
        for row in rows:
            own = cells(self._columns, values(self._layout, row, numbered=True))
            self._writer.writerow(_text(cell, excel=self._excel) for cell in own)
        return self._taken()

    def _taken(self) -> bytes:
        content = self._buffer.getvalue().encode()
        self._buffer.seek(0)
        self._buffer.truncate()
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
