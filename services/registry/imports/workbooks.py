"""Reading of workbooks, also of damaged and hostile ones and of those with formulas without values."""

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Final
from xml.parsers import expat

from services.contracts.words import Phrase

from .errors import UnreadableImport
from .terms import MAX_UNPACKED_BYTES

ZIP: Final = b"PK\x03\x04"
# No register has so many columns. One cell far to the right would make every row as wide.
_MAX_COLUMNS: Final = 200
# Elements of one row, one shared text, or one part without either: each is held in memory while it is read.
_MAX_ELEMENTS: Final = 100_000
_MAX_REPEATED: Final = 2_000_000
_BLOCK: Final = 1 << 16


def workbook_rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of the first sheet with their numbers. Raises UnreadableImport."""
    try:
        _refuse_bomb(content)
        yield from _rows(content)
    except UnreadableImport:
        raise
    except Exception as error:  # A damaged part makes its reader raise anything.
        raise UnreadableImport(Phrase("details.import-workbook-damaged")) from error


def _refuse_bomb(content: bytes) -> None:
    """Refuse a workbook that would take far more memory than its size. Raises UnreadableImport."""
    book = zipfile.ZipFile(io.BytesIO(content))
    if sum(member.file_size for member in book.infolist()) > MAX_UNPACKED_BYTES:
        raise UnreadableImport(Phrase("details.import-workbook-too-large"))
    for member in book.infolist():
        if member.filename.endswith((".xml", ".rels")):
            _refuse_many_elements(book, member)


def _refuse_many_elements(book: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    elements = repeated = 0

    def count(name: str, _: object) -> None:
        nonlocal elements, repeated
        if name.rpartition(":")[2] in {"row", "si"}:
            # The reader has released the elements before it.
            elements, repeated = 0, repeated + 1
        elements += 1
        if elements > _MAX_ELEMENTS or repeated > _MAX_REPEATED:
            raise UnreadableImport(Phrase("details.import-workbook-too-large"))

    parser = expat.ParserCreate()
    parser.StartElementHandler = count
    with book.open(member) as part:
        while block := part.read(_BLOCK):
            parser.Parse(block)


def _rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - It imports numpy, and few lists are workbooks.

    calculated, written = (
        load_workbook(io.BytesIO(content), read_only=True, data_only=data_only)
        .worksheets[0]
        .iter_rows(max_col=_MAX_COLUMNS, values_only=True)
        for data_only in (True, False)
    )
    for number, (values, formulas) in enumerate(zip(calculated, written, strict=True), start=1):
        # A formula without a value stays as its text and rejects its row; an empty cell would hide it.
        pairs = zip(values, formulas, strict=True)
        yield number, [_cell_text(formula if value is None else value) for value, formula in pairs]


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
        case float():
            # Workbooks calculate with fifteen digits; further digits are no part of the number.
            return f"{cell:.15g}"
        case _:
            return str(cell).strip()
