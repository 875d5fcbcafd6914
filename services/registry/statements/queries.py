"""Every SELECT of statements."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    Select,
    SQLColumnExpression,
    Text,
    Uuid,
    and_,
    cast,
    column,
    exists,
    func,
    or_,
    select,
    true,
    union,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB, distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.periods import helsinki_midnight
from services.kernel.clock import helsinki_day
from services.kernel.data.rows import among
from services.kernel.data.types import Result, Statement
from services.registry.organisations import queries as organisations

from .derivation import Listed, Said
from .facts import SEPARATOR
from .models import ListStatement, PersonStatement
from .terms import KEY_MEMBERS, STATE, Facts, StatementId

Identified = tuple[str, str]
_PARTIES: Final = "parties"
_LAST_DAY: Final = date(9999, 12, 30)
LISTED: Final = ("scheme", "value", "list_kind", "label", "list_on", "sequence", "facts")


@dataclass(frozen=True, slots=True)
class Sources:
    """All statements of some projects: of lists by identifier, of persons by project.

    `merged` are the organisations that were merged, each with the one that is shown in its place.
    """

    listed: Mapping[Identified, Sequence[Result]]
    said: Mapping[UUID, Sequence[Said]]
    merged: Mapping[str, str]

    def of(self, project_id: UUID, identifiers: Sequence[Identified]) -> tuple[list[Listed], list[Said]]:
        """Return the statements of one project in the form of the derivation."""
        listed = [
            as_listed(row, place) for place, number in enumerate(identifiers) for row in self.listed.get(number, ())
        ]
        return listed, list(self.said.get(project_id, ()))


def as_listed(row: Result, place: int) -> Listed:
    """Return a row with the columns of `Listed` in the form of the derivation."""
    return Listed(row.scheme, row.value, place, row.list_kind, row.label, row.list_on, row.sequence, row.facts)


async def sources(
    session: AsyncSession,
    project_ids: Collection[UUID],
    identifiers: Collection[Identified],
    *,
    as_of: date | None = None,
) -> Sources:
    """Return all statements about the identifiers and of persons about the projects.

    With `as_of`: those of lists dated up to that day and of persons that were known at its end.
    """
    return Sources(
        listed=await _listed(session, identifiers, as_of=as_of),
        said=await _said(session, project_ids, as_of=as_of),
        merged=await organisations.merged(session),
    )


async def _listed(
    session: AsyncSession, identifiers: Collection[Identified], *, as_of: date | None
) -> Mapping[Identified, Sequence[Result]]:
    statement = _effective(identifiers, *LISTED)
    if as_of is not None:
        statement = statement.where(ListStatement.list_on <= as_of)
    listed: dict[Identified, list[Result]] = defaultdict(list)
    for row in await session.execute(statement):
        listed[row.scheme, row.value].append(row)
    return listed


def unnested(identifiers: Collection[Identified]) -> FromClause:
    """Return the identifiers as a table with the columns `scheme` and `value`."""
    return (
        func.unnest(
            cast([scheme for scheme, _ in identifiers], ARRAY(Text)),
            cast([value for _, value in identifiers], ARRAY(Text)),
        )
        .table_valued(column("scheme", Text), column("value", Text))
        .render_derived(name="numbers")
    )


async def _said(
    session: AsyncSession, project_ids: Collection[UUID], *, as_of: date | None
) -> Mapping[UUID, Sequence[Said]]:
    # The last days of the calendar have no day after them.
    ends_at = helsinki_midnight(min(as_of, _LAST_DAY) + timedelta(days=1)) if as_of else None
    rows = await session.scalars(
        select(PersonStatement)
        .where(among(PersonStatement.project_id, project_ids), _counts(ends_at))
        .order_by(PersonStatement.known_at, PersonStatement.sequence)
    )
    said: dict[UUID, list[Said]] = defaultdict(list)
    for row in rows:
        stands = row.withdrawn_at is None or (ends_at is not None and row.withdrawn_at >= ends_at)
        known_on = helsinki_day(row.known_at)
        said[row.project_id].append(Said(row.field, row.key, row.value, row.place, known_on, standing=stands))
    return said


def _counts(ends_at: datetime | None) -> ColumnElement[bool]:
    """Select the statements that stand, or stood at that instant, and the states that newer ones have ended."""
    stands: ColumnElement[bool] = PersonStatement.withdrawn_at.is_(None)
    if ends_at is not None:
        stands = or_(stands, PersonStatement.withdrawn_at >= ends_at)
    history = and_(PersonStatement.field == STATE, ~PersonStatement.released)
    known = PersonStatement.known_at < ends_at if ends_at is not None else true()
    return and_(known, or_(stands, history))


def is_said_by_a_person(project_id: SQLColumnExpression[UUID]) -> ColumnElement[bool]:
    """Select the projects about which a person's statement stands."""
    return exists().where(PersonStatement.project_id == project_id, PersonStatement.withdrawn_at.is_(None))


async def get_standing_for_change(
    session: AsyncSession, project_id: UUID, statement_id: StatementId
) -> PersonStatement | None:
    """Return a person's statement that stands, locked until the transaction ends."""
    return await session.scalar(
        select(PersonStatement)
        .where(
            PersonStatement.id == statement_id,
            PersonStatement.project_id == project_id,
            PersonStatement.withdrawn_at.is_(None),
        )
        .with_for_update()
    )


async def has_name(session: AsyncSession, project_id: UUID) -> bool:
    """Return whether a person's statement gives the project a name."""
    return bool(
        await session.scalar(
            select(
                exists().where(
                    PersonStatement.project_id == project_id,
                    PersonStatement.field == "name",
                    PersonStatement.withdrawn_at.is_(None),
                    func.jsonb_typeof(PersonStatement.value) != "null",
                )
            )
        )
    )


async def said_already(
    session: AsyncSession, list_kind: str, list_on: date, facts: Mapping[Identified, Facts]
) -> dict[Identified, int]:
    """Return the identifiers about which the list says the same on its day before or after, with no list between.

    There a statement of this day changes nothing that is shown. Each has the sequence of the other statement.
    """
    new = (
        func.unnest(
            cast([scheme for scheme, _ in facts], ARRAY(Text)),
            cast([value for _, value in facts], ARRAY(Text)),
            cast(list(facts.values()), ARRAY(JSONB, dimensions=1)),
        )
        .table_valued(column("scheme", Text), column("value", Text), column("facts", JSONB))
        .render_derived(name="new")
    )
    # Without this, PostgreSQL may choose them anew for each row that it joins.
    beside = _beside(list_on, facts.keys()).cte("beside").prefix_with("MATERIALIZED")
    same = (
        select(beside.c.scheme, beside.c.value, beside.c.sequence)
        .join(new, and_(beside.c.scheme == new.c.scheme, beside.c.value == new.c.value))
        .join(ListStatement, ListStatement.sequence == beside.c.sequence)
        .where(beside.c.list_kind == list_kind, ListStatement.facts == new.c.facts)
        .order_by(beside.c.list_on)
    )
    return {(row.scheme, row.value): row.sequence for row in await session.execute(same)}


async def beside(
    session: AsyncSession, list_on: date, identifiers: Collection[Identified]
) -> set[tuple[Identified, int]]:
    """Return the statements next to a statement of that day: each with its identifier and its sequence."""
    found = await session.execute(_beside(list_on, identifiers))
    return {((row.scheme, row.value), row.sequence) for row in found}


def _beside(list_on: date, identifiers: Collection[Identified]) -> Statement:
    """Select, for each identifier, the statement before one that came last on that day, and the one after it."""
    effective = _effective(identifiers, "scheme", "value", "list_kind", "list_on", "sequence").cte("effective")
    each = (effective.c.scheme, effective.c.value)
    before = (
        select(effective)
        .where(effective.c.list_on <= list_on)
        .ext(distinct_on(*each))
        .order_by(*each, effective.c.list_on.desc(), effective.c.sequence.desc())
    )
    after = (
        select(effective)
        .where(effective.c.list_on > list_on)
        .ext(distinct_on(*each))
        .order_by(*each, effective.c.list_on, effective.c.sequence)
    )
    return select(union_all(before.subquery().select(), after.subquery().select()).subquery("both"))


def _effective(identifiers: Collection[Identified], *names: str) -> Statement:
    """Select the statements about the identifiers: of several imports of one list and day the latest."""
    numbers = unnested(identifiers)
    key = (ListStatement.scheme, ListStatement.value, ListStatement.list_kind, ListStatement.list_on)
    return (
        select(*(getattr(ListStatement, name) for name in names))
        .join(numbers, and_(ListStatement.scheme == numbers.c.scheme, ListStatement.value == numbers.c.value))
        .ext(distinct_on(*key))
        .order_by(*key, ListStatement.sequence.desc())
    )


async def stated_by(session: AsyncSession, import_id: UUID, identifiers: Collection[Identified]) -> set[Identified]:
    """Return those of the identifiers about which the import has stated something already."""
    numbers = unnested(identifiers)
    stated = await session.execute(
        select(ListStatement.scheme, ListStatement.value)
        .join(numbers, and_(ListStatement.scheme == numbers.c.scheme, ListStatement.value == numbers.c.value))
        .where(ListStatement.import_id == import_id)
    )
    return {(row.scheme, row.value) for row in stated}


def is_listed(scheme: SQLColumnExpression[str], value: SQLColumnExpression[str]) -> ColumnElement[bool]:
    """Select the identifiers of which a list speaks."""
    return exists().where(ListStatement.scheme == scheme, ListStatement.value == value)


def named_organisations() -> Select[UUID]:
    """Return the organisations that persons name as parties, or that callers name in the place of a list.

    Those that imported lists name are known to the package of organisations.
    """
    of_persons = select(PersonStatement.key.label("key")).where(
        PersonStatement.field == _PARTIES, PersonStatement.withdrawn_at.is_(None)
    )
    of_lists = select(func.jsonb_object_keys(ListStatement.facts[_PARTIES]).label("key")).where(
        ListStatement.import_id.is_(None), ListStatement.facts.has_key(_PARTIES)
    )
    keys = union(of_persons, of_lists).subquery()
    place = KEY_MEMBERS[_PARTIES].index("organisation_id")
    return select(cast(func.split_part(keys.c.key, SEPARATOR, place + 1), Uuid))
