"""Rows of lists: as a noun describes them, as they are staged, and as the noun judges them."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.security.auth import Principal

from .terms import IgnoredReason, Rule, Severity, Verdict

_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a row: how the text of its cell is read into its normal form, and how long the text may be.

    `read` raises Refused or ValueError.
    """

    read: Callable[[str], str] = str
    max_length: int = 100


@dataclass(frozen=True, slots=True)
class RowFormat:
    """One form in which a list comes: its columns by the list's own names, each with the field that it means.

    A column with an empty field is ignored. By the `needed` columns the form is recognised; a row without one of the
    `required` fields is rejected. Two forms of one list have the same `list_kind`.
    """

    name: str
    list_kind: str
    label: str
    columns: Mapping[str, str]
    needed: frozenset[str]
    required: frozenset[str]
    key: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem in one column of a row."""

    severity: Severity
    column: str
    rule: Rule | IgnoredReason
    value: str

    def as_json(self) -> dict[str, str]:
        """Return the finding in the form in which it is stored, with the beginning of the value."""
        return {
            "severity": self.severity,
            "column": self.column,
            "rule": self.rule,
            "value": printable(self.value[:_SHOWN]),
        }


def printable(text: str) -> str:
    """Return the text with a mark in the place of each character that cannot be stored or shown; tabs are blanks."""
    text = text.replace("\t", " ")
    return text if text.isprintable() else "".join(one if one.isprintable() else "\ufffd" for one in text)


class Refused(Exception):
    """The value of a cell does not fit its column."""

    def __init__(self, rule: Rule) -> None:
        super().__init__(rule)
        self.rule = rule


class EnteredMeanwhile(Exception):
    """Another request has entered what the import was to enter. Nothing of the import is valid."""


@dataclass(slots=True)
class StagedRow:
    """A row in the vocabulary of Vipu. An error among the findings rejects it."""

    line: int
    values: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @property
    def rejected(self) -> bool:
        """Whether an error rejects the row."""
        return any(finding.severity is Severity.error for finding in self.findings)

    def reject(self, column: str, rule: Rule, value: str) -> None:
        """Reject the row for this reason."""
        self.findings.append(Finding(Severity.error, column, rule, value))

    def warn(self, column: str, rule: Rule, value: str) -> None:
        """Let the row stand, and say what is odd about it."""
        self.findings.append(Finding(Severity.warning, column, rule, value))


@dataclass(frozen=True, slots=True)
class RowReader:
    """How the rows of one format are read: its fields by name, and the check of a row of which all cells are read."""

    fields: Mapping[str, Field]
    check: Callable[[StagedRow], None]


@dataclass(frozen=True, slots=True)
class ListRow:
    """A staged row that is not rejected: its line, the number that it is about, and its values.

    `equal_to` is the statement that was judged to say the same already. A row that has it may come without its values.
    """

    line: int
    key: str
    values: Mapping[str, str]
    equal_to: int | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """An import as the nouns see it: its list, its author, and the leading project that its new projects get.

    `named(name, number)` selects the texts of two fields in the rows that the import states, and their count. The
    second text is null where the row has none, or where the second field is None. `rows_of(session, keys)` returns the
    rows with these numbers, as far as they are not rejected.
    """

    id: UUID
    format: str
    list_on: date
    author: Principal
    coordinated_by: UUID | None
    named: Callable[[str, str | None], Select[str, str | None, int]]
    rows_of: Callable[[AsyncSession, Collection[str]], Awaitable[list["ListRow"]]]


@dataclass(frozen=True, slots=True)
class Change:
    """A field that would be shown otherwise. With `kept`, a person's value stays instead of that of the file."""

    field: str
    before: str | None
    after: str | None
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on a row, with the id that its noun has for it. The import states the row only where `stated`.

    `equal_to` is the statement that says the same already.
    """

    line: int
    verdict: Verdict
    subject_id: UUID | None = None
    changes: Sequence[Change] = ()
    stated: bool = True
    equal_to: int | None = None
    finding: Finding | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """The outcome of a chunk: ids by line, and how many were created and changed."""

    subjects: Mapping[int, UUID]
    created: int
    changed: int


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The outcome of an undo: the ids that stay because persons have spoken of them."""

    kept: frozenset[UUID]
