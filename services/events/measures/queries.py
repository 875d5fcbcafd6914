"""Every SELECT of measures: over the events' own counters, never over registrations."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, String, and_, column, distinct, func, literal, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.events import disclosure
from services.events.events.facts import (
    IS_COUNTED,
    LAST_MOMENT,
    PARTICIPANTS,
    ends_in,
    held_at,
)
from services.events.events.models import Event
from services.events.registrations.models import EventOrganisationCount
from services.kernel.figures import FigureRequest

from .terms import Selection


@dataclass(frozen=True, slots=True)
class Counts:
    """The sums over the held events of one selection."""

    events: int
    # The events of these with a headcount or with people marked as attended.
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
    """Return the sums over the held events of each selection, in two statements whatever the number of people."""
    distinct_selections = list(dict.fromkeys(selections))
    if not distinct_selections:
        return {}
    month = func.date_trunc("month", LAST_MOMENT)
    sums: list[ColumnElement[int]] = []
    for selection in distinct_selections:
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
        for selection in distinct_selections
    ]
    joined = select(literal(0), *organisations).join_from(Event, EventOrganisationCount)
    organisation_counts = (await session.execute(joined.where(held, present))).one()[1:]
    return {
        selection: Counts(*map(int, (*numbers[4 * place : 4 * place + 4], organisation_counts[place])))
        for place, selection in enumerate(distinct_selections)
    }


def _held(request: FigureRequest) -> ColumnElement[bool]:
    """Return the held events of the coordination project and the period."""
    return and_(Event.coordination_id == request.coordination_id, ends_in(request.period), held_at(request.now))


async def suppressed(
    session: AsyncSession, request: FigureRequest, selections: Iterable[Selection]
) -> frozenset[Selection]:
    """Return the selections whose sum of people is not disclosed to readers of aggregates."""
    distinct_selections = list(dict.fromkeys(selections))
    chosen = [and_(ends_in(request.period), _selected(selection)) for selection in distinct_selections]
    are_suppressed = await disclosure.suppressed_sums(session, request.coordination_id, chosen, now=request.now)
    pairs = zip(distinct_selections, are_suppressed, strict=True)
    return frozenset(selection for selection, is_suppressed in pairs if is_suppressed)


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
