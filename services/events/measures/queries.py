"""Every SELECT of measures: over the events' own counters, never over registrations."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, distinct, false, func, literal, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.measures import Qualifier, combined
from services.events.events import disclosure
from services.events.events.facts import (
    CALLS,
    HAS_CALL,
    HAS_OUTCOME,
    HEADS,
    IS_ABOUT,
    IS_COUNTED,
    IS_OVER,
    LAST_MOMENT,
    PARTICIPANTS,
    ends_in,
    held_at,
    is_of,
)
from services.events.events.models import Event
from services.events.events.terms import Lacking
from services.events.outcomes.models import EventOutcomeTheme
from services.events.registrations.models import EventOrganisationCount
from services.kernel.data.types import Expression, Statement
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
    # Whether people came whose organisation is not known: who wait, named none or were counted without names.
    has_unknown: bool
    # Whether the number tells of an event that one to four such people came to it.
    tells_few_others: bool


def _selected(selection: Selection) -> ColumnElement[bool]:
    return is_of(selection.kinds)


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
    columns = [_organisations(_selected(selection)) for selection in distinct_selections]
    statement = select(literal(0), *(column for counts in columns for column in counts))
    numbers = iter((await session.execute(_with_organisations(statement, request))).one()[1:])
    return {
        selection: OrganisationCount(*(next(numbers) for _ in counts))
        for selection, counts in zip(distinct_selections, columns, strict=True)
    }


async def organisations_by_call(
    session: AsyncSession, request: FigureRequest, selection: Selection
) -> Mapping[UUID, OrganisationCount]:
    """Return the organisations of the people who came to the held events of each call, in the order of their ids."""
    call_id = CALLS.c.call_id
    over_events = _with_organisations(select(call_id, *_organisations(true())), request).join(CALLS, true())
    by_call = over_events.where(_selected(selection)).group_by(call_id).order_by(call_id)
    return {call: OrganisationCount(*counts) for call, *counts in await session.execute(by_call)}


# Of one event: the people who came from known organisations, and the number of these.
_KNOWN = (
    select(
        func.coalesce(func.sum(EventOrganisationCount.attended), 0).label("people"),
        func.count().label("organisations"),
    )
    .where(
        EventOrganisationCount.event_id == Event.id,
        EventOrganisationCount.organisation_id.is_not(None),
        EventOrganisationCount.attended > 0,
    )
    .correlate(Event)
    .lateral("known")
)


def _organisations(chosen: ColumnElement[bool]) -> list[Expression]:
    """Return the fields of `OrganisationCount`, in their order, over the chosen events."""
    counts = EventOrganisationCount
    waiting = func.sum(counts.attended).filter(and_(chosen, counts.organisation_id.is_(None)))
    tells_few_others = disclosure.tells_few_others(_KNOWN.c.people, _KNOWN.c.organisations)
    return [
        func.count(distinct(counts.organisation_id)).filter(chosen),
        func.coalesce(waiting, 0),
        func.coalesce(func.bool_or(_KNOWN.c.people < PARTICIPANTS).filter(chosen), false()),
        func.coalesce(func.bool_or(tells_few_others).filter(chosen), false()),
    ]


def _with_organisations(statement: Statement, request: FigureRequest) -> Statement:
    """Return the statement over each held event once for each of its organisations, or once where it has none."""
    counts = EventOrganisationCount
    came_from = and_(counts.event_id == Event.id, counts.attended > 0)
    joined = statement.select_from(Event).join(_KNOWN, true()).outerjoin(counts, came_from)
    return joined.where(_held(request))


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


async def suppressed_calls(session: AsyncSession, request: FigureRequest, selection: Selection) -> frozenset[UUID]:
    """Return the calls whose sum of people is not disclosed to readers of aggregates."""
    chosen = and_(ends_in(request.period), _selected(selection))
    return await disclosure.suppressed_calls(session, request.coordination_id, chosen, now=request.now)


async def themes_of(session: AsyncSession, request: FigureRequest, selection: Selection) -> frozenset[str]:
    """Return the themes that the held events of a selection dealt with, by their outcomes."""
    themes = select(EventOutcomeTheme.theme).distinct().join_from(Event, EventOutcomeTheme)
    return frozenset(await session.scalars(themes.where(_held(request), _selected(selection))))
