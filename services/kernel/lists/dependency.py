"""The dependency of every list route: `lists: Lists`, the last parameter of its signature."""

from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Request, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.data.db import Reading, database_of
from services.kernel.lists.exports import answer_rows, requested_format
from services.kernel.lists.pages import Listing, ListQuery, Page, link_next, read_page
from services.kernel.web.early_responses import EarlyResponse

from .json_rows import JsonRows
from .prepared import prepare, prepared_queries

Read = TypeVar("Read", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class ListReader:
    """The reader of lists of one request."""

    request: Request
    response: Response
    session: AsyncSession

    async def page(self, listing: Listing[Read], query: ListQuery) -> Page[Read]:
        """Read one page and set the link to the next one.

        Raises: EarlyResponse (a file of all rows, or a page that PostgreSQL turned into JSON), InvalidCursor,
        InvalidSort, NotAcceptable.
        """
        file_format = requested_format(self.request, query.format)
        if file_format is not None:
            file = await answer_rows(self.request, self.session, listing, query, file_format)
            raise EarlyResponse(file, headers=self.response.headers)
        if listing.json_rows is not None:
            json_page = await self._json_page(listing, listing.json_rows, query)
            raise EarlyResponse(json_page, headers=self.response.headers)
        page = await read_page(self.session, listing, query, self.request.app.state.runtime.cursors)
        link_next(self.request, self.response, page.next_cursor)
        return page

    async def _json_page(self, listing: Listing[Read], json_rows: JsonRows, query: ListQuery) -> Response:
        prepared = prepare(self.request, listing, json_rows, query)
        prepared_queries(self.request).keep(self.request, prepared)
        return await prepared.answer(self.request, self.session)


async def answer_prepared(request: Request, response: Response) -> None:
    """Answer a public request for a page whose query is prepared. Raises EarlyResponse with the answer.

    The function opens its own session: as a dependency, the session would cost a tenth of the whole answer.
    """
    prepared = prepared_queries(request).find(request)
    if prepared is not None:
        async with database_of(request).reading() as session:
            answer = await prepared.answer(request, session)
        raise EarlyResponse(answer, headers=response.headers)


async def open_lists(
    request: Request,
    response: Response,
    not_prepared: Annotated[None, Depends(answer_prepared)],  # noqa: ARG001 - Runs before a session is opened.
    session: Reading,
) -> ListReader:
    """Return the request's reader of lists. It is not reached where the page's query is prepared."""
    return ListReader(request, response, session)


async def open_personal_lists(request: Request, response: Response, session: Reading) -> ListReader:
    """Return the request's reader of lists about persons, which no cache may store."""
    response.headers["Cache-Control"] = "no-store"
    return ListReader(request, response, session)


# The last parameter of a signature: for a prepared page, the dependencies after it do not run.
Lists = Annotated[ListReader, Depends(open_lists)]
PersonalLists = Annotated[ListReader, Depends(open_personal_lists)]
