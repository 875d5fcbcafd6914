"""Short names for SQLAlchemy's types. What is in their brackets is PostgreSQL's to say; `Any` stands nowhere else."""

from typing import Any, cast

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, SQLColumnExpression
from sqlalchemy.types import TypeEngine

Column = SQLColumnExpression[Any]
Expression = ColumnElement[Any]
Statement = Select[*tuple[Any, ...]]
Subselect = ScalarSelect[Any]
Result = Row[*tuple[Any, ...]]
ColumnType = TypeEngine[Any]
# What a JSONB column holds.
JsonObject = dict[str, Any]


def type_of(column: Column) -> ColumnType:
    """Return what the column holds."""
    return cast("Expression", column).type
