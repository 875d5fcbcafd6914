"""JSON rows: lists whose rows PostgreSQL turns into JSON, so that Python makes no objects of them."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, DateTime, Text, case, func, literal_column

from services.kernel.data.types import Column, Statement, type_of

_WHOLE_SECONDS: Final = literal_column("""'YYYY-MM-DD"T"HH24:MI:SS"Z"'""", Text)
_WITH_PARTS: Final = literal_column("""'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'""", Text)


@dataclass(frozen=True, slots=True, eq=False)
class JsonRows:
    """The way in which PostgreSQL makes JSON of a list's rows.

    `select` has the fields of an item, with their names and in their order. `fingerprint` differs between any two
    states of a row. A `reusable` object serves every request of its kind, so its statements are cached.
    """

    select: Statement
    fingerprint: ColumnElement[int]
    reusable: bool


def json_field(column: Column) -> Column:
    """Return the column in the form of the answer's JSON: instants are in UTC and end with Z."""
    if not isinstance(type_of(column), DateTime):
        return column
    whole = func.date_trunc(literal_column("'second'", Text), column) == column
    return func.to_char(
        func.timezone(literal_column("'UTC'", Text), column), case((whole, _WHOLE_SECONDS), else_=_WITH_PARTS)
    )


def row_fingerprint(*columns: Column) -> ColumnElement[int]:
    """Return a hash of the columns. Unlike the version, it also changes with the counters of a row."""
    return func.hash_record_extended(func.row(*columns), literal_column("0"))
