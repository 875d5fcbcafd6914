"""Routes of the summary."""

from typing import Annotated

from fastapi import Query

from services.contracts.measures import SummaryQuery
from services.kernel.data.db import Snapshot
from services.kernel.openapi.document import problems
from services.kernel.security.auth import EventsRead
from services.kernel.web.errors import NotFound
from services.kernel.web.routing import new_router

from . import service
from .schemas import SummaryRead

router = new_router("", tag="measures")


@router.get("/summary", summary="Summarise the events of a period", responses=problems(NotFound))
async def read_summary(
    query: Annotated[SummaryQuery, Query()], principal: EventsRead, session: Snapshot
) -> SummaryRead:
    """Return the number of events of a coordination project and a period by type, and the people who attended."""
    return await service.summarise(session, principal, query)
