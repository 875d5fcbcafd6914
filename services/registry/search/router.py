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
    """The public projects and organisations that match the query, best first.

    A number finds the project or organisation that has it. A word finds all its Finnish, Swedish and English forms,
    also within compounds: `hankkeiden` finds `koordinaatiohanke`. Where no document has the words, the answer lists
    names of similar spelling.
    """
    parsed = await queries.parse(session, principal, query.q)
    page = await lists.page(queries.listing(parsed, principal, query, languages=languages), query)
    facets = await queries.facets(session, principal, parsed)
    return SearchPage(items=page.items, next_cursor=page.next_cursor, facets=facets)
