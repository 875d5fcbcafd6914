"""Statistics of tables: the planner needs new ones where a transaction has written thousands of rows and joins them.

Without them it plans for the few rows that autovacuum has seen, and reads a whole table again for each row of another.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Index, Table, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.schema import ColumnCollectionConstraint

# Below this, a wrong plan costs less than new statistics do.
MANY_ROWS: Final = 1000


async def refresh_statistics(session: AsyncSession, tables: Sequence[Table], *, wait: bool = True) -> None:
    """Take new statistics of the keys of the tables, by which they are joined.

    Until the transaction ends, no other one takes statistics of these tables. Without `wait`, tables of which another
    transaction takes statistics are left out.
    """
    # Statistics of texts and documents would take as long as all that is written.
    named = ", ".join(f"{table.name} ({', '.join(sorted(_keys(table)))})" for table in tables)
    await session.execute(text(f"ANALYZE {'' if wait else '(SKIP_LOCKED) '}{named}"))


def _keys(table: Table) -> set[str]:
    """Return the columns of the table's primary key, foreign keys and ordered indexes."""
    keys = [key.columns for key in table.constraints if isinstance(key, ColumnCollectionConstraint)]
    ordered = [index.columns for index in table.indexes if _is_ordered(index)]
    return {column.name for columns in (*keys, *ordered) for column in columns}


def _is_ordered(index: Index) -> bool:
    return index.dialect_options["postgresql"]["using"] in (False, "btree")


class GrowingTables:
    """Tables to which a transaction adds rows: they get new statistics each time that the rows have doubled."""

    def __init__(self, tables: Sequence[Table]) -> None:
        self._tables = tables
        self._due = MANY_ROWS

    async def refresh(self, session: AsyncSession, rows: int) -> None:
        """Take new statistics if they are due now that so many rows have been added."""
        if rows >= self._due:
            self._due = 2 * rows
            await refresh_statistics(session, self._tables)
