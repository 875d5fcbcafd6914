"""Routes of measures."""

from typing import Annotated

from fastapi import Query

from services.contracts.measures import MeasureQuery, MeasuresRead
from services.kernel.data.db import Snapshot
from services.kernel.openapi.document import problems
from services.kernel.security.auth import EventsRead
from services.kernel.web.errors import NotFound
from services.kernel.web.routing import new_router

from . import service

router = new_router("", tag="measures")


@router.get("/measures", summary="Compute the measures of events", responses=problems(NotFound))
async def read_measures(
    query: Annotated[MeasureQuery, Query()], principal: EventsRead, session: Snapshot
) -> MeasuresRead:
    """Return the measures that this service computes, each with its state and the address of the rows it counts."""
    return await service.compute_measures(session, principal, query)
