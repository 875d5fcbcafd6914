"""Refusals: statements that the database refuses because of their values or of what is stored.

A request can cause them, so they are no bugs of the service, though a precise failure of its own would say more.
Source: PostgreSQL 18, appendix A, "PostgreSQL Error Codes".
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy.exc import DBAPIError

# A foreign key that restricts, a foreign key, a unique and an exclusion constraint.
_CONFLICTS: Final = ("23001", "23503", "23505", "23P01")
# The classes of cardinality (one row twice in a statement), data, integrity, and limits (an index row, a tsvector).
_UNSTORABLE: Final = ("21", "22", "23", "54")
# asyncpg refuses such a statement before PostgreSQL sees it, as a misuse of the connection without an SQLSTATE.
_TOO_MANY_VALUES: Final = "the number of query arguments cannot exceed"


class RefusalKind(StrEnum):
    """The reason of a refusal: what is stored, or the values themselves."""

    conflict = "conflict"
    unstorable = "unstorable"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal, with the names that tell which rule refused. It holds no value of a row."""

    kind: RefusalKind
    sqlstate: str
    table: str | None
    constraint: str | None
    column: str | None


def refusal_of(failure: DBAPIError) -> Refusal | None:
    """Return the refusal behind the failure, or None where no value and no stored row can be its cause."""
    cause = failure.orig.__cause__ if failure.orig else None
    sqlstate = str(getattr(cause, "sqlstate", None) or "")
    kind = _kind(sqlstate, cause)
    if kind is None:
        return None
    names = (getattr(cause, f"{name}_name", None) for name in ("table", "constraint", "column"))
    return Refusal(kind, sqlstate, *names)


def is_refused_by(failure: DBAPIError, constraint: str) -> bool:
    """Say whether the named constraint or unique index is what refused the statement."""
    refusal = refusal_of(failure)
    return refusal is not None and refusal.constraint == constraint


def _kind(sqlstate: str, cause: BaseException | None) -> RefusalKind | None:
    if cause is not None and isinstance(cause.__cause__, TypeError):
        # asyncpg could not encode a value of a wrong type: the service passed it.
        return None
    if sqlstate in _CONFLICTS:
        return RefusalKind.conflict
    if sqlstate.startswith(_UNSTORABLE) or _TOO_MANY_VALUES in str(cause):
        return RefusalKind.unstorable
    return None
