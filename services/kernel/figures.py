"""The steps by which every service answers a request for its measures."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.measures import MeasureRead, MeasuresRead, MeasureState, SummaryQuery, keys_of, without_value
from services.contracts.periods import Period, PeriodRead, parse_period
from services.contracts.roles import Scope, reads_figures_of
from services.contracts.services import StoringService
from services.kernel.clock import database_now
from services.kernel.security.auth import Principal
from services.kernel.web.errors import NotFound


@dataclass(frozen=True, slots=True)
class FigureRequest:
    """A request for figures of a coordination project and a period, by an authorised caller.

    `now` is the time of the database's clock; every statement uses this one instant.
    """

    principal: Principal
    coordination_id: UUID
    period: Period
    now: datetime
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FigureSource:
    """The part of the catalogue that a service answers for.

    `unrecorded` names the measures that have no records to count yet, each with its reason code. `compute` counts
    the others; it is called only for a period that has begun.
    """

    service: StoringService
    compute: Callable[[AsyncSession, FigureRequest], Awaitable[Iterable[MeasureRead]]]
    unrecorded: Mapping[str, str]


async def authorised_request(
    session: AsyncSession, principal: Principal, query: SummaryQuery, *, scope: Scope
) -> FigureRequest:
    """Make a figure request of the query.

    Raises: NotFound unless the caller may read the coordination project's figures.
    """
    if not reads_figures_of(principal.grants, query.coordination, scope=scope):
        raise NotFound
    return FigureRequest(principal, query.coordination, parse_period(query.period), await database_now(session))


async def answer_measures(
    session: AsyncSession, request: FigureRequest, source: FigureSource, *, keys: Collection[str] | None
) -> MeasuresRead:
    """Compute the service's measures, or only those that `keys` names, in the order of the catalogue.

    Requires: a Snapshot, so that a figure and the counts that suppress it are read from one state.
    """
    selected = [key for key in keys_of(source.service) if keys is None or key in keys]
    items = await _items(session, request, source, selected)
    return MeasuresRead(
        service=source.service,
        coordination_id=request.coordination_id,
        period=PeriodRead.of(request.period),
        computed_at=request.now,
        items=[items[key] for key in selected],
    )


async def _items(
    session: AsyncSession, request: FigureRequest, source: FigureSource, keys: Iterable[str]
) -> Mapping[str, MeasureRead]:
    items: dict[str, MeasureRead] = {}
    recorded: list[str] = []
    for key in keys:
        if key in source.unrecorded:
            items[key] = without_value(key, MeasureState.no_data, reason=source.unrecorded[key])
        elif request.period.starts_at > request.now:
            items[key] = without_value(key, MeasureState.not_due, reason="period_not_begun")
        else:
            recorded.append(key)
    if recorded:
        computed = await source.compute(session, replace(request, keys=tuple(recorded)))
        items.update({item.key: item for item in computed})
    return items


def rows_address(path: str, request: FigureRequest, filters: Iterable[tuple[str, str]] = ()) -> str:
    """Return the address of the list of the rows behind a figure; `path` begins with the service's name."""
    parameters = [("coordination", str(request.coordination_id)), *filters, ("period", request.period.label)]
    return f"/api/{path}?{urlencode(parameters)}"
