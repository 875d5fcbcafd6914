"""Short names for SQLAlchemy's types whose arguments only PostgreSQL knows. `Any` stands nowhere else."""

from typing import Any, Final, cast

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, SQLColumnExpression, Text
from sqlalchemy.types import TypeEngine

Column = SQLColumnExpression[Any]
Expression = ColumnElement[Any]
Statement = Select[*tuple[Any, ...]]
Subselect = ScalarSelect[Any]
Result = Row[*tuple[Any, ...]]
ColumnType = TypeEngine[Any]
# The value of a JSONB column.
JsonObject = dict[str, Any]

# The type of a column of `kernel.collation.finnish_sort_key`. It compares bytes, whatever the locale of the database.
SORT_KEY: Final = Text(collation="C")


def type_of(column: Column) -> ColumnType:
    """Return the type of the column."""
    return cast("Expression", column).type
