"""The sheets of a workbook: their names, and their rows as a stream, whatever the workbook says of their size.

The rows are read from the XML of the sheet itself, for three reasons: memory stays where it is however long the sheet
is, a formula and its value are seen together, and a size that the workbook states wrongly hides no row.
"""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Final

from services.contracts.words import Phrase
from services.registry.imports.errors import UnreadableImport
from services.registry.imports.terms import MAX_PACKED_TIMES, MAX_UNPACKED_BYTES, SAFE_UNPACKED_BYTES

from .markup import Attributes, elements, too_large
from .sheet_rows import SheetReader, SheetRow
from .strings import SharedStrings

_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
# The numbers of the formats of days that every workbook knows.
# Source: ECMA-376 part 1, 18.8.30, with the formats of East Asia.
_KNOWN_DATES: Final = frozenset(map(str, [*range(14, 18), 22, *range(27, 32), 34, 35, 36, *range(50, 59)]))
# What a format shows besides the value: texts in quotes, single characters, colours and conditions.
_SHOWN_AS_IS: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_DAY_OR_YEAR: Final = re.compile("[dyDY]")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet, with the place of its XML in the workbook."""

    name: str
    hidden: bool
    part: str


def is_workbook(content: bytes) -> bool:
    """Return whether the file is a workbook. Raises UnreadableImport for a workbook of a kind that is not read."""
    if content.startswith(_OLE):
        if _ENCRYPTED in content:
            raise UnreadableImport(Phrase("details.import-workbook-protected"))
        raise UnreadableImport(Phrase("details.import-workbook-old"))
    return content.startswith(_ZIP)


class Workbook:
    """A workbook of Excel or LibreOffice.

    Raises UnreadableImport where it is damaged, of a kind that is not read, or would fill the memory.
    """

    def __init__(self, content: bytes) -> None:
        with _damage_named():
            self._archive = zipfile.ZipFile(io.BytesIO(content))
            self._parts = {name.lower(): name for name in self._archive.namelist()}
            _refuse_bomb(self._archive)
            self._refuse_other_kinds()
            self._main = self._main_part()
            self._relations = dict(self._related(self._main))
            self.sheets, self._epoch_1904 = self._structure()
            self._date_styles = self._find_date_styles()
            self._strings: SharedStrings | None = None

    def rows(self, sheet: Sheet) -> Iterator[SheetRow]:
        """Yield the sheet's rows in order, blank ones included. Raises UnreadableImport."""
        with _damage_named(), self._open(sheet.part) as part:
            yield from self._reader().rows(part)

    def count_lines(self, sheet: Sheet) -> int:
        """Return the number of the sheet's rows that are not blank. Raises UnreadableImport."""
        with _damage_named(), self._open(sheet.part) as part:
            return sum(any(row.cells) for row in self._reader().stated_rows(part))

    def _reader(self) -> SheetReader:
        return SheetReader(self._shared_strings(), self._date_styles, epoch_1904=self._epoch_1904)

    def _open(self, part: str) -> IO[bytes]:
        return self._archive.open(self._parts[part.lower()])

    def _elements(self, part: str) -> Iterator[tuple[str, Attributes]]:
        if part.lower() in self._parts:
            with self._open(part) as opened:
                yield from elements(opened)

    def _refuse_other_kinds(self) -> None:
        if {"xl/workbook.bin", "mimetype"} & self._parts.keys():
            raise UnreadableImport(Phrase("details.import-workbook-old"))

    def _main_part(self) -> str:
        targets = [part for _, (kind, part) in self._related("") if kind == "officeDocument"]
        return targets[0] if targets else "xl/workbook.xml"

    def _related(self, part: str) -> Iterator[tuple[str, tuple[str, str]]]:
        """Yield the identifier, the kind and the part of each relation of a part; of the whole workbook for ``."""
        folder, name = posixpath.split(part)
        for element, attributes in self._elements(posixpath.join(folder, "_rels", f"{name}.rels")):
            if element == "Relationship" and attributes.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, attributes["Target"])).lstrip("/")
                yield attributes["Id"], (attributes["Type"].rpartition("/")[2], target)

    def _structure(self) -> tuple[tuple[Sheet, ...], bool]:
        sheets, epoch_1904 = [], False
        for element, attributes in self._elements(self._main):
            if element == "workbookPr":
                epoch_1904 = attributes.get("date1904", "0").lower() in {"1", "true", "on"}
            elif element == "sheet":
                kind, part = self._relations[attributes["id"]]
                if kind == "worksheet" and part.lower() in self._parts:
                    hidden = attributes.get("state", "visible") != "visible"
                    sheets.append(Sheet(attributes["name"], hidden, part))
        if not sheets:
            raise ValueError("the workbook has no sheet")
        return tuple(sheets), epoch_1904

    def _part_of(self, wanted: str) -> str | None:
        return next((part for kind, part in self._relations.values() if kind == wanted), None)

    def _find_date_styles(self) -> frozenset[str]:
        """Return the places of the styles that show a number as a day."""
        dates, styles, place, in_cells = set(_KNOWN_DATES), set(), 0, False
        for element, attributes in self._elements(self._part_of("styles") or ""):
            if element == "numFmt" and _shows_a_day(attributes.get("formatCode", "")):
                dates.add(attributes.get("numFmtId", ""))
            elif element == "cellXfs":
                in_cells = True
            elif element in {"cellStyles", "dxfs"}:
                in_cells = False
            elif element == "xf" and in_cells:
                if attributes.get("numFmtId", "") in dates:
                    styles.add(str(place))
                place += 1
        return frozenset(styles | ({""} if "0" in styles else set()))

    def _shared_strings(self) -> SharedStrings:
        if self._strings is None:
            part = self._part_of("sharedStrings")
            if part is None or part.lower() not in self._parts:
                self._strings = SharedStrings(None)
            else:
                self._strings = SharedStrings(self._open(part))
        return self._strings


def _shows_a_day(code: str) -> bool:
    return _DAY_OR_YEAR.search(_SHOWN_AS_IS.sub("", code).replace("General", "")) is not None


@contextmanager
def _damage_named() -> Iterator[None]:
    try:
        yield
    except UnreadableImport:
        raise
    except Exception as error:  # A damaged part makes its reader raise anything.
        raise UnreadableImport(Phrase("details.import-workbook-damaged")) from error


def _refuse_bomb(archive: zipfile.ZipFile) -> None:
    """Refuse a workbook that unpacks to far more than any list. Raises UnreadableImport."""
    unpacked = sum(member.file_size for member in archive.infolist())
    packed = sum(member.compress_size for member in archive.infolist())
    suspicious = unpacked > SAFE_UNPACKED_BYTES and unpacked > MAX_PACKED_TIMES * packed
    if suspicious or unpacked > MAX_UNPACKED_BYTES:
        raise too_large()
