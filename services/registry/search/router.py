"""Routes of search."""

from typing import Annotated

from fastapi import Query

from services.kernel.data.db import Reading
from services.kernel.lists.dependency import Lists
from services.kernel.security.auth import Anyone
from services.kernel.text import Languages
from services.kernel.web.routing import new_router
from services.registry.projects import access as projects

from . import access, queries
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

    A number, or its first digits, finds the project or organisation that has it. A word finds all its Finnish, Swedish
    and English forms, and the compounds that begin or end with it: `hankkeiden` finds `koordinaatiohanke`. All words
    must be there; a quoted phrase finds words beside each other, and a minus excludes a word. Several words also find
    projects by the names of their parties, areas and topics: `Turun yliopisto nuoret`. A word that is nowhere may be
    the beginning of a word, lack its accents or be misspelt.
    """
    visible = access.visible_to(projects.own_drafts(principal))
    parsed = await queries.parse(session, visible, query.q)
    page = await lists.page(queries.listing(parsed, visible, query, languages=languages), query)
    facets = await queries.facets(session, visible, parsed)
    return SearchPage(items=page.items, next_cursor=page.next_cursor, facets=facets)
