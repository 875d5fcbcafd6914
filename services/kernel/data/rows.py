"""Rows: many written by one statement, whose text is the same however many they are."""

from collections.abc import Mapping, Sequence
from functools import cache

from sqlalchemy import ARRAY, Table, bindparam, func, select
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.sql.selectable import FromClause


@cache
def insert_all(table: Table, names: tuple[str, ...]) -> Insert:
    """INSERT that takes one array for each of the columns: to be executed with `columns_of(rows)`.

    The rows are entered in their order. What is not named gets its default of the database, not Python's.
    """
    source = arrays(table, names)
    return insert(table).from_select(names, select(*source.c), include_defaults=False)


def arrays(table: Table, names: tuple[str, ...]) -> FromClause:
    """Return a table of parameters: each an array of values for the column of its name."""
    parameters = [bindparam(name, type_=ARRAY(table.c[name].type)) for name in names]
    return func.unnest(*parameters).table_valued(*(table.c[name] for name in names)).render_derived(name="given")


def columns_of(rows: Sequence[Mapping[str, object]]) -> dict[str, list[object]]:
    """Return the rows as one list for each column. Requires: at least one row, all with the same names."""
    return {name: [row[name] for row in rows] for name in rows[0]}
