"""The rows of one sheet, from its XML."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import IO, Final, NamedTuple

from services.contracts.words import Phrase
from services.registry.imports.errors import UnreadableImport
from services.registry.imports.terms import MAX_ROWS

from .markup import feed, local, new_parser, too_large
from .strings import SharedStrings, plain_text

# No register has so many columns. One cell far to the right would make every row as wide.
MAX_COLUMNS: Final = 200
_MOST_TEXT: Final = 1_000_000
_MOST_ELEMENTS_OF_ROW: Final = 100_000
_MOST_ROWS: Final = 2_000_000
_DAYS_FROM_1900_TO_1904: Final = 1462
_SERIAL_ZERO: Final = date(1899, 12, 30)
_LAST_SERIAL: Final = 2_958_465  # 31.12.9999


class SheetRow(NamedTuple):
    """One row. Of the cells in columns beyond the limit, the last stands in one more cell for all of them."""

    number: int
    cells: list[str]


class SheetReader:
    """The handlers of one sheet. A cell's text is its value; a formula without a value is `=` and the formula."""

    def __init__(self, strings: SharedStrings, date_styles: frozenset[str], *, epoch_1904: bool) -> None:
        self._strings, self._date_styles = strings, date_styles
        self._days_added = _DAYS_FROM_1900_TO_1904 if epoch_1904 else 0
        self._ready: list[SheetRow] = []
        self._columns: dict[str, int] = {}
        self._number = self._column = self._elements = self._rows = self._aids = 0
        self._cells: list[str] = []
        self._type = self._style = self._field = ""
        self._value: list[str] = []
        self._formula: list[str] | None = None
        self._size, self._has_value = 0, False

    def rows(self, part: IO[bytes]) -> Iterator[SheetRow]:
        """Yield the rows in order, with the blank ones that the XML leaves out before a row that is not blank.

        Raises UnreadableImport where a row that is not blank stands beyond the limit.
        """
        last, blanks = 0, list[int]()
        for row in self.stated_rows(part):
            if not any(row.cells):
                if row.number <= MAX_ROWS:
                    blanks.append(row.number)
                continue
            if row.number > MAX_ROWS:
                raise UnreadableImport(Phrase("details.import-too-many-lines", count=MAX_ROWS))
            for number in range(last + 1, row.number):
                yield SheetRow(number, [])
            yield row
            last = row.number
            blanks.clear()
        for number in blanks:
            yield SheetRow(number, [])

    def stated_rows(self, part: IO[bytes]) -> Iterator[SheetRow]:
        """Yield the rows that the XML states, in order."""
        parser = new_parser()
        parser.StartElementHandler, parser.EndElementHandler = self._begin, self._end
        parser.CharacterDataHandler = self._add
        for _ in feed(parser, part):
            yield from self._ready
            self._ready.clear()

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if self._elements > _MOST_ELEMENTS_OF_ROW:
            raise too_large()
        name = local(name)
        if name == "c":
            self._begin_cell(attributes)
        elif name == "row":
            self._begin_row(attributes)
        elif name in {"v", "f"}:
            self._field = name
            if name == "f":
                self._formula = []
            else:
                self._has_value = True
        elif name == "t":
            self._field = "" if self._aids else "v"
        elif name == "rPh":
            self._aids += 1

    def _begin_row(self, attributes: dict[str, str]) -> None:
        before = self._number
        self._number = int(float(attributes["r"])) if "r" in attributes else before + 1
        self._rows += 1
        if self._rows > _MOST_ROWS:
            raise too_large()
        if self._number <= before:
            raise ValueError("the rows are not in order")
        self._cells, self._column, self._elements = [], 0, 0

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        self._column = self._column + 1 if reference is None else self._column_of(reference)
        self._type, self._style = attributes.get("t", "n"), attributes.get("s", "")
        self._value, self._formula, self._field = [], None, ""
        self._size, self._has_value = 0, False

    def _column_of(self, reference: str) -> int:
        column = reference.rstrip("0123456789")
        known = self._columns.get(column)
        if known is None:
            known = 0
            for character in column.upper():
                known = known * 26 + ord(character) - 64
            self._columns[column] = known
        return known

    def _add(self, text: str) -> None:
        if not self._field:
            return
        self._size += len(text)
        if self._size > _MOST_TEXT:
            raise too_large()
        if self._field == "v":
            self._value.append(text)
        elif self._formula is not None:
            self._formula.append(text)

    def _end(self, name: str) -> None:
        name = local(name)
        if name == "c":
            text = self._cell_text()
            if text:
                self._put(text)
        elif name == "row":
            self._ready.append(SheetRow(self._number, self._cells))
        elif name == "rPh":
            self._aids -= 1
        self._field = ""

    def _put(self, text: str) -> None:
        cells, place = self._cells, min(self._column, MAX_COLUMNS + 1) - 1
        if place < len(cells):
            cells[place] = text
            return
        cells.extend([""] * (place - len(cells)))
        cells.append(text)

    def _cell_text(self) -> str:
        text = "".join(self._value)
        if not text:
            # A text that was calculated may be empty; any other formula without a value was never calculated.
            empty = self._formula is None or (self._type == "str" and self._has_value)
            return "" if empty else "=" + "".join(self._formula or ())
        match self._type:
            case "s":
                return self._strings.at(int(text)).strip()
            case "n":
                return self._number_text(text)
            case "b":
                return "TRUE" if text == "1" else "FALSE"
            case "d":
                return text[:10]
            case _:
                return plain_text(text).strip()

    def _number_text(self, text: str) -> str:
        shows_a_day = self._style in self._date_styles
        if text.isdigit() and not shows_a_day:
            return text
        try:
            number = float(text)
        except ValueError:
            return text.strip()
        if shows_a_day and 0 < number < _LAST_SERIAL - self._days_added:
            return (_SERIAL_ZERO + timedelta(days=int(number) + self._days_added)).isoformat()
        # Workbooks calculate with fifteen digits; further digits are no part of the number.
        return str(int(number)) if number.is_integer() else f"{number:.15g}"
