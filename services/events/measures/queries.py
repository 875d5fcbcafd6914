"""Every SELECT of measures: over the events' own counters, never over registrations."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, String, and_, column, distinct, func, literal, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.vocabulary import EventType
from services.events.events import disclosure
from services.events.events.facts import (
    HALF_YEAR,
    IS_CANCELLED,
    IS_COUNTED,
    IS_DRAFT,
    LAST_MOMENT,
    PARTICIPANTS,
    ends_in,
    held_at,
)
from services.events.events.models import Event
from services.events.registrations.models import EventOrganisationCount
from services.kernel.web.figures import FigureRequest

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
    chosen: ColumnElement[bool] = Event.type.in_(selection.kinds.types)
    if selection.kinds.scope is not None:
        chosen = and_(chosen, Event.scope == selection.kinds.scope)
    if selection.call_linked:
        chosen = and_(chosen, func.cardinality(Event.call_ids) > 0)
    return chosen


async def counts_by_selection(
    session: AsyncSession, request: FigureRequest, selections: Iterable[Selection]
) -> Mapping[Selection, Counts]:
    """Return what the held events of each selection add up to, in two statements whatever the number of people."""
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
    held = _held(request)
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


def _held(request: FigureRequest) -> ColumnElement[bool]:
    """Return the held events of the coordination project and the period."""
    return and_(Event.coordination_id == request.coordination_id, ends_in(request.period), held_at(request.now))


async def suppressed(
    session: AsyncSession, request: FigureRequest, selections: Iterable[Selection]
) -> frozenset[Selection]:
    """Return the selections whose sum of people is not disclosed to readers of aggregates."""
    wanted = list(dict.fromkeys(selections))
    chosen = [and_(ends_in(request.period), _selected(selection)) for selection in wanted]
    hidden = await disclosure.suppressed_sums(session, request.coordination_id, chosen, now=request.now)
    return frozenset(selection for selection, is_hidden in zip(wanted, hidden, strict=True) if is_hidden)


async def discloses_attendances(session: AsyncSession, request: FigureRequest) -> bool:
    """Return whether the sum over all held events is disclosed to readers of aggregates."""
    every = [ends_in(request.period)]
    [is_suppressed] = await disclosure.suppressed_sums(session, request.coordination_id, every, now=request.now)
    return not is_suppressed


async def themes_handled(session: AsyncSession, request: FigureRequest, selection: Selection) -> frozenset[str]:
    """Return the themes of the held events of a selection."""
    theme = (
        func.jsonb_array_elements_text(Event.themes).table_valued(column("theme", String)).render_derived().lateral()
    )
    statement = (
        select(theme.c.theme)
        .distinct()
        .select_from(Event)
        .join(theme, true())
        .where(_held(request), _selected(selection))
    )
    return frozenset(await session.scalars(statement))


@dataclass(frozen=True, slots=True)
class HalfYear:
    """Who signed up and who came in one half-year."""

    registrations: int
    attendances: int

    def missing(self) -> int:
        """Return how many more signed up than came, or the other way round."""
        return abs(self.registrations - self.attendances)


@dataclass(frozen=True, slots=True)
class Sums:
    """What all events of a period add up to."""

    by_type: list[TypeCount]
    half_years: list[HalfYear]
    organisations: int


async def sums(session: AsyncSession, request: FigureRequest) -> Sums:
    """Return the announced events of a period by type, and how many signed up and came."""
    announced = and_(Event.coordination_id == request.coordination_id, ends_in(request.period), ~IS_DRAFT)
    held = held_at(request.now)
    counts = (func.count(), func.count().filter(held), func.count().filter(IS_CANCELLED))
    by_type = await session.execute(
        select(Event.type, *counts).where(announced).group_by(Event.type).order_by(Event.type)
    )
    people = (
        func.coalesce(func.sum(Event.confirmed_count).filter(~IS_CANCELLED), 0),
        func.coalesce(func.sum(PARTICIPANTS).filter(held), 0),
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
        organisations=await session.scalar(organisations.where(announced, held, EventOrganisationCount.attended > 0))
        or 0,
    )
