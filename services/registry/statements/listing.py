"""The list of the statements about one project: of lists and of persons beside each other."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import Date, DateTime, Integer, Text, Uuid, func, literal, null, select, tuple_, union_all
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import JSONB

from services.contracts.periods import HELSINKI
from services.kernel.background.messages import JsonValue
from services.kernel.data.types import JsonObject, Statement
from services.kernel.lists.pages import Listing

from .facts import line_of
from .models import ListStatement, PersonStatement
from .queries import Identified
from .schemas import StatedFact, StatementQuery, StatementRead
from .terms import KEY_MEMBERS, TEXTS, Facts


def listing(project_id: UUID, identifiers: Sequence[Identified], query: StatementQuery) -> Listing[StatementRead]:
    """Return all statements that stand, the newest first."""
    both = union_all(_of_lists(identifiers), _of_persons(project_id)).subquery("statements")
    statement: Statement = select(*both.c)
    if query.source:
        statement = statement.where(both.c.source.in_(query.source))
    return Listing(
        name=f"statements-{project_id}",
        select=statement,
        read=_read,
        model=StatementRead,
        key=both.c.id,
        default_sort="-known_at",
        sort_keys={"known_at": both.c.known_at},
    )


def _of_lists(identifiers: Sequence[Identified]) -> Statement:
    midnight = func.timezone(HELSINKI.key, sql_cast(ListStatement.list_on, DateTime), type_=DateTime(timezone=True))
    return select(
        ListStatement.id,
        literal("list").label("source"),
        ListStatement.list_kind,
        ListStatement.label,
        ListStatement.list_on,
        (ListStatement.scheme + ":" + ListStatement.value).label("identifier"),
        ListStatement.import_id,
        ListStatement.author,
        sql_cast(null(), Text).label("reason"),
        midnight.label("known_at"),
        ListStatement.facts,
        sql_cast(null(), Integer).label("version"),
    ).where(tuple_(ListStatement.scheme, ListStatement.value).in_(identifiers))


def _of_persons(project_id: UUID) -> Statement:
    fact = func.jsonb_build_object(
        PersonStatement.field, func.jsonb_build_object(PersonStatement.key, PersonStatement.value), type_=JSONB
    )
    return select(
        PersonStatement.id,
        literal("person").label("source"),
        sql_cast(null(), Text).label("list_kind"),
        sql_cast(null(), Text).label("label"),
        sql_cast(null(), Date).label("list_on"),
        sql_cast(null(), Text).label("identifier"),
        sql_cast(null(), Uuid).label("import_id"),
        PersonStatement.author,
        PersonStatement.reason,
        PersonStatement.known_at,
        fact.label("facts"),
        PersonStatement.version,
    ).where(PersonStatement.project_id == project_id, PersonStatement.withdrawn_at.is_(None))


def _read(*row: object) -> StatementRead:
    values: JsonObject = dict(zip(StatementRead.model_fields, row, strict=True))
    return StatementRead.model_validate({**values, "facts": list(_stated(values["facts"]))})


def _stated(facts: Facts) -> Iterator[StatedFact]:
    for field, said in facts.items():
        for key, value in said.items():
            language = key if field in TEXTS else None
            yield StatedFact.model_validate({"field": field, "language": language, "value": _line(field, key, value)})


def _line(field: str, key: str, value: JsonValue) -> JsonValue:
    """Return a line of a list with the members of its key; with `none` where a person says that there is none."""
    if field not in KEY_MEMBERS:
        return value
    return {**line_of(field, key, value if value is not None else {}), **({"none": True} if value is None else {})}
