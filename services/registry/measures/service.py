"""Use cases of measures: reading them. Nothing is written here."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.measures import (
    ExtraValue,
    MeasureQuery,
    MeasureRead,
    MeasuresRead,
    SummaryQuery,
    counted,
)
from services.contracts.periods import PeriodRead
from services.contracts.roles import Scope
from services.kernel.lists.pages import Listing
from services.kernel.security.auth import Principal
from services.kernel.web.figures import (
    FigureRequest,
    FigureSource,
    answer_measures,
    authorised_request,
    rows_address,
)
from services.registry.projects.models import Project

from . import network, queries
from .schemas import EdgeQuery, EdgeRead, SummaryRead
from .terms import NETWORK, WITHOUT_ROOM


async def read_measures(session: AsyncSession, principal: Principal, query: MeasureQuery) -> MeasuresRead:
    """Return the measures of this service. Raises NotFound for a coordination the caller may not see."""
    request = await _authorised(session, principal, query)
    return await answer_measures(session, request, _SOURCE, keys=query.keys)


async def read_summary(session: AsyncSession, principal: Principal, query: SummaryQuery) -> SummaryRead:
    """Return the registry's section of the dashboard. Raises NotFound for a coordination the caller may not see."""
    request = await _authorised(session, principal, query)
    about = (request.coordination_id, request.period)
    return SummaryRead(
        coordination_id=request.coordination_id,
        period=PeriodRead.of(request.period),
        projects=await queries.count(session, *about),
        projects_by_state=await queries.count_by(session, Project.state, *about),
        projects_by_kind=await queries.count_by(session, Project.kind, *about),
        projects_by_region=await queries.count_by_region(session, *about),
        funding=await queries.funding(session, *about),
        computed_at=request.now,
    )


async def edges(session: AsyncSession, principal: Principal, query: EdgeQuery) -> Listing[EdgeRead]:
    """Return the network's edges. Raises NotFound for a coordination the caller may not see."""
    figures = SummaryQuery(coordination=query.coordination, period=query.period)
    request = await _authorised(session, principal, figures)
    return network.listing(request.coordination_id, request.period, only_new=query.new is not None)


async def _authorised(session: AsyncSession, principal: Principal, query: SummaryQuery) -> FigureRequest:
    request = await authorised_request(session, principal, query, scope=Scope.registry_read)
    await queries.check_coordination(session, request.coordination_id)
    return request


async def _network(session: AsyncSession, request: FigureRequest) -> list[MeasureRead]:
    """Return the one measure that is counted from the registry's records."""
    found = await network.measure(session, request.coordination_id, request.period)
    extra = {"edges": found.edges, "new_edges": found.new_edges, "components": found.components}
    return [
        counted(
            NETWORK,
            found.nodes,
            rows=rows_address("registry/v1/network/edges", request),
            extra=[ExtraValue(key=name, value=value, unit="kpl") for name, value in extra.items()],
        )
    ]


_SOURCE = FigureSource("registry", _network, WITHOUT_ROOM)
