"""Rows that PostgreSQL itself turns into JSON, so that no objects are made of them."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, DateTime, Text, case, func, literal_column

from services.kernel.data.types import Column, Statement, type_of

_WHOLE_SECONDS: Final = literal_column("""'YYYY-MM-DD"T"HH24:MI:SS"Z"'""", Text)
_WITH_PARTS: Final = literal_column("""'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'""", Text)


@dataclass(frozen=True, slots=True, eq=False)
class JsonRows:
    """How PostgreSQL makes JSON of a list's rows.

    `select` yields the fields of the answer by their names and order. `fingerprint` differs for every other state of
    a row. `reusable`: this very object serves every request of its kind, so its statements are worth keeping.
    """

    select: Statement
    fingerprint: ColumnElement[int]
    reusable: bool


def json_field(column: Column) -> Column:
    """Return the column as the answer's JSON has it: instants in UTC with a Z."""
    if not isinstance(type_of(column), DateTime):
        return column
    whole = func.date_trunc(literal_column("'second'", Text), column) == column
    return func.to_char(
        func.timezone(literal_column("'UTC'", Text), column), case((whole, _WHOLE_SECONDS), else_=_WITH_PARTS)
    )


def row_fingerprint(*columns: Column) -> ColumnElement[int]:
    """Return a number that differs where the columns do. Unlike a version it also changes with the counters."""
    return func.hash_record_extended(func.row(*columns), literal_column("0"))
