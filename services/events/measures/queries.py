"""Every SELECT of measures: over the events' own counters, never over registrations."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, distinct, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.measures import Qualifier, combined
from services.events.events import disclosure
from services.events.events.facts import (
    HAS_CALL,
    HAS_OUTCOME,
    HEADS,
    IS_ABOUT,
    IS_COUNTED,
    IS_OVER,
    LAST_MOMENT,
    ends_in,
    held_at,
    is_of,
)
from services.events.events.models import Event
from services.events.events.terms import Lacking
from services.events.outcomes.models import EventOutcomeTheme
from services.events.registrations.models import EventOrganisationCount
from services.kernel.figures import FigureRequest

from .terms import Selection


@dataclass(frozen=True, slots=True)
class Counts:
    """The sums over the held events of one selection."""

    events: int
    # The events of these whose attendance was recorded, by name or by heads.
    counted: int
    months: int
    # The people marked as attended, and those counted without names.
    persons: int
    heads: int
    # The events whose persons or heads are one to four.
    small_parts: int
    # The events whose heads are rough, and those of which there were more.
    about: int
    over: int
    without_call: int
    without_outcome: int

    @property
    def participants(self) -> int:
        """The number of people who came."""
        return self.persons + self.heads

    @property
    def qualifier(self) -> Qualifier | None:
        """How the sum of heads, and so that of participants, is to be read."""
        return qualifier_of(about=self.about, over=self.over)

    def lacking(self, record: Lacking) -> int:
        """Return the number of events that lack a record."""
        match record:
            case Lacking.attendance:
                return self.events - self.counted
            case Lacking.call:
                return self.without_call
            case Lacking.outcome:
                return self.without_outcome


@dataclass(frozen=True, slots=True)
class OrganisationCount:
    """The distinct organisations of the people who came, and the people whose organisation is not recognised yet."""

    joined: int
    waiting: int


def _selected(selection: Selection) -> ColumnElement[bool]:
    chosen = is_of(selection.kinds)
    return chosen if selection.call_id is None else and_(chosen, Event.call_ids.contains([selection.call_id]))


def _sums(chosen: ColumnElement[bool]) -> list[ColumnElement[int]]:
    """Return the fields of `Counts`, in their order, over the chosen events."""
    month = func.date_trunc("month", LAST_MOMENT)
    return [
        func.count().filter(chosen),
        func.count().filter(and_(chosen, IS_COUNTED)),
        func.count(distinct(month)).filter(chosen),
        func.coalesce(func.sum(Event.attended_count).filter(chosen), 0),
        func.coalesce(func.sum(HEADS).filter(chosen), 0),
        func.count().filter(and_(chosen, disclosure.HAS_SMALL_PART)),
        func.count().filter(and_(chosen, IS_ABOUT)),
        func.count().filter(and_(chosen, IS_OVER)),
        func.count().filter(and_(chosen, ~HAS_CALL)),
        func.count().filter(and_(chosen, ~HAS_OUTCOME)),
    ]


async def counts_by_selection(
    session: AsyncSession, request: FigureRequest, selections: Iterable[Selection]
) -> Mapping[Selection, Counts]:
    """Return the sums over the held events of each selection, in one statement whatever the number of people."""
    distinct_selections = list(dict.fromkeys(selections))
    if not distinct_selections:
        return {}
    columns = [_sums(_selected(selection)) for selection in distinct_selections]
    statement = select(literal(0), *(column for sums in columns for column in sums)).where(_held(request))
    numbers = iter((await session.execute(statement)).one()[1:])
    return {
        selection: Counts(*(int(next(numbers)) for _ in sums))
        for selection, sums in zip(distinct_selections, columns, strict=True)
    }


def qualifier_of(*, about: int, over: int) -> Qualifier | None:
    """Return how a sum of people over so many rough and so many exceeded counts is to be read; None: exact."""
    return combined([Qualifier.about if about else None, Qualifier.over if over else None])


async def organisations_of(
    session: AsyncSession, request: FigureRequest, selections: Iterable[Selection]
) -> Mapping[Selection, OrganisationCount]:
    """Return the organisations of the people who came to the held events of each selection."""
    distinct_selections = list(dict.fromkeys(selections))
    if not distinct_selections:
        return {}
    counts = EventOrganisationCount
    columns: list[ColumnElement[int]] = []
    for selection in distinct_selections:
        chosen = _selected(selection)
        columns += [
            func.count(distinct(counts.organisation_id)).filter(chosen),
            func.coalesce(func.sum(counts.attended).filter(and_(chosen, counts.organisation_id.is_(None))), 0),
        ]
    statement = select(literal(0), *columns).join_from(Event, counts)
    numbers = map(int, (await session.execute(statement.where(_held(request), counts.attended > 0))).one()[1:])
    return {selection: OrganisationCount(next(numbers), next(numbers)) for selection in distinct_selections}


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


async def themes_of(session: AsyncSession, request: FigureRequest, selection: Selection) -> frozenset[str]:
    """Return the themes that the held events of a selection dealt with, by their outcomes."""
    themes = select(EventOutcomeTheme.theme).distinct().join_from(Event, EventOutcomeTheme)
    return frozenset(await session.scalars(themes.where(_held(request), _selected(selection))))


async def calls_of(session: AsyncSession, request: FigureRequest, selection: Selection) -> Sequence[UUID]:
    """Return the calls to which held events of the selection belong, in the order of their ids."""
    calls = select(func.unnest(Event.call_ids).label("call_id")).where(_held(request), _selected(selection))
    listed = calls.distinct().subquery()
    return (await session.scalars(select(listed.c.call_id).order_by(listed.c.call_id))).all()
