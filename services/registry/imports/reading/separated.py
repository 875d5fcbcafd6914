"""The records of a text with separators: one line each, or several where a quoted cell has line breaks."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from .text import Damage, TextLine

SEPARATORS: Final = (";", "\t", ",", "|")
# Lines of one quoted cell. A quote that is still open then was never closed.
_MAX_SPAN: Final = 200


@dataclass(slots=True)
class Record:
    """One record: its cells and its lines; a record of a workbook has no lines of text.

    Cells that break the rules of quoting are `malformed`: they are the text between the separators.
    """

    number: int
    cells: list[str]
    lines: Sequence[TextLine] = ()
    unclosed: bool = False
    malformed: bool = False

    @property
    def text(self) -> str:
        """The first line as it stands in the file."""
        return self.lines[0].text if self.lines else "; ".join(cell for cell in self.cells if cell)

    @property
    def damage(self) -> Damage:
        """The worst damage of the lines."""
        if len(self.lines) == 1:
            return self.lines[0].damage
        return max((line.damage for line in self.lines), default=Damage.none)


# Whether a record of several lines is one, not a quote that was never closed.
Accepts = Callable[[Record], bool]


class _Feed:
    """The lines for the reader of CSV, some of which it may get again."""

    def __init__(self, lines: Iterable[TextLine]) -> None:
        self.taken: list[TextLine] = []
        self.wanted_more = False
        self._lines = iter(lines)
        self._again: list[TextLine] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self.wanted_more = bool(self.taken)
        if len(self.taken) > _MAX_SPAN:
            raise StopIteration
        line = self._again.pop() if self._again else next(self._lines)
        self.taken.append(line)
        return line.text + "\n"

    def lines_before_a_quote(self) -> Iterator[TextLine]:
        """Yield the lines up to the next that has a quote. Without quotes a line is its own record."""
        while (line := self._again.pop() if self._again else next(self._lines, None)) is not None:
            if '"' in line.text:
                self._again.append(line)
                return
            yield line

    def begin_record(self) -> None:
        self.taken, self.wanted_more = [], False

    def give_back_all_but_first(self) -> None:
        self._again.extend(reversed(self.taken[1:]))
        del self.taken[1:]


def records(lines: Iterable[TextLine], separator: str, accepts: Accepts) -> Iterator[Record]:
    """Yield the records. Where `accepts` refuses one of several lines, only its first line is taken, as unclosed."""
    feed = _Feed(lines)
    reader = csv.reader(feed, delimiter=separator, strict=True)
    while True:
        for line in feed.lines_before_a_quote():
            yield Record(line.number, [cell.strip() for cell in line.text.split(separator)], (line,))
        feed.begin_record()
        try:
            cells: list[str] | None = next(reader)
        except StopIteration:
            return
        except csv.Error:
            cells = None
        yield _record(feed, cells, separator, accepts)


def _record(feed: _Feed, cells: list[str] | None, separator: str, accepts: Accepts) -> Record:
    first = feed.taken[0]
    if cells is not None:
        if len(cells) == 1 and separator in cells[0]:
            # A whole line in quotes: Excel saves it so where the separator was not the one of its language.
            cells = loose_cells(cells[0], separator)
        record = Record(first.number, [cell.strip() for cell in cells], tuple(feed.taken))
        if len(feed.taken) == 1 or accepts(record):
            return record
    unclosed = feed.wanted_more
    feed.give_back_all_but_first()
    return Record(first.number, plain_cells(first.text, separator), (first,), unclosed, malformed=True)


def loose_cells(text: str, separator: str) -> list[str]:
    """Return the cells of one line by itself, whatever its quotes are."""
    try:
        return next(csv.reader([text], delimiter=separator), [])
    except csv.Error:  # A cell is longer than any cell of a list.
        return plain_cells(text, separator)


def plain_cells(text: str, separator: str) -> list[str]:
    """Return the text between the separators; quotes around a whole cell are removed."""
    return [_unquoted(cell.strip()) for cell in text.split(separator)]


def _unquoted(cell: str) -> str:
    if len(cell) >= 2 and cell[0] == cell[-1] == '"' and '"' not in cell[1:-1]:
        return cell[1:-1].strip()
    return cell
