"""Routes of the network."""

from typing import Annotated

from fastapi import Query

from services.kernel.data.db import Reading
from services.kernel.lists.dependency import Lists
from services.kernel.lists.pages import Page
from services.kernel.openapi.document import problems
from services.kernel.security.auth import RegistryRead
from services.kernel.web.errors import NotFound
from services.kernel.web.routing import new_router

from . import service
from .schemas import EdgeQuery, EdgeRead

router = new_router("network", tag="measures")


@router.get("/edges", summary="List the network's edges", responses=problems(NotFound))
async def list_network_edges(
    query: Annotated[EdgeQuery, Query()], principal: RegistryRead, session: Reading, lists: Lists
) -> Page[EdgeRead]:
    """The links between the projects and organisations around a coordination project on a period's last day."""
    return await lists.page(await service.list_edges(session, principal, query), query)
