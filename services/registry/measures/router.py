"""Routes of measures."""

from typing import Annotated

from fastapi import Query

from services.contracts.measures import MeasureQuery, MeasuresRead, SummaryQuery
from services.kernel.data.db import Reading, Snapshot
from services.kernel.lists.dependency import Lists
from services.kernel.lists.pages import Page
from services.kernel.openapi.document import problems
from services.kernel.security.auth import RegistryRead
from services.kernel.web.errors import NotFound
from services.kernel.web.routing import new_router

from . import service
from .schemas import EdgeQuery, EdgeRead, SummaryRead

router = new_router("", tag="measures")


@router.get("/measures", summary="Read the registry's measures", responses=problems(NotFound))
async def read_measures(
    query: Annotated[MeasureQuery, Query()], principal: RegistryRead, session: Snapshot
) -> MeasuresRead:
    """The measures whose primary source is the registry, for a coordination project and a period."""
    return await service.read_measures(session, principal, query)


@router.get("/summary", summary="Read the registry's summary", responses=problems(NotFound))
async def read_summary(
    query: Annotated[SummaryQuery, Query()], principal: RegistryRead, session: Snapshot
) -> SummaryRead:
    """The projects a coordination project coordinates: by state, kind and region, and their money."""
    return await service.read_summary(session, principal, query)


@router.get("/network/edges", summary="List the network's edges", responses=problems(NotFound))
async def list_network_edges(
    query: Annotated[EdgeQuery, Query()], principal: RegistryRead, session: Reading, lists: Lists
) -> Page[EdgeRead]:
    """Who is what to whom around a coordination project on the last day of a period."""
    return await lists.page(await service.edges(session, principal, query), query)
