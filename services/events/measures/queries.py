"""Every SELECT of measures: over the events' own counters, never over registrations."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from sqlalchemy import ColumnElement, String, and_, column, distinct, func, literal, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.events import disclosure
from services.events.events.facts import (
    HALF_YEAR,
    HELD,
    IS_CANCELLED,
    IS_COUNTED,
    IS_DRAFT,
    LAST_MOMENT,
    PARTICIPANTS,
    ends_in,
)
from services.events.events.models import Event
from services.events.events.terms import EventType
from services.events.registrations.models import EventOrganisationCount
from services.kernel.periods import Period
from services.kernel.settings import DATA

from .schemas import TypeCount
from .terms import Selection


@dataclass(frozen=True, slots=True)
class Counts:
    """What the held events of one selection add up to."""

    events: int
    # Of these, the ones where somebody was marked as present or heads were counted.
    counted: int
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
    month = func.date_trunc("month", LAST_MOMENT)
    sums: list[ColumnElement[int]] = []
    for selection in wanted:
        chosen = _selected(selection)
        sums += [
            func.count().filter(chosen),
            func.count().filter(and_(chosen, IS_COUNTED)),
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
        selection: Counts(*map(int, (*numbers[4 * place : 4 * place + 4], different[place])))
        for place, selection in enumerate(wanted)
    }


async def untold(
    session: AsyncSession, coordination_id: UUID, period: Period, selections: Iterable[Selection]
) -> frozenset[Selection]:
    """The selections whose sum of people is not told to those for whom only aggregates are."""
    wanted = list(dict.fromkeys(selections))
    chosen = [and_(ends_in(period), _selected(selection)) for selection in wanted]
    hidden = await disclosure.untold_sums(session, coordination_id, chosen)
    return frozenset(selection for selection, is_hidden in zip(wanted, hidden, strict=True) if is_hidden)


async def may_tell_attendances(session: AsyncSession, coordination_id: UUID, period: Period) -> bool:
    """Whether the sum over all held events is told to those for whom only aggregates are."""
    [is_untold] = await disclosure.untold_sums(session, coordination_id, [ends_in(period)])
    return not is_untold


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
class HalfYear:
    """Who signed up and who came in one half-year."""

    registrations: int
    attendances: int

    def missing(self) -> int:
        """How many more signed up than came, or the other way round."""
        return abs(self.registrations - self.attendances)


@dataclass(frozen=True, slots=True)
class Sums:
    """What all events of a period add up to."""

    by_type: list[TypeCount]
    half_years: list[HalfYear]
    organisations: int


async def sums(session: AsyncSession, coordination_id: UUID, period: Period) -> Sums:
    """The announced events of a period by type, and who signed up and came."""
    announced = and_(Event.coordination_id == coordination_id, ends_in(period), ~IS_DRAFT)
    counts = (func.count(), func.count().filter(HELD), func.count().filter(IS_CANCELLED))
    by_type = await session.execute(
        select(Event.type, *counts).where(announced).group_by(Event.type).order_by(Event.type)
    )
    people = (
        func.coalesce(func.sum(Event.confirmed_count).filter(~IS_CANCELLED), 0),
        func.coalesce(func.sum(PARTICIPANTS).filter(HELD), 0),
    )
    half_years = await session.execute(select(*people).where(announced).group_by(*HALF_YEAR))
    organisations = select(func.count(distinct(EventOrganisationCount.organisation_key))).join_from(
        Event, EventOrganisationCount
    )
    return Sums(
        by_type=[
            TypeCount(type=EventType(kind), planned=planned, held=held, cancelled=cancelled)
            for kind, planned, held, cancelled in by_type
        ],
        half_years=[HalfYear(*map(int, row)) for row in half_years],
        organisations=await session.scalar(organisations.where(announced, HELD, EventOrganisationCount.attended > 0))
        or 0,
    )
