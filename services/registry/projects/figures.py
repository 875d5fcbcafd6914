"""The check that comes before a coordination project's figures."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.measures import SummaryQuery
from services.contracts.roles import Scope
from services.kernel.figures import FigureRequest, authorised_request
from services.kernel.security.auth import Principal
from services.kernel.web.errors import NotFound

from . import queries
from .models import Project


async def authorise_figures(session: AsyncSession, principal: Principal, query: SummaryQuery) -> FigureRequest:
    """Return the query as a request for figures.

    Raises NotFound unless the coordination is a project that leads and the principal may read its figures.
    """
    request = await authorised_request(session, principal, query, scope=Scope.registry_read)
    known = await session.scalar(select(Project.id).where(Project.id == request.coordination_id, queries.leading()))
    if known is None:
        raise NotFound
    return request
