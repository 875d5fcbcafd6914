"""Routes of search."""

from typing import Annotated

from fastapi import Query

from services.kernel.data.db import Reading
from services.kernel.lists.dependency import Lists
from services.kernel.security.auth import Anyone
from services.kernel.text import Languages
from services.kernel.web.routing import new_router

from . import queries
from .schemas import SearchPage, SearchQuery

router = new_router("search", tag="search")


@router.get("", summary="Search projects and organisations")
async def search(
    query: Annotated[SearchQuery, Query()],
    principal: Anyone,
    session: Reading,
    languages: Languages,
    lists: Lists,
) -> SearchPage:
    """Everything public that answers the question, best first.

    A number finds its owner. A word finds all its Finnish, Swedish and English forms, also within compounds:
    `hankkeiden` finds `koordinaatiohanke`. Only where nothing has the words, names of similar spelling are shown.
    """
    question = await queries.understand(session, principal, query.q)
    page = await lists.page(queries.listing(question, principal, query, languages=languages), query)
    facets = await queries.facets(session, principal, question)
    return SearchPage(items=page.items, next_cursor=page.next_cursor, facets=facets)
