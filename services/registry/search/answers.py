"""Answers of search: a page with its facets, or a file."""

from collections.abc import Sequence

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.lists.exports import answer_list
from services.kernel.security.auth import Principal

from . import queries
from .schemas import SearchPage, SearchQuery


async def answer_search(
    request: Request,
    response: Response,
    session: AsyncSession,
    principal: Principal,
    query: SearchQuery,
    *,
    languages: Sequence[str],
) -> SearchPage | Response:
    """A page of what was found with its facets, or all of it as a file. Raises: InvalidCursor, InvalidSort."""
    question = await queries.understand(session, principal, query.q)
    found = queries.listing(question, principal, query, languages=languages)
    answer = await answer_list(request, response, session, found, query)
    if isinstance(answer, Response):
        return answer
    facets = await queries.facets(session, principal, question)
    return SearchPage(items=answer.items, next_cursor=answer.next_cursor, facets=facets)
