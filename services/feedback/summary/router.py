"""Route of the summary."""

from typing import Annotated

from fastapi import Query

from services.contracts.measures import SummaryQuery
from services.kernel.data.db import Snapshot
from services.kernel.openapi.document import problems
from services.kernel.security.auth import FeedbackRead
from services.kernel.web.errors import NotFound
from services.kernel.web.routing import new_router

from . import service
from .schemas import SummaryRead

router = new_router("", tag="measures")


@router.get("/summary", summary="Read the feedback summary", responses=problems(NotFound))
async def read_summary(
    query: Annotated[SummaryQuery, Query()], principal: FeedbackRead, session: Snapshot
) -> SummaryRead:
    """The figures of a coordination project's feedback in a period, as the dashboard shows them."""
    return await service.read_summary(session, principal, query)
