"""Routes of measures."""

from typing import Annotated

from fastapi import Query

from services.contracts.measures import MeasureQuery, MeasuresRead
from services.kernel.data.db import Snapshot
from services.kernel.openapi.document import problems
from services.kernel.security.auth import RegistryRead
from services.kernel.web.errors import NotFound
from services.kernel.web.routing import new_router

from . import service

router = new_router("measures", tag="measures")


@router.get("", summary="Read the registry's measures", responses=problems(NotFound))
async def read_measures(
    query: Annotated[MeasureQuery, Query()], principal: RegistryRead, session: Snapshot
) -> MeasuresRead:
    """The measures whose primary source is the registry, for a coordination project and a period."""
    return await service.read_measures(session, principal, query)
