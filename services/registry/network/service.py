"""Use cases of the network: reading it. Nothing is written here."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.measures import SummaryQuery
from services.kernel.lists.pages import Listing
from services.kernel.security.auth import Principal
from services.registry.projects.figures import authorise_figures

from . import queries
from .schemas import EdgeQuery, EdgeRead


async def list_edges(session: AsyncSession, principal: Principal, query: EdgeQuery) -> Listing[EdgeRead]:
    """Return the network's edges. Raises NotFound for a coordination that the caller may not see."""
    figures = SummaryQuery(coordination=query.coordination, period=query.period)
    request = await authorise_figures(session, principal, figures)
    return queries.listing(request.coordination_id, request.period, only_new=query.new is not None)
