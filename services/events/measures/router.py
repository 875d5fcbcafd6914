"""Routes of measures."""

from typing import Annotated

from fastapi import Query

from services.contracts.measures import MeasureQuery, MeasuresRead, SummaryQuery
from services.kernel.data.db import Snapshot
from services.kernel.openapi.document import problems
from services.kernel.security.auth import EventsRead
from services.kernel.web.errors import NotFound
from services.kernel.web.routing import new_router

from . import service
from .schemas import SummaryRead

router = new_router("", tag="measures")


@router.get("/measures", summary="Count the measures of events", responses=problems(NotFound))
async def read_measures(
    query: Annotated[MeasureQuery, Query()], principal: EventsRead, session: Snapshot
) -> MeasuresRead:
    """The measures that events answer for, each with its state and the address of the rows it counts."""
    return await service.compute_measures(session, principal, query)


@router.get("/summary", summary="Summarise the events of a period", responses=problems(NotFound))
async def read_summary(
    query: Annotated[SummaryQuery, Query()], principal: EventsRead, session: Snapshot
) -> SummaryRead:
    """The events of a coordination project and a period in short."""
    return await service.summarise(session, principal, query)
