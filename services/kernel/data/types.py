"""Short names for SQLAlchemy's types whose arguments only PostgreSQL knows. `Any` stands nowhere else."""

from datetime import timedelta
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, Dialect, Integer, Row, ScalarSelect, Select, SQLColumnExpression, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

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


class Seconds(TypeDecorator[timedelta]):
    """A duration that is stored as a whole number of seconds."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy passes it.
        """Return the number of seconds."""
        return None if value is None else int(value.total_seconds())

    def process_result_value(self, value: int | None, dialect: Dialect) -> timedelta | None:  # noqa: ARG002 - SQLAlchemy passes it.
        """Return the duration."""
        return None if value is None else timedelta(seconds=value)


def type_of(column: Column) -> ColumnType:
    """Return the type of the column."""
    return cast("Expression", column).type
