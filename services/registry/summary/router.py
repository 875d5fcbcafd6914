"""Routes of the summary."""

from typing import Annotated

from fastapi import Query

from services.contracts.measures import SummaryQuery
from services.kernel.data.db import Snapshot
from services.kernel.openapi.document import problems
from services.kernel.security.auth import RegistryRead
from services.kernel.web.errors import NotFound
from services.kernel.web.routing import new_router

from . import service
from .schemas import SummaryRead

router = new_router("summary", tag="measures")


@router.get("", summary="Read the registry's summary", responses=problems(NotFound))
async def read_summary(
    query: Annotated[SummaryQuery, Query()], principal: RegistryRead, session: Snapshot
) -> SummaryRead:
    """The number of projects that a coordination project coordinates, by state, kind and region, and their funding."""
    return await service.read_summary(session, principal, query)
