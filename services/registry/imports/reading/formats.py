"""Formats of lists as data: their columns, and how a header is recognised."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from services.registry.nouns.rows import printable

# White space, and marks that are not seen: a byte order mark, a soft hyphen, a zero width space.
_UNSEEN: Final = re.compile("[\ufeff\u00ad\u200b-\u200f\u2060]")
_DASH: Final = re.compile("[\u2010-\u2015\u2212]")
_SHOWN: Final = 200


class BeyondRepair(Exception):
    """The line's columns cannot be separated. The text names the anchor that fails."""


# The cells of a line whose commas were never quoted. It raises BeyondRepair.
Repair = Callable[[str], list[str]]


def normal_header(text: str) -> str:
    """Return the form in which headers are compared: NFC, case-folded, white space squeezed, dashes alike."""
    plain = _DASH.sub("-", _UNSEEN.sub("", text))
    return " ".join(unicodedata.normalize("NFC", plain).casefold().split())


@dataclass(frozen=True, slots=True)
class ListFormat:
    """A list that can be read.

    `columns` maps the register's name of a column to a field; an empty field has no meaning here. `needed` are the
    columns by which the format is recognised, `required` the fields without which a row says nothing, `key` the field
    that numbers a row. `repair` separates the cells of a line whose commas were never quoted; it raises BeyondRepair.
    """

    name: str
    columns: Mapping[str, str]
    needed: frozenset[str]
    required: frozenset[str]
    key: str
    repair: Repair | None = None
    by_header: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_header", {normal_header(column): column for column in self.columns})
        if self.key not in self.required & {self.columns[column] for column in self.needed}:
            raise ValueError(f"{self.name}: the key {self.key} must be required, and its column needed")


@dataclass(frozen=True, slots=True)
class Header:
    """The header line of a list.

    `columns` has for each place the register's name of the column, an empty one for a column that the format does not
    know, and None where the header is blank.
    """

    format: ListFormat
    columns: tuple[str | None, ...]
    ignored: tuple[str, ...]
    twice: tuple[str, ...]

    @property
    def names(self) -> frozenset[str]:
        """The register's names of the columns that the list has."""
        return frozenset(column for column in self.columns if column)

    @property
    def missing(self) -> tuple[str, ...]:
        """The needed columns that the list has not, in the register's order."""
        return tuple(column for column in self.format.columns if column in self.format.needed - self.names)


def best_header(cells: Sequence[str], formats: Sequence[ListFormat]) -> Header | None:
    """Return the cells as a header of the format that misses the fewest columns, then knows the most of them.

    None where no format knows any of them.
    """
    names = [normal_header(cell) for cell in cells]
    headers = [_header(cells, names, known) for known in formats if any(name in known.by_header for name in names)]
    return min(headers, key=lambda header: (len(header.missing), -len(header.names)), default=None)


def _header(cells: Sequence[str], names: Sequence[str], known: ListFormat) -> Header:
    columns = [known.by_header.get(name, "") if name else None for name in names]
    return Header(
        format=known,
        columns=tuple(columns),
        ignored=tuple(
            printable(" ".join(cell.split()))[:_SHOWN]
            for cell, column in zip(cells, columns, strict=True)
            if column == ""
        ),
        twice=tuple(column for column, count in Counter(columns).items() if column and count > 1),
    )
