"""The records of a table as rows, ignored lines and rejected lines."""

import re
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Final

from services.registry.nouns.terms import IgnoredReason, Rule

from .formats import BeyondRepair, Repair, normal_header
from .ledger import Ignored, Line, Rejected, Row
from .separated import Record, loose_cells
from .tables import FoundTable, separator_named_by
from .text import Damage

# The words with which a line of sums begins.
_TOTAL: Final = re.compile(r"(kaikki |loppu|väli)?(yhteensä|summat?|totals?|sum|sammanlagt|totalt)\b", re.IGNORECASE)
_NUMBER: Final = re.compile(r"[-\u2212]?[\d\s.,]*\d\s*(€|eur)?", re.IGNORECASE)
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_DIGITS: Final = re.compile(r"\d+")
# A line with no more filled cells may be a footer.
_FEW: Final = 2
# More lines than these below the last row are no footer.
_MOST_FOOTERS: Final = 100
# Numbers of one register have few shapes.
_MOST_SHAPES: Final = 50


def read_lines(found: FoundTable) -> Iterator[Line]:
    """Yield every line of the table in order, each exactly once."""
    body = _Body(found)
    for record in found.table.records(body.accepts):
        if record.number < found.number:
            yield from _ignored(record, _reason_above(record))
        elif record.number == found.number:
            yield from _ignored(record, IgnoredReason.header)
        else:
            yield from body.read(record)
    yield from body.end()


def _reason_above(record: Record) -> IgnoredReason:
    if not any(record.cells):
        return IgnoredReason.blank
    if record.number == 1 and separator_named_by(record.text):
        return IgnoredReason.separator_line
    return IgnoredReason.before_header


def _ignored(record: Record, reason: IgnoredReason) -> Iterator[Line]:
    yield Ignored(record.number, reason, record.text)
    yield from _continued(record)


def _continued(record: Record) -> Iterator[Line]:
    """Yield the further lines of a record whose cells have line breaks."""
    for line in record.lines[1:]:
        yield Ignored(line.number, IgnoredReason.continued, line.text)


class _Body:
    """The records below the header. Those that may be a footer wait until a whole row follows, or the end."""

    def __init__(self, found: FoundTable) -> None:
        self._found, known = found, found.header.format
        columns = found.header.columns
        self._width = max(place for place, column in enumerate(columns, start=1) if column is not None)
        self._spare = len(columns) - self._width
        self._places = [(place, column) for place, column in enumerate(columns) if column]
        self._nameless = [place for place, column in enumerate(columns[: self._width]) if column is None]
        self._key = next(place for place, column in self._places if known.columns[column] == known.key)
        self._key_header = normal_header(columns[self._key] or "")
        required = [place for place, column in self._places if known.columns[column] in known.required]
        self._last_required = required[-1]
        # With the first twice, it returns a tuple for a list of one required field too.
        self._required_of = itemgetter(required[0], *required)
        as_listed = tuple(columns[: self._width]) == tuple(known.columns)
        self._repair = known.repair if found.table.separator == "," and as_listed else None
        self._shapes: set[str] = set()
        self._looks: set[tuple[str, int]] = set()
        self._quote_open = False
        self._waiting: list[tuple[Record, IgnoredReason | None]] = []

    def accepts(self, record: Record) -> bool:
        """Return whether a record of several lines is one. No line after the first may look like a row of its own."""
        if record.number <= self._found.number:
            return record.number == self._found.number
        whole = len(record.cells) == self._width + self._spare
        if any(record.cells[self._width :]) or (self._repair and not whole):
            return False
        shape, (*inner, last) = _shape(self._key_of(record.cells)), record.lines[1:]
        # The last line closes the quote in its first cell: the cells after it complete the row.
        completes = whole and self._found.table.separator not in last.text.partition('"')[0]
        return not any(self._looks_like_a_row(line.text, shape) for line in (inner if completes else record.lines[1:]))

    def _looks_like_a_row(self, text: str, shape: str) -> bool:
        cells = loose_cells(text, self._found.table.separator)
        if shape:
            return len(cells) * 2 >= self._width and _shape(self._key_of(cells)) == shape
        return len(cells) >= self._width

    def read(self, record: Record) -> Iterator[Line]:
        """Yield the lines that are decided by this record."""
        reason = self._reason(record)
        if reason is None and not self._may_be_footer(record):
            if self._waiting:
                yield from self._flush_as_rows()
            yield from self._decided(record)
        elif reason is not None and not self._waiting:
            yield from _ignored(record, reason)
        else:
            self._waiting.append((record, reason))
            if len(self._waiting) > _MOST_FOOTERS:
                # Many blank lines below a footer end the list; many short lines are rows that lack their cells.
                yield from self.end() if reason else self._flush_as_rows()

    def end(self) -> Iterator[Line]:
        """Yield the lines that waited for a row: none follows, so they are the footer."""
        for record, reason in self._waiting:
            last = IgnoredReason.total if self._has_only_numbers(record) else IgnoredReason.footer
            yield from _ignored(record, reason or last)
        self._waiting.clear()

    def _flush_as_rows(self) -> Iterator[Line]:
        for record, reason in self._waiting:
            yield from self._decided(record) if reason is None else _ignored(record, reason)
        self._waiting.clear()

    def _reason(self, record: Record) -> IgnoredReason | None:
        cells = record.cells
        if self._is_complete(cells):
            # Most rows are told from a repeated header by one look at their key.
            key = self._key_of(cells)
            return IgnoredReason.header if not key[-1].isdigit() and self._is_header(key) else None
        first = next((cell for cell in cells if cell), None)
        if first is None:
            return None if record.unclosed else IgnoredReason.blank
        return IgnoredReason.total if _TOTAL.match(first) else None

    def _is_header(self, key: str) -> bool:
        return normal_header(key) == self._key_header

    def _is_complete(self, cells: Sequence[str]) -> bool:
        return len(cells) > self._last_required and all(self._required_of(cells))

    def _may_be_footer(self, record: Record) -> bool:
        cells = record.cells
        if record.unclosed or self._is_complete(cells):
            return False
        shape = _shape(self._key_of(cells))
        if shape and shape in self._shapes:
            return False
        few_cells = record.lines and len(cells) * 3 < self._width
        return bool(few_cells) or sum(map(bool, cells)) <= _FEW or self._has_only_numbers(record)

    def _has_only_numbers(self, record: Record) -> bool:
        filled = [cell for cell in record.cells if cell]
        return not self._key_of(record.cells) and bool(filled) and all(map(_NUMBER.fullmatch, filled))

    def _key_of(self, cells: Sequence[str]) -> str:
        return cells[self._key] if self._key < len(cells) else ""

    def _decided(self, record: Record) -> Iterator[Line]:
        line = self._line(record)
        if self._quote_open and isinstance(line, Row):
            line = self._after_open_quote(record, line)
        if isinstance(line, Row):
            self._remember_shape(self._key_of(record.cells))
        elif isinstance(line, Rejected) and line.rule is Rule.unclosed_quote:
            self._quote_open = record.unclosed
        yield line
        if len(record.lines) > 1:
            yield from _continued(record)

    def _remember_shape(self, key: str) -> None:
        # Keys of one length and one first character nearly always have one shape, and it is found by the first of them.
        look = key[:1], len(key)
        if look not in self._looks and len(self._looks) < _MOST_SHAPES:
            self._looks.add(look)
            self._shapes.add(_shape(key))

    def _after_open_quote(self, record: Record, row: Row) -> Line:
        """Return the row after a quote that was never closed, or reject it where that quote may end in its cells."""
        if record.text.count('"') % 2:
            self._quote_open = False
            return Rejected(record.number, Rule.unclosed_quote, record.text, "a quote of an earlier line ends here")
        self._quote_open = not self._is_complete(record.cells)
        return row

    def _line(self, record: Record) -> Line:
        if record.damage is Damage.lost:
            return Rejected(record.number, Rule.undecodable, record.text, "bytes that are no text")
        if self._repair is not None:
            return self._repaired(record, self._repair)
        if record.unclosed:
            return Rejected(record.number, Rule.unclosed_quote, record.text, "the quote is never closed")
        cells = record.cells
        if record.malformed and len(cells) != self._width + self._spare:
            return Rejected(record.number, Rule.beyond_repair, record.text, "a quote ends in the middle of a cell")
        if any(cells[self._width :]) or any(cells[place] for place in self._nameless if place < len(cells)):
            detail = f"{len(cells)} cells under {self._width} columns"
            return Rejected(record.number, Rule.too_many_cells, record.text, detail)
        return self._row(record, cells)

    def _repaired(self, record: Record, repair: Repair) -> Line:
        quoted = '"' in record.text and not record.malformed
        if quoted and len(record.cells) == self._width + self._spare and not any(record.cells[self._width :]):
            return self._row(record, record.cells)
        try:
            return self._row(record, repair(record.text.removesuffix("," * self._spare)))
        except BeyondRepair as error:
            rule = Rule.unclosed_quote if record.unclosed else Rule.beyond_repair
            return Rejected(record.number, rule, record.text, str(error))

    def _row(self, record: Record, cells: Sequence[str]) -> Row:
        if len(cells) < self._width:
            cells = [*cells, *[""] * (self._width - len(cells))]
        filled = {column: cells[place] for place, column in self._places}
        return Row(record.number, filled, record.damage is Damage.mixed)


def _shape(text: str) -> str:
    """Return the text with each word as `a` and each number as `9`; nothing where it has no digit."""
    if not _DIGITS.search(text):
        return ""
    return _DIGITS.sub("9", _LETTERS.sub("a", text.strip('" ')))
