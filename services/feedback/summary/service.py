"""Use cases of the summary: reading it. Nothing is written here."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.measures import SummaryQuery
from services.contracts.periods import PeriodRead
from services.contracts.roles import Scope
from services.feedback.measures import queries
from services.feedback.surveys.access import may_change
from services.kernel.figures import authorised_request
from services.kernel.security.auth import Principal

from .schemas import SummaryRead


async def read_summary(session: AsyncSession, principal: Principal, query: SummaryQuery) -> SummaryRead:
    """Return the feedback section of the dashboard. Raises NotFound for a coordination the caller may not see."""
    request = await authorised_request(session, principal, query, scope=Scope.feedback_read)
    feedback = await queries.feedback_of(session, request.coordination_id, request.period)
    return SummaryRead(
        coordination_id=request.coordination_id,
        period=PeriodRead.of(request.period),
        surveys=feedback.surveys,
        invited=feedback.invited if may_change(principal, request.coordination_id) else None,
        answers=feedback.answers,
        mean=feedback.overall.value(2),
        mean_qualifier=feedback.overall.qualifier,
        n=feedback.overall.n,
        nps=feedback.nps,
        nps_qualifier=feedback.net_promoters.qualifier,
        nps_n=feedback.net_promoters.n,
        response_rate=feedback.response_rate,
        computed_at=request.now,
    )
