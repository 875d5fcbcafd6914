"""New workbooks: sheets that are written row by row in constant memory, with cells of the types of their values."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Final

from .cells import Cell, headings, is_unambiguous, joined, scalar_text, unused
from .shapes import Column, Kind

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

MAX_ROWS: Final = 1_048_576
MAX_TEXT: Final = 32_767
_MAX_SHEET_NAME: Final = 31
# A number of a spreadsheet has fifteen digits.
_MAX_DIGITS: Final = 15
# Before this day, spreadsheets do not agree on the number of a day: one of them counts a 29 February 1900.
_FIRST_DAY: Final = date(1900, 3, 1)
_WIDTHS: Final = {Kind.text: 12, Kind.number: 8, Kind.decimal: 18, Kind.day: 12, Kind.instant: 20}
_DAY: Final = "d.m.yyyy"
_INSTANT: Final = "d.m.yyyy hh:mm:ss"


class NewWorkbook:
    """A workbook that is written into a file."""

    def __init__(self, file: IO[bytes]) -> None:
        import xlsxwriter  # noqa: PLC0415 - Few requests need it.

        self._workbook = xlsxwriter.Workbook(file, {"constant_memory": True})
        self.bold = self._workbook.add_format({"bold": True})
        self._formats: dict[str, Format] = {}
        self._names: list[str] = []
        self._rest: Sheet | None = None

    def add(self, name: str, columns: Sequence[Column]) -> "Sheet":
        """Add the sheet of these columns; where the name is taken, it gets a number."""
        return Sheet(self, name, columns)

    def add_worksheet(self, name: str) -> "Worksheet":
        """Add a sheet with a name like this one that a workbook may have."""
        plain = "".join("_" if sign in "[]:*?/\\'" else sign for sign in name)
        self._names.append(unused(plain[: _MAX_SHEET_NAME - 4], self._names))
        worksheet: Worksheet = self._workbook.add_worksheet(self._names[-1])
        return worksheet

    def format(self, number_format: str) -> "Format":
        """Return the format of cells that show numbers like this."""
        if number_format not in self._formats:
            self._formats[number_format] = self._workbook.add_format({"num_format": number_format})
        return self._formats[number_format]

    def write_rest(self, sheet: str, row: int, heading: str, text: str) -> None:
        """Write the rest of a text that is too long for a cell into the sheet `long texts`."""
        if self._rest is None:
            names = ("sheet", "row", "column", "part", "text")
            self._rest = self.add("long texts", [Column((name,), Kind.text) for name in names])
        for part, start in enumerate(range(0, len(text), MAX_TEXT), start=2):
            self._rest.write([sheet, row, heading, part, text[start : start + MAX_TEXT]])

    def close(self) -> None:
        """Write the file and take the temporary ones away."""
        self._workbook.close()


class Sheet:
    """A sheet of rows; another one follows where a sheet is full."""

    def __init__(self, workbook: NewWorkbook, name: str, columns: Sequence[Column]) -> None:
        self._workbook, self._name, self._columns = workbook, name, columns
        self._headings = headings(columns, with_zone=True)
        self._begin()

    def _begin(self) -> None:
        self._sheet, self._row = self._workbook.add_worksheet(self._name), 0
        for place, (column, heading) in enumerate(zip(self._columns, self._headings, strict=True)):
            self._sheet.set_column(place, place, max(_WIDTHS[column.kind], min(len(heading) + 2, 40)))
            self._sheet.write_string(0, place, heading, self._workbook.bold)
        self._sheet.freeze_panes(1, 0)

    def write(self, cells: Sequence[Cell]) -> None:
        """Write the next row."""
        self._row += 1
        if self._row == MAX_ROWS:
            self._begin()
            self._row = 1
        for place, cell in enumerate(cells):
            self._write_cell(place, cell)

    def _write_cell(self, place: int, cell: Cell) -> None:
        match cell:
            case None | []:
                return
            case str():
                self._write_text(place, cell)
            case bool():
                self._sheet.write_boolean(self._row, place, cell)
            case int() | float() | Decimal() if _fits(cell):
                self._sheet.write_number(self._row, place, cell, self._number_format(cell))
            case datetime() if is_unambiguous(cell) and cell.date() >= _FIRST_DAY:
                self._sheet.write_datetime(self._row, place, cell.replace(tzinfo=None), self._workbook.format(_INSTANT))
            case date() if not isinstance(cell, datetime) and cell >= _FIRST_DAY:
                self._sheet.write_datetime(self._row, place, cell, self._workbook.format(_DAY))
            case list():
                self._write_text(place, joined([scalar_text(entry) for entry in cell]))
            case _:
                self._write_text(place, scalar_text(cell))

    def _number_format(self, number: float | Decimal) -> "Format | None":
        """Return the format that shows a decimal as it is stored: `100.00` has two decimals."""
        exponent = number.as_tuple().exponent if isinstance(number, Decimal) else 0
        return self._workbook.format(f"#,##0.{'0' * -exponent}") if isinstance(exponent, int) and exponent < 0 else None

    def _write_text(self, place: int, text: str) -> None:
        # A line break in a cell is a line feed; a carriage return would be shown as a code.
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        # Written as a text, a name that begins with "=" is no formula, and an address is no link.
        self._sheet.write_string(self._row, place, text[:MAX_TEXT])
        if len(text) > MAX_TEXT:
            name, heading = self._sheet.get_name(), self._headings[place]
            self._workbook.write_rest(name, self._row + 1, heading, text[MAX_TEXT:])


def _fits(number: float | Decimal) -> bool:
    """Return whether a spreadsheet holds the number exactly. A float of JSON is a float of the spreadsheet too."""
    if isinstance(number, float):
        return True
    _, digits, exponent = Decimal(number).as_tuple()
    return isinstance(exponent, int) and len(digits) + max(exponent, 0) <= _MAX_DIGITS
