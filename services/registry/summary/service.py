"""Use cases of the summary: reading it. Nothing is written here."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.measures import SummaryQuery
from services.contracts.periods import PeriodRead
from services.kernel.security.auth import Principal
from services.registry.projects.figures import authorise_figures
from services.registry.projects.models import Project

from . import queries
from .schemas import SummaryRead


async def read_summary(session: AsyncSession, principal: Principal, query: SummaryQuery) -> SummaryRead:
    """Return the registry's section of the dashboard.

    Raises NotFound for a coordination that the caller may not see.
    """
    request = await authorise_figures(session, principal, query)
    coordination_id, period = request.coordination_id, request.period
    return SummaryRead(
        coordination_id=coordination_id,
        period=PeriodRead.of(period),
        projects=await queries.count(session, coordination_id, period),
        projects_by_state=await queries.count_by(session, Project.state, coordination_id, period),
        projects_by_kind=await queries.count_by(session, Project.kind, coordination_id, period),
        projects_by_region=await queries.count_by_region(session, coordination_id, period),
        funding=await queries.funding(session, coordination_id, period),
        computed_at=request.now,
    )
