"""Routes of measures."""

from typing import Annotated

from fastapi import Query

from services.contracts.measures import MeasureQuery, MeasuresRead
from services.kernel.data.db import Snapshot
from services.kernel.openapi.document import problems
from services.kernel.security.auth import FeedbackRead
from services.kernel.web.errors import NotFound
from services.kernel.web.routing import new_router

from . import service

router = new_router("", tag="measures")


@router.get("/measures", summary="Read the feedback measures", responses=problems(NotFound))
async def read_measures(
    query: Annotated[MeasureQuery, Query()], principal: FeedbackRead, session: Snapshot
) -> MeasuresRead:
    """The measures that are counted from feedback, for a coordination project and a period.

    A mean is weighted by its number of answers and made of released figures only.
    """
    return await service.read_measures(session, principal, query)
