"""Every SELECT of measures: over the events' own counters, never over registrations."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from sqlalchemy import ColumnElement, String, and_, column, distinct, func, literal, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.calendar.models import Event
from services.events.calendar.queries import HELD, IS_CANCELLED, IS_DRAFT, PARTICIPANTS, ends_in
from services.events.calendar.terms import EventType
from services.events.registrations.models import EventOrganisationCount
from services.kernel.periods import Period
from services.kernel.settings import DATA

from .schemas import TypeCount
from .terms import Selection


@dataclass(frozen=True, slots=True)
class Counts:
    """What the held events of one selection add up to."""

    events: int
    months: int
    participants: int
    organisations: int


def _selected(selection: Selection) -> ColumnElement[bool]:
    chosen: ColumnElement[bool] = Event.type.in_(selection.types)
    if selection.scope is not None:
        chosen = and_(chosen, Event.scope == selection.scope)
    if selection.call_linked:
        chosen = and_(chosen, func.cardinality(Event.call_ids) > 0)
    return chosen


async def counts_by_selection(
    session: AsyncSession, coordination_id: UUID, period: Period, selections: Iterable[Selection]
) -> Mapping[Selection, Counts]:
    """What the held events of each selection add up to, in two statements whatever the number of people."""
    wanted = list(dict.fromkeys(selections))
    if not wanted:
        return {}
    month = func.date_trunc("month", func.timezone("Europe/Helsinki", Event.ends_at))
    sums: list[ColumnElement[int]] = []
    for selection in wanted:
        chosen = _selected(selection)
        sums += [
            func.count().filter(chosen),
            func.count(distinct(month)).filter(chosen),
            func.coalesce(func.sum(PARTICIPANTS).filter(chosen), 0),
        ]
    held = and_(Event.coordination_id == coordination_id, ends_in(period), HELD)
    numbers = (await session.execute(select(literal(0), *sums).where(held))).one()[1:]
    present = EventOrganisationCount.attended > 0
    organisations = [
        func.count(distinct(EventOrganisationCount.organisation_key)).filter(_selected(selection))
        for selection in wanted
    ]
    joined = select(literal(0), *organisations).join_from(Event, EventOrganisationCount)
    different = (await session.execute(joined.where(held, present))).one()[1:]
    return {
        selection: Counts(*map(int, (*numbers[3 * place : 3 * place + 3], different[place])))
        for place, selection in enumerate(wanted)
    }


async def themes_handled(
    session: AsyncSession, coordination_id: UUID, period: Period, selection: Selection
) -> frozenset[str]:
    """The themes of the held events of a selection."""
    theme = (
        func.jsonb_array_elements_text(Event.themes).table_valued(column("theme", String)).render_derived().lateral()
    )
    statement = (
        select(theme.c.theme)
        .distinct()
        .select_from(Event)
        .join(theme, true())
        .where(Event.coordination_id == coordination_id, ends_in(period), HELD, _selected(selection))
    )
    return frozenset(await session.scalars(statement))


@cache
def theme_taxonomy() -> frozenset[str]:
    """The codes of the scheme `theme`; empty where the code list is not there."""
    path = DATA / "codes_vipu.csv"
    if not path.is_file():
        return frozenset()
    with path.open(encoding="utf-8", newline="") as file:
        return frozenset(row["code"] for row in csv.DictReader(file) if row["scheme"] == "theme")


@dataclass(frozen=True, slots=True)
class Sums:
    """What all events of a period add up to."""

    by_type: list[TypeCount]
    # One entry for every kind of event that a measure may count.
    registrations: list[int]
    attendances: list[int]
    organisations: int


async def sums(session: AsyncSession, coordination_id: UUID, period: Period) -> Sums:
    """The announced events of a period by type, and who signed up and came."""
    announced = and_(Event.coordination_id == coordination_id, ends_in(period), ~IS_DRAFT)
    is_call_linked = func.cardinality(Event.call_ids) > 0
    by_kind = (
        select(
            Event.type,
            func.count(),
            func.count().filter(HELD),
            func.count().filter(IS_CANCELLED),
            func.coalesce(func.sum(Event.confirmed_count).filter(~IS_CANCELLED), 0),
            func.coalesce(func.sum(PARTICIPANTS).filter(HELD), 0),
        )
        .where(announced)
        .group_by(Event.type, Event.scope, is_call_linked)
        .order_by(Event.type)
    )
    rows = (await session.execute(by_kind)).all()
    organisations = select(func.count(distinct(EventOrganisationCount.organisation_key))).join_from(
        Event, EventOrganisationCount
    )
    return Sums(
        by_type=[
            _of_type(kind, [(row[1], row[2], row[3]) for row in of_type])
            for kind, of_type in groupby(rows, key=itemgetter(0))
        ],
        registrations=[int(row[4]) for row in rows],
        attendances=[int(row[5]) for row in rows],
        organisations=await session.scalar(organisations.where(announced, HELD, EventOrganisationCount.attended > 0))
        or 0,
    )


def _of_type(kind: str, counts: Iterable[tuple[int, int, int]]) -> TypeCount:
    planned, held, cancelled = map(sum, zip(*counts, strict=True))
    return TypeCount(type=EventType(kind), planned=planned, held=held, cancelled=cancelled)
