"""Use cases of measures: figures from counters. They write nothing."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.events.events.access import may_change, may_read_figures
from services.kernel.clock import database_now
from services.kernel.measures import (
    TOO_SMALL,
    ExtraValue,
    MeasureQuery,
    MeasureRead,
    MeasuresRead,
    MeasureState,
    counted,
    is_small,
    ratio,
    without_value,
)
from services.kernel.periods import Period, PeriodRead, parse_period
from services.kernel.security.auth import Principal
from services.kernel.web.errors import NotFound

from . import queries
from .queries import Counts, Sums
from .schemas import SummaryQuery, SummaryRead
from .terms import FIGURES, Counted, Figure, Selection


async def compute_measures(session: AsyncSession, principal: Principal, query: MeasureQuery) -> MeasuresRead:
    """The 13 measures of events, or those of them that are asked for. Raises NotFound.

    Whom only aggregates are for is told no sum that would tell of one to four people.
    """
    if not may_read_figures(principal, query.coordination):
        raise NotFound
    period, now = parse_period(query.period), await database_now(session)
    figures = {key: figure for key, figure in FIGURES.items() if not query.keys or key in query.keys}
    if period.starts_at > now:
        items = [_not_due(key) for key in figures]
    else:
        items = await _items(session, query.coordination, period, figures)
        if not may_change(principal, query.coordination):
            items = await _told_to_all(session, query.coordination, period, items)
    return MeasuresRead(
        service="events",
        coordination_id=query.coordination,
        period=PeriodRead.of(period),
        computed_at=now,
        items=items,
    )


async def _told_to_all(
    session: AsyncSession, coordination_id: UUID, period: Period, items: list[MeasureRead]
) -> list[MeasureRead]:
    """The measures as those are told for whom only aggregates are."""
    of_people = [FIGURES[item.key] for item in items if FIGURES[item.key].counted is Counted.participants]
    untold = await queries.untold(session, coordination_id, period, [figure.selection for figure in of_people])
    return [_told_measure(item, untold) if FIGURES[item.key] in of_people else item for item in items]


def _told_measure(item: MeasureRead, untold: Collection[Selection]) -> MeasureRead:
    """The measure with no sum of people that tells a small part, and no count of few organisations."""
    if FIGURES[item.key].selection in untold:
        return without_value(item.key, MeasureState.hidden, reason=TOO_SMALL, rows=item.rows)
    told = [one for one in item.extra if one.key != "organisations" or not is_small(int(one.value))]
    return item.model_copy(update={"extra": told})


def _not_due(key: str) -> MeasureRead:
    return without_value(key, MeasureState.not_due, reason="period_not_begun")


async def _items(
    session: AsyncSession, coordination_id: UUID, period: Period, figures: Mapping[str, Figure]
) -> list[MeasureRead]:
    selections = [figure.selection for figure in figures.values()]
    counts = await queries.counts_by_selection(session, coordination_id, period, selections)
    items = []
    for key, figure in figures.items():
        rows = _rows(coordination_id, period, figure.selection)
        if figure.counted is Counted.themes:
            themes = await queries.themes_handled(session, coordination_id, period, figure.selection)
            items.append(_theme_coverage(key, themes, counts[figure.selection], rows=rows))
        else:
            items.append(_counted(key, figure, counts[figure.selection], period, rows=rows))
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
    """The share of the taxonomy's themes that were handled; themes outside it are no part of the share."""
    taxonomy = queries.theme_taxonomy()
    if not taxonomy:
        return without_value(key, MeasureState.no_data, reason="taxonomy_unknown", rows=rows)
    if not counts.events:
        return without_value(key, MeasureState.no_data, reason="no_events_held", rows=rows)
    return ratio(key, len(themes & taxonomy), len(taxonomy), rows=rows)


def _rows(coordination_id: UUID, period: Period, selection: Selection) -> str:
    """The list of the very events a measure counts."""
    filters: list[tuple[str, str]] = [("coordination", str(coordination_id))]
    filters += [("type", kind.value) for kind in selection.types]
    filters += [("scope", selection.scope.value)] if selection.scope else []
    filters += [("call_linked", "true")] if selection.call_linked else []
    filters += [("held", "true"), ("period", period.label)]
    return f"/api/events/v1/events?{urlencode(filters)}"


async def summarise(session: AsyncSession, principal: Principal, query: SummaryQuery) -> SummaryRead:
    """The events of a period in short; small counts of people for the staff alone. Raises NotFound."""
    if not may_read_figures(principal, query.coordination):
        raise NotFound
    period = parse_period(query.period)
    found = await queries.sums(session, query.coordination, period)
    staff = may_change(principal, query.coordination)
    told = staff or await queries.may_tell_attendances(session, query.coordination, period)
    attendances = sum(half.attendances for half in found.half_years)
    registrations = sum(half.registrations for half in found.half_years)
    return SummaryRead(
        by_type=found.by_type,
        registrations=registrations if staff or _may_tell_registrations(found, period) else None,
        attendances=attendances if told else None,
        organisations=found.organisations if staff or not is_small(found.organisations) else None,
        computed_at=await database_now(session),
    )


def _may_tell_registrations(found: Sums, period: Period) -> bool:
    """Whether registrations may stand beside attendances where only aggregates are told.

    Few who signed up, or few who stayed away, could be told apart in shorter periods: whole half-years alone are told.
    """
    small = (is_small(count) for half in found.half_years for count in (half.registrations, half.missing()))
    return period.is_half_years() and not any(small)
