"""Routes of co-participation."""

from typing import Annotated

from fastapi import Query

from services.kernel.lists.dependency import Lists
from services.kernel.lists.pages import Page
from services.kernel.openapi.document import problems
from services.kernel.security.auth import EventsRead
from services.kernel.web.errors import NotFound
from services.kernel.web.routing import new_router

from . import queries
from .schemas import CoParticipationQuery, CoParticipationRead

router = new_router("co-participation", tag="co-participation")


@router.get("", summary="List organisations that came to the same events", responses=problems(NotFound))
async def list_co_participation(
    query: Annotated[CoParticipationQuery, Query()], principal: EventsRead, lists: Lists
) -> Page[CoParticipationRead]:
    """Return pairs of organisations with the number of held events in common, most first: the edges of a network map.

    People whose organisation is not recognised are in no pair. For readers of aggregates an event is common only where
    five people or more of each organisation came to it.
    """
    return await lists.page(queries.listing(principal, query), query)
