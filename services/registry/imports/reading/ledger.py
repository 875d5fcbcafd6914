"""The ledger of a file: every line is exactly one of a row, an ignored line and a rejected line."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.registry.nouns.terms import IgnoredReason, Rule


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the list: its cells by the register's own name of the column, blank cells included.

    With `mixed_encoding`, some bytes of its line were in another encoding than the file.
    """

    number: int
    cells: Mapping[str, str]
    mixed_encoding: bool = False


@dataclass(frozen=True, slots=True)
class Ignored:
    """A line that is no row of the list, with the reason and its text."""

    number: int
    reason: IgnoredReason
    text: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line whose cells cannot be separated, with the rule, its text and what is wrong."""

    number: int
    rule: Rule
    text: str
    detail: str


Line = Row | Ignored | Rejected


@dataclass(frozen=True, slots=True)
class OtherSheet:
    """A sheet of the workbook that is not read, with the number of its lines that are not blank."""

    name: str
    hidden: bool
    lines: int
