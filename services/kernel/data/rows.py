"""Rows: many are written by one statement, whose text does not depend on their number."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache

from sqlalchemy import ARRAY, ColumnElement, Table, any_, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.sql.selectable import FromClause

from .types import Column, Statement, type_of


@cache
def insert_all(table: Table, names: tuple[str, ...]) -> Insert:
    """Return an INSERT with one array for each of the named columns; `columns_of(rows)` are its parameters.

    The rows are inserted in their order. The other columns get the defaults of the database, not those of Python.
    """
    source = arrays(table, names)
    return insert(table).from_select(names, select(*source.c), include_defaults=False)


def arrays(table: Table, names: tuple[str, ...], *, prefix: str = "") -> FromClause:
    """Return a table expression of parameters, which are arrays of values for the columns of the same names.

    An UPDATE needs a prefix: it takes the names of the table's columns for parameters of its own.
    """
    # One dimension: else a list in a JSONB column would be read as a second one.
    parameters = [bindparam(prefix + name, type_=ARRAY(table.c[name].type, dimensions=1)) for name in names]
    return func.unnest(*parameters).table_valued(*(table.c[name] for name in names)).render_derived(name="given")


def any_of(values: Statement) -> ColumnElement[bool]:
    """Return any of the values of a SELECT with one column, which PostgreSQL runs once, before the rest.

    An IN would be a join: one that is planned for a few rows takes minutes for thousands.
    """
    listed = values.scalar_subquery()
    return any_(func.array(listed, type_=ARRAY(listed.type)))


def among(column: Column, values: Collection[object]) -> ColumnElement[bool]:
    """Return whether the column is one of the values, which are one array.

    Thousands of single parameters of an IN would exceed the limit of the protocol.
    Requires: an expression whose type is known; that of most functions is not.
    """
    return column == any_(cast(list(values), ARRAY(type_of(column))))


def columns_of(
    rows: Sequence[Mapping[str, object]], names: Iterable[str] | None = None, *, prefix: str = ""
) -> dict[str, list[object]]:
    """Return the rows as one list for each column. Requires: the names, or at least one row; all rows have the same."""
    return {prefix + name: [row[name] for row in rows] for name in (rows[0] if names is None else names)}
