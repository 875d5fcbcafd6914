"""Files as they come: encoding, separator, workbook or text, and which register's columns they have."""

import codecs
import csv
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Final

from .columns import HEADERS, NEEDED
from .errors import UnknownImportFormat, UnreadableImport
from .repair import COLUMNS, BeyondRepair, repair
from .terms import MAX_UNPACKED_BYTES, Format

_ZIP: Final = b"PK\x03\x04"
_HEADER_WITHIN: Final = 10
_BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a file: its cells by the register's own column, or why they cannot be told apart."""

    number: int
    cells: Mapping[str, str]
    broken: str | None = None


def detect(content: bytes) -> Format:
    """Whose list the file is. Raises: UnreadableImport, UnknownImportFormat."""
    seen: list[str] = []
    for _, cells in islice(_tables(content), _HEADER_WITHIN):
        found = _format_of(cells)
        if found is not None:
            return found
        seen = seen or [cell for cell in cells if cell]
    if not seen:
        raise UnreadableImport("the file is empty")
    known = "; ".join(f"{known.value}: {', '.join(list(header)[:4])} …" for known, header in HEADERS.items())
    raise UnknownImportFormat(members={"columns": ", ".join(seen)[:500], "known": known})


def lines(content: bytes, file_format: Format) -> Iterator[Line]:
    """The rows below the header. Raises UnreadableImport where the file breaks off."""
    tables = _raw_lines(content) if file_format is Format.esr_2007_2013_raw else _tables(content)
    header: list[str] = []
    for number, cells in tables:
        if not header:
            header = cells if _format_of(cells) is not None else []
        elif sum(1 for cell in cells if cell) > 2:
            yield _line(number, header, cells)
        # A row of one or two cells is blank or a footer: the workbook ends in two of them.


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
    return _workbook_rows(content) if content.startswith(_ZIP) else _text_rows(content)


def _text(content: bytes) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(content), encoding=_encoding(content), newline="")


def _encoding(content: bytes) -> str:
    """UTF-8 where all of it is; else what Finnish Windows wrote; else Latin-1, which is never wrong about a byte."""
    if b"\x00" in content:
        raise UnreadableImport("the file is neither text nor a workbook")
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
    header = text.readline(20_000)
    text.seek(0)
    return max(",;\t", key=header.count)


def _text_rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    text = _text(content)
    reader = csv.reader(text, delimiter=_separator(text))
    number = 1
    try:
        for cells in reader:
            yield number, [cell.strip() for cell in cells]
            number = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableImport(f"line {number}: {error}") from error


class _Broken(list[str]):
    """A line that could not be repaired: enough cells to be no footer, and the reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(["?"] * COLUMNS)
        self.reason = reason


def _raw_lines(content: bytes) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(_text(content), start=1):
        yield number, _raw_cells(line, is_header=number == 1)


def _raw_cells(line: str, *, is_header: bool) -> list[str]:
    if is_header or line.count(",") < 3:
        return [cell.strip() for cell in line.split(",")]
    if '"' in line and len(quoted := next(csv.reader([line]))) == COLUMNS:
        return quoted
    try:
        return repair(line)
    except BeyondRepair as error:
        return _Broken(str(error))


def _workbook_rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - Slow to start, with numpy in tow; few lists are workbooks.
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        unpacked = sum(member.file_size for member in zipfile.ZipFile(io.BytesIO(content)).infolist())
        _refuse_bomb(unpacked)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        for number, row in enumerate(book.worksheets[0].iter_rows(values_only=True), start=1):
            yield number, [_cell_text(cell) for cell in row]
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, SyntaxError, OSError) as error:
        raise UnreadableImport("the workbook is damaged") from error


def _refuse_bomb(unpacked_bytes: int) -> None:
    if unpacked_bytes > MAX_UNPACKED_BYTES:
        raise UnreadableImport("the workbook is too large when unpacked")


def _cell_text(cell: object) -> str:
    match cell:
        case None:
            return ""
        case datetime():
            return cell.date().isoformat()
        case date():
            return cell.isoformat()
        case float() if cell.is_integer():
            return str(int(cell))
        case _:
            return str(cell).strip()
