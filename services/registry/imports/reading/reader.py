"""The one reader of lists, for detecting and for reading: the bytes of a file become the lines of its ledger."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from services.contracts.words import Phrase
from services.registry.imports.errors import UnreadableImport
from services.registry.imports.terms import MAX_ROWS
from services.registry.nouns.rows import printable
from services.registry.nouns.terms import IgnoredReason

from .days import NamedDay, named_day, plainer
from .formats import ListFormat
from .ledger import Ignored, Line, OtherSheet
from .lines import read_lines
from .tables import FoundTable, find_table

_NAMES_ITS_DAY: Final = {IgnoredReason.before_header, IgnoredReason.footer}
_SHOWN: Final = 200


class ListFile:
    """A list in a file: its format, its sheet, the columns that are ignored, and its lines.

    `list_on` is the day that the file itself names; it is complete when all lines are read.
    """

    def __init__(self, found: FoundTable) -> None:
        self._found = found
        self._named_day: NamedDay | None = None
        self.format: ListFormat = found.header.format
        self.sheet: str | None = found.table.sheet
        self.ignored_columns: tuple[str, ...] = found.header.ignored

    @property
    def list_on(self) -> date | None:
        """The day of the list, as the lines that have been read name it."""
        return self._named_day.day if self._named_day else None

    def other_sheets(self) -> tuple[OtherSheet, ...]:
        """Return the sheets that are not read. Reads them, to count their lines. Raises UnreadableImport."""
        return self._found.table.other_sheets()

    def lines(self) -> Iterator[Line]:
        """Yield every line of the file in order.

        Raises UnreadableImport where the file is damaged, is too long, or has only lines that are ignored.
        """
        rows, below = 0, ""
        for line in read_lines(self._found):
            if line.number > MAX_ROWS:
                raise UnreadableImport(Phrase("details.import-too-many-lines", count=MAX_ROWS))
            if isinstance(line, Ignored):
                below = below or (line.text if line.number > self._found.number else "")
                if line.reason in _NAMES_ITS_DAY:
                    self._named_day = plainer(self._named_day, named_day(line.text[:_SHOWN]))
            else:
                rows += 1
            yield line
        if not rows:
            raise self._without_rows(below)

    def _without_rows(self, below: str) -> UnreadableImport:
        name, line = self.format.name, self._found.number
        if below:
            return UnreadableImport(
                Phrase("details.import-only-other-lines", text=printable(below[:_SHOWN]), format=name, line=line)
            )
        return UnreadableImport(Phrase("details.import-without-rows", format=name, line=line))


def open_list(content: bytes, formats: Sequence[ListFormat]) -> ListFile:
    """Return the list of the file. Raises: UnreadableImport, UnknownImportFormat."""
    return ListFile(find_table(content, formats))
