"""Use cases of measures: figures from counters. They write nothing."""

from collections.abc import Collection
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.codes import theme_codes
from services.contracts.disclosure import SMALL_COUNT, is_small
from services.contracts.measures import (
    ExtraValue,
    MeasureQuery,
    MeasureRead,
    MeasuresRead,
    MeasureState,
    counted,
    ratio,
    without_value,
)
from services.contracts.periods import Period
from services.contracts.roles import Scope
from services.events.events.access import may_change
from services.kernel.figures import (
    FigureRequest,
    FigureSource,
    answer_measures,
    authorised_request,
    rows_address,
)
from services.kernel.security.auth import Principal

from . import queries
from .queries import Counts
from .terms import FIGURES, Counted, Figure, Selection


async def compute_measures(session: AsyncSession, principal: Principal, query: MeasureQuery) -> MeasuresRead:
    """Return the 13 measures of events, or the named ones of them. Raises NotFound.

    Readers of aggregates get no sum that would disclose a number of one to four people.
    """
    request = await authorised_request(session, principal, query, scope=Scope.events_read)
    return await answer_measures(session, request, _SOURCE, keys=query.keys)


async def _compute(session: AsyncSession, request: FigureRequest) -> list[MeasureRead]:
    items = await _items(session, request)
    if may_change(request.principal, request.coordination_id):
        return items
    of_people = [FIGURES[item.key] for item in items if FIGURES[item.key].counted is Counted.participants]
    suppressed = await queries.suppressed(session, request, [figure.selection for figure in of_people])
    return [_disclosed(item, suppressed) if FIGURES[item.key] in of_people else item for item in items]


def _disclosed(item: MeasureRead, suppressed: Collection[Selection]) -> MeasureRead:
    """Return the measure without suppressed sums of people and without counts of few organisations."""
    if FIGURES[item.key].selection in suppressed:
        return without_value(item.key, MeasureState.hidden, reason=SMALL_COUNT, rows=item.rows)
    extra = [value for value in item.extra if value.key != "organisations" or not is_small(int(value.value))]
    return item.model_copy(update={"extra": extra})


async def _items(session: AsyncSession, request: FigureRequest) -> list[MeasureRead]:
    figures = {key: FIGURES[key] for key in request.keys}
    counts = await queries.counts_by_selection(session, request, [figure.selection for figure in figures.values()])
    items = []
    for key, figure in figures.items():
        rows = _rows(request, figure.selection)
        if figure.counted is Counted.themes:
            themes = await queries.themes_handled(session, request, figure.selection)
            items.append(_theme_coverage(key, themes, counts[figure.selection], rows=rows))
        else:
            items.append(_counted(key, figure, counts[figure.selection], request.period, rows=rows))
    return items


def _counted(key: str, figure: Figure, counts: Counts, period: Period, *, rows: str) -> MeasureRead:
    if figure.counted is Counted.participants:
        if counts.events and not counts.counted:
            return without_value(key, MeasureState.no_data, reason="attendance_not_recorded", rows=rows)
        return counted(key, counts.participants, rows=rows, extra=_participation(counts))
    months = [_count("months_with_event", counts.months, "kk"), _count("months_in_period", _months(period), "kk")]
    return counted(key, counts.events, rows=rows, extra=months if key == "coffee" else ())


def _participation(counts: Counts) -> list[ExtraValue]:
    extra = [_count("organisations", counts.organisations, "organisaatio"), _count("events", counts.events, "kpl")]
    if counts.events:
        mean = round(Decimal(counts.participants) / counts.events, 1)
        extra.append(ExtraValue(key="mean_per_event", value=mean, unit="osallistuminen"))
    return extra


def _count(key: str, value: int, unit: str) -> ExtraValue:
    return ExtraValue(key=key, value=Decimal(value), unit=unit)


def _months(period: Period) -> int:
    first, last = period.first_on, period.last_on
    return (last.year - first.year) * 12 + last.month - first.month + 1


def _theme_coverage(key: str, themes: frozenset[str], counts: Counts, *, rows: str) -> MeasureRead:
    """Return the share of the taxonomy's themes that events handled. Other themes do not count."""
    taxonomy = theme_codes()
    if not counts.events:
        return without_value(key, MeasureState.no_data, reason="no_events_held", rows=rows)
    return ratio(key, len(themes & taxonomy), len(taxonomy), rows=rows)


def _rows(request: FigureRequest, selection: Selection) -> str:
    """Return the address of the list of the events that a measure counts."""
    filters = [("type", kind.value) for kind in selection.kinds.types]
    filters += [("scope", selection.kinds.scope.value)] if selection.kinds.scope else []
    filters += [("call_linked", "true")] if selection.call_linked else []
    return rows_address("events/v1/events", request, [*filters, ("held", "true")])


_SOURCE = FigureSource("events", _compute, unrecorded={})
