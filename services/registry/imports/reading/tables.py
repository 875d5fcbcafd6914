"""The two forms of a file, text with separators and workbook, as tables of records with a header."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Final

from services.contracts.words import Phrase
from services.registry.imports.errors import UnknownImportFormat, UnreadableImport
from services.registry.nouns.rows import printable

from .formats import Header, ListFormat, best_header
from .ledger import OtherSheet
from .separated import SEPARATORS, Accepts, Record, records
from .sheets import Sheet, Workbook, is_workbook
from .text import Text, text_of

_HEADER_WITHIN: Final = 50
_SHOWN: Final = 500
_EXCEL_LINE: Final = "sep="


@dataclass(frozen=True, slots=True)
class TextTable:
    """A text, with the separator of its header."""

    text: Text
    separator: str

    sheet: None = None

    def records(self, accepts: Accepts) -> Iterator[Record]:
        """Yield the records from the beginning of the file."""
        return records(self.text.lines(), self.separator, accepts)

    def other_sheets(self) -> tuple[OtherSheet, ...]:
        """Return none: a text has no sheets."""
        return ()


@dataclass(frozen=True, slots=True)
class SheetTable:
    """A sheet of a workbook."""

    book: Workbook
    place: Sheet

    @property
    def sheet(self) -> str:
        """The name of the sheet."""
        return self.place.name

    @property
    def separator(self) -> str:
        """No separator: the cells of a workbook stand apart."""
        return ""

    def records(self, _: Accepts) -> Iterator[Record]:
        """Yield the rows from the beginning of the sheet."""
        for number, cells in self.book.rows(self.place):
            yield Record(number, cells)

    def other_sheets(self) -> tuple[OtherSheet, ...]:
        """Return the other sheets of the workbook with the number of their lines. Reads them all."""
        others = (sheet for sheet in self.book.sheets if sheet is not self.place)
        return tuple(OtherSheet(sheet.name, sheet.hidden, self.book.count_lines(sheet)) for sheet in others)


Table = TextTable | SheetTable


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table, its header, and the line of the header."""

    table: Table
    header: Header
    number: int


def find_table(content: bytes, formats: Sequence[ListFormat]) -> FoundTable:
    """Return the list of the file.

    Raises:
        UnreadableImport: The file is damaged or empty, has a column twice, or has several lists or a hidden one.
        UnknownImportFormat: No line is a header of a known list; the missing columns are named.
    """
    if is_workbook(content):
        return _find_sheet(Workbook(content), formats)
    return _find_text(text_of(content), formats)


def _find_text(text: Text, formats: Sequence[ListFormat]) -> FoundTable:
    tables = [TextTable(text, separator) for separator in _separators(text)]
    for table in tables:
        if found := _find_header(table, formats):
            return _checked(found)
    raise _unknown(tables, formats)


def _separators(text: Text) -> Sequence[str]:
    """Return the separators that may be, the likeliest first. The header decides.

    First is the one that the first line names, as Excel writes it, then those of which one line has the most.
    """
    lines = [line.text for line in islice(text.lines(), _HEADER_WITHIN)]
    named = separator_named_by(lines[0]) if lines else ""
    most = {separator: max((line.count(separator) for line in lines), default=0) for separator in SEPARATORS}
    others = sorted(SEPARATORS, key=lambda separator: -most[separator])
    return tuple(dict.fromkeys([named, *others])) if named else others


def separator_named_by(text: str) -> str:
    """Return the separator that a line `sep=;` names, or nothing."""
    text = text.strip('"')
    name, separator = text[: len(_EXCEL_LINE)], text[len(_EXCEL_LINE) :]
    return separator if name.lower() == _EXCEL_LINE and len(separator) == 1 else ""


def _find_sheet(book: Workbook, formats: Sequence[ListFormat]) -> FoundTable:
    tables = [SheetTable(book, sheet) for sheet in book.sheets]
    found = {table.place: header for table in tables if (header := _find_header(table, formats)) is not None}
    visible = [header for sheet, header in found.items() if not sheet.hidden]
    if len(visible) > 1:
        names = ", ".join(sheet.name for sheet in found if not sheet.hidden)
        raise UnreadableImport(Phrase("details.import-several-sheets", sheets=names))
    if visible:
        return _checked(visible[0])
    if found:
        raise UnreadableImport(Phrase("details.import-sheet-hidden", sheet=next(iter(found)).name))
    raise _unknown([table for table in tables if not table.place.hidden], formats)


def _find_header(table: Table, formats: Sequence[ListFormat]) -> FoundTable | None:
    for record in _beginning(table, formats):
        header = best_header(record.cells, formats)
        if header is not None and not header.missing:
            return FoundTable(table, header, record.number)
    return None


def _beginning(table: Table, formats: Sequence[ListFormat]) -> Iterator[Record]:
    return islice(table.records(partial(_is_header, formats)), _HEADER_WITHIN)


def _is_header(formats: Sequence[ListFormat], record: Record) -> bool:
    header = best_header(record.cells, formats)
    return header is not None and not header.missing


def _checked(found: FoundTable) -> FoundTable:
    if found.header.twice:
        raise UnreadableImport(Phrase("details.import-column-twice", columns=", ".join(found.header.twice)))
    return found


def _unknown(tables: Sequence[Table], formats: Sequence[ListFormat]) -> UnknownImportFormat | UnreadableImport:
    """Return the failure of a file without a known header: the columns nearest to one, and what they miss."""
    nearest, first_cells = None, list[str]()
    for table in tables:
        for record in _beginning(table, formats):
            cells = [cell for cell in record.cells if cell]
            first_cells = first_cells if len(first_cells) >= len(cells) else cells
            header = best_header(record.cells, formats)
            if header is not None and (nearest is None or len(header.names) > len(nearest.names)):
                nearest, first_cells = header, cells
    if not first_cells:
        return UnreadableImport(Phrase("details.import-file-empty"))
    known = "; ".join(f"{known.name}: {', '.join(list(known.columns)[:4])} …" for known in formats)
    members = {"columns": printable(", ".join(first_cells)[:_SHOWN]), "known": known}
    if nearest is None or len(nearest.names) <= len(nearest.missing):
        return UnknownImportFormat(members=members)
    missing = ", ".join(nearest.missing)
    detail = Phrase("details.import-columns-missing", columns=missing, format=nearest.format.name)
    return UnknownImportFormat(detail, members={**members, "missing": missing})
