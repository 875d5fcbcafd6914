"""Use cases of measures: reading them. Nothing is written here."""

from collections.abc import Iterable
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel import clock, measures
from services.kernel.lists.pages import Listing
from services.kernel.measures import ExtraValue, MeasureQuery, MeasureRead, MeasuresRead, MeasureState
from services.kernel.periods import Period, PeriodRead, parse_period
from services.kernel.security.auth import Principal
from services.kernel.web.errors import NotFound
from services.registry.projects.models import Project

from . import access, network, queries
from .schemas import EdgeQuery, EdgeRead, SummaryQuery, SummaryRead
from .terms import NETWORK, WITHOUT_ROOM


async def read_measures(session: AsyncSession, principal: Principal, query: MeasureQuery) -> MeasuresRead:
    """The measures of this service. Raises NotFound for a coordination the caller may not see."""
    await _check_readable(session, principal, query.coordination)
    period, now = parse_period(query.period), await clock.database_now(session)
    begun = period.starts_at <= now
    return MeasuresRead(
        service="registry",
        coordination_id=query.coordination,
        period=PeriodRead.of(period),
        computed_at=now,
        items=[await _measure(session, key, query.coordination, period, begun=begun) for key in _keys(query.keys)],
    )


async def read_summary(session: AsyncSession, principal: Principal, query: SummaryQuery) -> SummaryRead:
    """The registry's section of the dashboard. Raises NotFound for a coordination the caller may not see."""
    await _check_readable(session, principal, query.coordination)
    period = parse_period(query.period)
    about = (query.coordination, period)
    return SummaryRead(
        coordination_id=query.coordination,
        period=PeriodRead.of(period),
        projects=await queries.count(session, *about),
        projects_by_state=await queries.count_by(session, Project.state, *about),
        projects_by_kind=await queries.count_by(session, Project.kind, *about),
        projects_by_region=await queries.count_by_region(session, *about),
        funding=await queries.funding(session, *about),
        computed_at=await clock.database_now(session),
    )


async def edges(session: AsyncSession, principal: Principal, query: EdgeQuery) -> Listing[EdgeRead]:
    """The network's edges. Raises NotFound for a coordination the caller may not see."""
    await _check_readable(session, principal, query.coordination)
    return network.listing(query.coordination, parse_period(query.period), only_new=query.new is not None)


async def _check_readable(session: AsyncSession, principal: Principal, coordination_id: UUID) -> None:
    if not access.may_read_of(principal, coordination_id):
        raise NotFound
    await queries.check_coordination(session, coordination_id)


def _keys(keys: Iterable[str] | None) -> list[str]:
    """The asked keys that this service answers, in the order of the catalogue."""
    ours = {*WITHOUT_ROOM, NETWORK}
    asked = ours if keys is None else ours & set(keys)
    return [row.key for row in measures.catalogue() if row.key in asked]


async def _measure(
    session: AsyncSession, key: str, coordination_id: UUID, period: Period, *, begun: bool
) -> MeasureRead:
    if key != NETWORK:
        return measures.without_value(key, MeasureState.no_data, reason=WITHOUT_ROOM[key])
    if not begun:
        return measures.without_value(key, MeasureState.not_due, reason="period_not_begun")
    found = await network.measure(session, coordination_id, period)
    rows = "/api/registry/v1/network/edges?" + urlencode({"coordination": coordination_id, "period": period.label})
    extra = {"edges": found.edges, "new_edges": found.new_edges, "components": found.components}
    return measures.counted(
        key,
        found.nodes,
        rows=rows,
        extra=[ExtraValue(key=name, value=value, unit="kpl") for name, value in extra.items()],
    )
