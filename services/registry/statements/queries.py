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
    any_,
    cast,
    column,
    exists,
    func,
    or_,
    select,
    true,
    union,
)
from sqlalchemy.dialects.postgresql import JSONB, distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.periods import helsinki_midnight
from services.kernel.clock import helsinki_day
from services.kernel.data.types import Result

from .derivation import Listed, Said
from .models import ListStatement, PersonStatement
from .terms import KEY_MEMBERS, STATE, Facts, StatementId

Identified = tuple[str, str]
_PARTIES: Final = "parties"
_LAST_DAY: Final = date(9999, 12, 30)
LISTED: Final = ("scheme", "value", "list_kind", "label", "list_on", "sequence", "facts")


@dataclass(frozen=True, slots=True)
class Sources:
    """All statements of some projects: of lists by identifier, of persons by project."""

    listed: Mapping[Identified, Sequence[Result]]
    said: Mapping[UUID, Sequence[Said]]

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
        listed=await _listed(session, identifiers, as_of=as_of), said=await _said(session, project_ids, as_of=as_of)
    )


async def _listed(
    session: AsyncSession, identifiers: Collection[Identified], *, as_of: date | None
) -> Mapping[Identified, Sequence[Result]]:
    numbers = unnested(identifiers)
    statement = (
        select(*(getattr(ListStatement, name) for name in LISTED))
        .join(numbers, and_(ListStatement.scheme == numbers.c.scheme, ListStatement.value == numbers.c.value))
        .order_by(ListStatement.sequence)
    )
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
        .where(PersonStatement.project_id == any_(cast(list(project_ids), ARRAY(Uuid))), _counts(ends_at))
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
    """Return the identifiers about which the list says the same already, and no later list of its day speaks.

    Each has the sequence of the statement.
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
    is_same = and_(ListStatement.list_kind == list_kind, ListStatement.facts == new.c.facts).label("is_same")
    latest = (
        select(ListStatement.scheme, ListStatement.value, ListStatement.sequence, is_same)
        .join(new, and_(ListStatement.scheme == new.c.scheme, ListStatement.value == new.c.value))
        .where(ListStatement.list_on == list_on)
        .ext(distinct_on(ListStatement.scheme, ListStatement.value))
        .order_by(ListStatement.scheme, ListStatement.value, ListStatement.sequence.desc())
    )
    return {(row.scheme, row.value): row.sequence for row in await session.execute(latest) if row.is_same}


async def latest_of_day(
    session: AsyncSession, list_on: date, identifiers: Collection[Identified]
) -> dict[Identified, int]:
    """Return the sequence of the latest statement of a list of the day about each of the identifiers."""
    numbers = unnested(identifiers)
    latest = await session.execute(
        select(ListStatement.scheme, ListStatement.value, func.max(ListStatement.sequence))
        .join(numbers, and_(ListStatement.scheme == numbers.c.scheme, ListStatement.value == numbers.c.value))
        .where(ListStatement.list_on == list_on)
        .group_by(ListStatement.scheme, ListStatement.value)
    )
    return {(scheme, value): sequence for scheme, value, sequence in latest}


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
    return select(cast(cast(keys.c.key, JSONB)[place].astext, Uuid))
