"""Reading of files: their encoding, their separator, text or workbook, and the register of their columns."""

import codecs
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from services.contracts.words import Phrase

from .columns import HEADERS, NEEDED
from .errors import UnknownImportFormat, UnreadableImport
from .repair import COLUMNS, BeyondRepair, repair
from .terms import MAX_ROWS, Format
from .workbooks import ZIP, workbook_rows

_HEADER_WITHIN: Final = 10
_BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a file: its cells by the register's own column, or the reason why they cannot be separated."""

    number: int
    cells: Mapping[str, str]
    broken: str | None = None


def detect(content: bytes) -> Format:
    """Return the format of the file. Raises: UnreadableImport, UnknownImportFormat."""
    first_cells: list[str] = []
    for _, cells in islice(_tables(content), _HEADER_WITHIN):
        file_format = _format_of(cells)
        if file_format is not None:
            return file_format
        first_cells = first_cells or [cell for cell in cells if cell]
    if not first_cells:
        raise UnreadableImport(Phrase("details.import-file-empty"))
    known = "; ".join(f"{known.value}: {', '.join(list(header)[:4])} …" for known, header in HEADERS.items())
    raise UnknownImportFormat(members={"columns": ", ".join(first_cells)[:500], "known": known})


def lines(content: bytes, file_format: Format) -> Iterator[Line]:
    """Yield the rows below the header. Raises UnreadableImport where the file is damaged or too long."""
    tables = _raw_lines(content) if file_format is Format.esr_2007_2013_raw else _tables(content)
    header: list[str] = []
    short: list[Line] = []
    for number, cells in tables:
        if number > MAX_ROWS:
            raise UnreadableImport(Phrase("details.import-too-many-lines", count=MAX_ROWS))
        filled = sum(1 for cell in cells if cell)
        if not header:
            header = cells if _format_of(cells) is not None else []
        elif filled > 2:
            yield from short
            short.clear()
            yield _line(number, header, cells)
        elif filled:
            # A row of one or two cells is a footer (the workbook ends in two of them) unless a whole row follows.
            short.append(_line(number, header, cells))


def _line(number: int, header: Sequence[str], cells: Sequence[str]) -> Line:
    if isinstance(cells, _Broken):
        return Line(number, {}, broken=cells.reason)
    if len(cells) < len(header) or any(cells[len(header) :]):
        return Line(number, {}, broken=f"{len(cells)} cells under {len(header)} columns")
    return Line(number, dict(zip(header, cells, strict=False)))


def _format_of(cells: Sequence[str]) -> Format | None:
    names = {cell for cell in cells if cell}
    return next((known for known, needed in NEEDED.items() if needed <= names <= set(HEADERS[known])), None)


def _tables(content: bytes) -> Iterator[tuple[int, list[str]]]:
    return workbook_rows(content) if content.startswith(ZIP) else _text_rows(content)


def _text(content: bytes) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(content), encoding=_encoding(content), newline="")


def _encoding(content: bytes) -> str:
    """Return UTF-8 where all bytes fit, else the encoding of Finnish Windows, else Latin-1, which fits every byte."""
    if b"\x00" in content:
        raise UnreadableImport(Phrase("details.import-neither-text-nor-workbook"))
    for encoding in ("utf-8-sig", "cp1252"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            for begin in range(0, len(content), _BLOCK):
                decoder.decode(content[begin : begin + _BLOCK])
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    return "latin-1"


def _separator(text: io.TextIOWrapper) -> str:
    beginning = "".join(islice(text, _HEADER_WITHIN))
    text.seek(0)
    return max(",;\t", key=beginning.count)


def _text_rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    text = _text(content)
    reader = csv.reader(text, delimiter=_separator(text))
    number = 1
    try:
        for cells in reader:
            yield number, [cell.strip() for cell in cells]
            number = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableImport(Phrase("details.import-line-unreadable", line=number)) from error


class _Broken(list[str]):
    """A line that could not be repaired, with the reason. It has too many cells for a footer."""

    def __init__(self, reason: str) -> None:
        super().__init__(["?"] * COLUMNS)
        self.reason = reason


def _raw_lines(content: bytes) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(_text(content), start=1):
        yield number, _raw_cells(line)


def _raw_cells(line: str) -> list[str]:
    try:
        quoted = next(csv.reader([line]), []) if '"' in line else []
    except csv.Error:  # The cell is too long for any quoted line of the register.
        quoted = []
    plain = [cell.strip() for cell in line.split(",")]
    if len(plain) < 4 or _format_of(plain) is not None:
        return plain
    if len(quoted) == COLUMNS:
        return quoted
    try:
        return repair(line)
    except BeyondRepair as error:
        return _Broken(str(error))
