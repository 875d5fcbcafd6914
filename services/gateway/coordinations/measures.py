"""The 46 measures of a coordination project: requested from the three services, joined by key and compared."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from services.contracts.measures import (
    SERVICE_OF,
    MeasureDefinition,
    MeasureState,
    catalogue,
    measure_names,
    qualifier_of_difference,
)
from services.contracts.periods import Period, PeriodRead, parse_period
from services.contracts.services import STORING_SERVICES, StoringService
from services.gateway.upstreams.clients import Clients, Reply
from services.gateway.upstreams.responses import ExtraResponse, MeasureResponse, MeasuresResponse
from services.gateway.upstreams.terms import SectionStatus
from services.gateway.upstreams.upstream import CallerContext, query_parameters

from .lookup import figure_parameters, find_coordination, requested_period, require_data
from .schemas import (
    ChangeRead,
    CodeListRead,
    CoordinationName,
    FurtherFigure,
    MeasureRow,
    MeasuresList,
    MeasuresListQuery,
    MeasureSources,
    MissingRead,
    SourceRead,
)
from .terms import Compare
from .versions import changed_between

Replies = Mapping[StoringService, Reply[MeasuresResponse]]

_KNOWN: Final = frozenset({MeasureState.value, MeasureState.zero})


@dataclass(frozen=True, slots=True)
class _Compared:
    """The period of a comparison, and the replies about it."""

    period: Period
    replies: Replies


async def list_measures(clients: Clients, caller: CallerContext, ref: str, query: MeasuresListQuery) -> MeasuresList:
    """Return all 46 measures in the catalogue's order, each in its state.

    Raises: NotFound, Unavailable (no service has data).
    """
    period = requested_period(query.period)
    before = compared_period(period, query.compare)
    coordination, is_fresh = await find_coordination(clients, caller, ref)
    async with asyncio.TaskGroup() as group:
        now_task = group.create_task(_request_all(clients, caller, coordination.id, period))
        then_task = group.create_task(_request_all(clients, caller, coordination.id, before)) if before else None
    replies = now_task.result()
    require_data(list(replies.values()))
    compared = _Compared(before, then_task.result()) if before and then_task else None
    is_complete = is_fresh and all(reply.status is SectionStatus.ok for reply in replies.values())
    return MeasuresList(
        coordination=coordination,
        period=PeriodRead.of(period),
        compared_with=PeriodRead.of(before) if before else None,
        partial=not is_complete,
        sources=_sources(replies),
        items=_joined(coordination, period, replies, compared),
    )


def compared_period(period: Period, compare: Compare | None) -> Period | None:
    """Return the period that a period is compared with; None without a comparison or without an earlier period."""
    try:
        match compare:
            case None:
                return None
            case Compare.previous:
                return parse_period(period.previous().label)
            case Compare.same_last_year:
                return parse_period(_a_year_before(period))
    except ValueError:
        return None


def _a_year_before(period: Period) -> str:
    if "/" not in period.label:
        return f"{period.first_on.year - 1:04}{period.label[4:]}"
    return f"{_day_a_year_before(period.first_on)}/{_day_a_year_before(period.last_on)}"


def _day_a_year_before(day: date) -> date:
    # The 29th of February has no day a year before; the month's last day stands for it.
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if is_leap_day else day.day)


async def _request_all(clients: Clients, caller: CallerContext, coordination_id: UUID, period: Period) -> Replies:
    params = figure_parameters(coordination_id, period)
    async with asyncio.TaskGroup() as group:
        tasks = {name: group.create_task(clients.measures(caller, name, params)) for name in STORING_SERVICES}
    return {name: task.result() for name, task in tasks.items()}


def _sources(replies: Replies) -> MeasureSources:
    def source(name: StoringService) -> SourceRead:
        return SourceRead(status=replies[name].status, as_of=replies[name].as_of, reason=replies[name].reason)

    return MeasureSources(registry=source("registry"), events=source("events"), feedback=source("feedback"))


def _joined(
    coordination: CoordinationName, period: Period, replies: Replies, compared: _Compared | None
) -> list[MeasureRow]:
    now, then = _by_key(replies), _by_key(compared.replies) if compared else {}
    return [
        _row(
            definition,
            _figure(definition, replies, now),
            rows=rows_link(coordination, period, definition.key),
            change=_change(definition, now, then, period, compared),
        )
        for definition in catalogue()
    ]


def _by_key(replies: Replies) -> dict[str, MeasureResponse]:
    """Return the figures by key. A key that is unknown, or that another service counts, is left out."""
    return {
        item.key: item
        for name, reply in replies.items()
        if reply.data is not None
        for item in reply.data.items
        if SERVICE_OF.get(item.key) == name
    }


def _figure(definition: MeasureDefinition, replies: Replies, figures: Mapping[str, MeasureResponse]) -> MeasureResponse:
    """Return the figure of a measure. A missing figure is unavailable, or hidden where the caller may not see it."""
    if definition.key in figures:
        return figures[definition.key]
    return missing_figure(definition, replies[SERVICE_OF[definition.key]])


def missing_figure(definition: MeasureDefinition, reply: Reply[MeasuresResponse]) -> MeasureResponse:
    """Return the figure of a measure that is not in its service's reply."""
    is_hidden = reply.status is SectionStatus.hidden
    return MeasureResponse(
        key=definition.key,
        state=MeasureState.hidden if is_hidden else MeasureState.unavailable,
        value=None,
        qualifier=None,
        numerator=None,
        denominator=None,
        n=None,
        unit=definition.unit,
        parts=[],
        extra=[],
        lists=[],
        missing=[],
        reason=reply.reason or "not_answered",
        rows=None,
        definition_version=0,
    )


def _row(definition: MeasureDefinition, figure: MeasureResponse, *, rows: str, change: ChangeRead | None) -> MeasureRow:
    is_known = figure.state in _KNOWN
    own_rows = None if figure.rows is None else rows
    return MeasureRow(
        id=definition.id,
        key=definition.key,
        name=measure_names()[definition.key],
        state=figure.state,
        # Without a known state no number is shown, even if there is one: the n of a hidden mean must not disclose it.
        value=figure.value if is_known else None,
        qualifier=figure.qualifier if is_known else None,
        numerator=figure.numerator if is_known else None,
        denominator=figure.denominator if is_known else None,
        n=figure.n if is_known else None,
        unit=figure.unit,
        parts=[_further(part) for part in figure.parts] if is_known else [],
        extra=[_further(extra) for extra in figure.extra] if is_known else [],
        lists=[CodeListRead(key=found.key, codes=found.codes) for found in figure.lists] if is_known else [],
        missing=_missing(figure, rows),
        reason=figure.reason,
        target=None,
        change=change,
        definition=definition.definition,
        definition_version=figure.definition_version or None,
        result_type=definition.result_type,
        source_service=SERVICE_OF[definition.key],
        rows=own_rows,
    )


def _further(extra: ExtraResponse) -> FurtherFigure:
    is_known = extra.state in _KNOWN
    return FurtherFigure(
        key=extra.key,
        subject=extra.subject,
        state=extra.state,
        value=extra.value if is_known else None,
        qualifier=extra.qualifier if is_known else None,
        unit=extra.unit,
    )


def _missing(figure: MeasureResponse, rows: str) -> list[MissingRead]:
    """Return what counted rows lack, each with the address of these rows at the gateway."""
    return [
        MissingRead(code=lack.code, count=lack.count, rows=f"{rows}&missing={lack.code}" if lack.rows else None)
        for lack in figure.missing
    ]


def is_known(figure: MeasureResponse) -> bool:
    """Return whether the figure has a value, so that its numbers may be shown."""
    return figure.state in _KNOWN


def rows_link(coordination: CoordinationName, period: Period, key: str) -> str:
    """Return the address of the rows behind a figure."""
    params = query_parameters(("period", period.label))
    address = f"/api/dashboard/v1/coordinations/{coordination.id}/measures/{key}/rows"
    return f"{address}?{'&'.join(f'{name}={value}' for name, value in params)}"


def is_addable(definition: MeasureDefinition) -> bool:
    """Return whether figures of two periods may be subtracted: counts and sums may, running totals may not."""
    rule = definition.period_aggregation
    return rule.startswith("sum") and "snapshot" not in rule


def _change(
    definition: MeasureDefinition,
    now: Mapping[str, MeasureResponse],
    then: Mapping[str, MeasureResponse],
    period: Period,
    compared: _Compared | None,
) -> ChangeRead | None:
    if compared is None or not is_addable(definition):
        return None
    key = definition.key
    current, previous = plain_value(now.get(key)), plain_value(then.get(key))
    if current is None or previous is None:
        return None
    return ChangeRead(
        period=compared.period.label,
        previous=previous,
        difference=current - previous,
        qualifier=qualifier_of_difference(now[key].qualifier, then[key].qualifier),
        definition_changed=changed_between(key, compared.period, period),
    )


def plain_value(figure: MeasureResponse | None) -> Decimal | None:
    """Return a known count or sum; None for a share, a mean and an unknown figure."""
    if figure is None or figure.state not in _KNOWN or figure.denominator is not None or figure.n is not None:
        return None
    return figure.value
