"""One measure over several periods, with the changes of its definition between them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from services.contracts.measures import (
    SERVICE_OF,
    MeasureDefinition,
    combined,
    definition,
    definition_versions,
    measure_names,
)
from services.contracts.periods import Period, PeriodRead, parse_period
from services.contracts.words import Phrase
from services.gateway.upstreams.clients import Clients
from services.gateway.upstreams.responses import MeasureResponse
from services.gateway.upstreams.terms import SectionStatus
from services.gateway.upstreams.upstream import CallerContext
from services.kernel.web.errors import Invalid, InvalidField, NotFound

from .lookup import figure_parameters, find_coordination, require_data
from .measures import is_addable, is_known, missing_figure, plain_value, rows_link
from .schemas import BreakRead, CoordinationName, PointRead, SeriesQuery, SeriesRead, TotalRead
from .versions import versions_between


@dataclass(frozen=True, slots=True)
class _Point:
    """The figure of one period."""

    period: Period
    figure: MeasureResponse


async def read_series(clients: Clients, caller: CallerContext, ref: str, key: str, query: SeriesQuery) -> SeriesRead:
    """Return a measure over the periods, by time.

    Raises: NotFound, Invalid (periods that overlap), Unavailable (the service has no data).
    """
    if key not in SERVICE_OF:
        raise NotFound
    periods = _in_order(query.periods)
    coordination, is_fresh = await find_coordination(clients, caller, ref)
    row = definition(key)
    points, is_complete = await _points(clients, caller, coordination, row, periods)
    breaks = [found for earlier, later in pairwise(periods) for found in _breaks(key, earlier, later)]
    return SeriesRead(
        coordination=coordination,
        id=row.id,
        key=key,
        name=measure_names()[key],
        unit=row.unit,
        definition=row.definition,
        partial=not (is_fresh and is_complete),
        items=[_point(coordination, key, point) for point in points],
        breaks=breaks,
        total=_total(row, points, has_break=bool(breaks) and not query.across_breaks),
    )


def _in_order(labels: Sequence[str]) -> list[Period]:
    """Return the periods by time, each once. Raises: Invalid, where a day belongs to two of them."""
    periods = sorted(map(parse_period, dict.fromkeys(labels)), key=lambda period: period.first_on)
    if any(later.first_on <= earlier.last_on for earlier, later in pairwise(periods)):
        raise Invalid(errors=[InvalidField("/query/periods", "periods-overlap", Phrase("fields.periods-overlap"))])
    return periods


async def _points(
    clients: Clients,
    caller: CallerContext,
    coordination: CoordinationName,
    row: MeasureDefinition,
    periods: Sequence[Period],
) -> tuple[list[_Point], bool]:
    """Return the figures of the periods, and whether all of them are fresh."""
    service = SERVICE_OF[row.key]
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(
                clients.measures(caller, service, (*figure_parameters(coordination.id, period), ("keys", row.key)))
            )
            for period in periods
        ]
    replies = [task.result() for task in tasks]
    require_data(replies)
    points = []
    for period, reply in zip(periods, replies, strict=True):
        items = reply.data.items if reply.data else []
        found = next((item for item in items if item.key == row.key), None)
        points.append(_Point(period, found or missing_figure(row, reply)))
    return points, all(reply.status is SectionStatus.ok for reply in replies)


def _point(coordination: CoordinationName, key: str, point: _Point) -> PointRead:
    figure, known = point.figure, is_known(point.figure)
    return PointRead(
        period=PeriodRead.of(point.period),
        state=figure.state,
        value=figure.value if known else None,
        qualifier=figure.qualifier if known else None,
        numerator=figure.numerator if known else None,
        denominator=figure.denominator if known else None,
        n=figure.n if known else None,
        reason=figure.reason,
        version_in_force=_version_on_last_day(key, point.period),
        rows=rows_link(coordination, point.period, key) if figure.rows else None,
    )


def _version_on_last_day(key: str, period: Period) -> int:
    held = [v for v in definition_versions()[key] if v.holds_from_on is None or v.holds_from_on <= period.last_on]
    return held[-1].version


def _breaks(key: str, earlier: Period, later: Period) -> list[BreakRead]:
    return [
        BreakRead(
            definition_version=version.version,
            holds_from_on=version.holds_from_on,
            before=earlier.label,
            after=later.label,
        )
        for version in versions_between(key, earlier, later)
        if version.holds_from_on is not None
    ]


def _total(row: MeasureDefinition, points: Sequence[_Point], *, has_break: bool) -> TotalRead:
    """Return the sum of the figures, or the reason why they are not added."""
    values = [plain_value(point.figure) for point in points]
    known = [value for value in values if value is not None]
    if not is_addable(row):
        return TotalRead(value=None, qualifier=None, reason="not_addable")
    if len(known) < len(values):
        return TotalRead(value=None, qualifier=None, reason="not_all_known")
    if has_break:
        return TotalRead(value=None, qualifier=None, reason="definition_changed")
    return TotalRead(value=sum(known), qualifier=combined(p.figure.qualifier for p in points), reason=None)
