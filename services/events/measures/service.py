"""Use cases of measures: figures from counters. They write nothing."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.disclosure import SMALL_COUNT
from services.contracts.measures import (
    ExtraValue,
    MeasureQuery,
    MeasureRead,
    MeasuresRead,
    MeasureState,
    Missing,
    without_value,
)
from services.contracts.roles import Scope
from services.events.events.access import may_change
from services.kernel.figures import FigureRequest, FigureSource, answer_measures, authorised_request
from services.kernel.security.auth import Principal

from . import composing, queries, terms
from .composing import Sums
from .queries import Counts, OrganisationCount
from .terms import BY_CALL, FIGURES, ORGANISATION_MISSING, Counted, Figure, Selection


async def compute_measures(session: AsyncSession, principal: Principal, query: MeasureQuery) -> MeasuresRead:
    """Return the 13 measures of events, or the named ones of them. Raises NotFound.

    Readers of aggregates get no sum that would disclose a number of one to four people.
    """
    request = await authorised_request(session, principal, query, scope=Scope.events_read)
    return await answer_measures(session, request, _SOURCE, keys=query.keys)


@dataclass(frozen=True, slots=True)
class _Numbers:
    """The sums of every selection of a request, and the organisations of those that count people, also by call."""

    counts: Mapping[Selection, Counts]
    organisations: Mapping[Selection, OrganisationCount]
    by_call: Mapping[UUID, OrganisationCount]


@dataclass(frozen=True, slots=True)
class _Suppressed:
    """The selections and the calls whose sum of people is not disclosed."""

    selections: Collection[Selection]
    calls: Collection[UUID]


async def _compute(session: AsyncSession, request: FigureRequest) -> list[MeasureRead]:
    figures = [FIGURES[key] for key in request.keys]
    of_people = _selections(figure for figure in figures if figure.counted is Counted.participants)
    numbers = _Numbers(
        counts=await queries.counts_by_selection(session, request, _selections(figures)),
        organisations=await queries.organisations_of(session, request, of_people),
        by_call=await queries.organisations_by_call(session, request, _OF_CALLS) if BY_CALL in request.keys else {},
    )
    items = [_with_missing(request, await _item(session, request, key, numbers), numbers) for key in request.keys]
    if may_change(request.principal, request.coordination_id):
        return items
    suppressed = _Suppressed(
        selections=await queries.suppressed(session, request, of_people),
        calls=await queries.suppressed_calls(session, request, _OF_CALLS) if numbers.by_call else (),
    )
    return [_disclosed(item, numbers, suppressed) for item in items]


def _selections(figures: Iterable[Figure]) -> list[Selection]:
    """Return the selections of the figures, those of their separate parts too."""
    return [chosen for figure in figures for chosen in (figure.selection, *figure.separately.values())]


async def _item(session: AsyncSession, request: FigureRequest, key: str, numbers: _Numbers) -> MeasureRead:
    figure = FIGURES[key]
    own = numbers.counts[figure.selection]
    match figure.counted:
        case Counted.events:
            return composing.number_of_events(request, key, own)
        case Counted.themes:
            themes = await queries.themes_of(session, request, figure.selection)
            return composing.theme_coverage(request, key, own, themes)
        case Counted.participants:
            separately = {name: numbers.counts[selection] for name, selection in figure.separately.items()}
            by_call = numbers.by_call if key == BY_CALL else {}
            sums = Sums(own, separately, numbers.organisations[figure.selection], by_call)
            return composing.number_of_participants(request, key, sums)


def _with_missing(request: FigureRequest, item: MeasureRead, numbers: _Numbers) -> MeasureRead:
    """Return the measure with the records that some of its events lack."""
    figure = FIGURES[item.key]
    missing = composing.missing(request, item.key, figure, numbers.counts[figure.selection])
    if figure.counted is Counted.participants:
        missing += composing.waiting_organisations(request, item.key, numbers.organisations[figure.selection])
    return item.model_copy(update={"missing": missing})


def _disclosed(item: MeasureRead, numbers: _Numbers, suppressed: _Suppressed) -> MeasureRead:
    """Return the measure as readers of aggregates may see it."""
    figure = FIGURES[item.key]
    if figure.counted is not Counted.participants:
        return item
    missing = [_without_people(lack) for lack in item.missing]
    if figure.selection in suppressed.selections:
        hidden = without_value(item.key, MeasureState.hidden, reason=SMALL_COUNT, rows=item.rows)
        return hidden.model_copy(update={"missing": missing})
    hides_parts = bool(numbers.counts[figure.selection].small_parts)
    parts = [composing.hidden(part) if hides_parts else part for part in item.parts]
    extra = [_disclosed_further(value, figure, numbers, suppressed) for value in item.extra]
    return item.model_copy(update={"parts": parts, "extra": extra, "missing": missing})


def _without_people(lack: Missing) -> Missing:
    """Return what is missing without a number of people and the list of their organisations."""
    return lack.model_copy(update={"count": None, "rows": None}) if lack.code == ORGANISATION_MISSING else lack


def _disclosed_further(value: ExtraValue, figure: Figure, numbers: _Numbers, suppressed: _Suppressed) -> ExtraValue:
    """Return a further figure of a disclosed sum as readers of aggregates may see it."""
    match value.key:
        case terms.ALL_ORGANISATIONS:
            count = numbers.organisations[figure.selection]
            return composing.organisations_disclosed(value, count, is_suppressed=False)
        case terms.CALL_ORGANISATIONS:
            call = UUID(value.subject)
            is_suppressed = call in suppressed.calls
            return composing.organisations_disclosed(value, numbers.by_call[call], is_suppressed=is_suppressed)
        case name:
            is_suppressed = figure.separately.get(name) in suppressed.selections
            return composing.hidden(value) if is_suppressed else value


_OF_CALLS = FIGURES[BY_CALL].selection
_SOURCE = FigureSource("events", _compute, unrecorded={})
