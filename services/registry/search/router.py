"""Routes of search."""

from typing import Annotated

from fastapi import Query, Request, Response

from services.kernel.data.db import Reading
from services.kernel.security.auth import Anyone
from services.kernel.text import Languages
from services.kernel.web.routing import new_router

from .answers import answer_search
from .schemas import SearchPage, SearchQuery

router = new_router("search", tag="search")


@router.get("", response_model=SearchPage, summary="Search projects and organisations")
async def search(
    query: Annotated[SearchQuery, Query()],
    principal: Anyone,
    session: Reading,
    languages: Languages,
    request: Request,
    response: Response,
) -> SearchPage | Response:
    """Everything public that answers the question, best first.

    A number finds its owner. A word finds all its Finnish, Swedish and English forms, also within compounds:
    `hankkeiden` finds `koordinaatiohanke`. Only where nothing has the words, names of similar spelling are shown.
    """
    return await answer_search(request, response, session, principal, query, languages=languages)
