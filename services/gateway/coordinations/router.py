"""Routes of the dashboard."""

import re
from typing import Annotated

from fastapi import Depends, Query, Request, Response

from services.gateway.upstreams.clients import Clients
from services.gateway.upstreams.clock import loop_seconds
from services.gateway.upstreams.errors import NoRows
from services.gateway.upstreams.terms import MeasureKey, Ref
from services.gateway.upstreams.upstream import Question
from services.kernel.lists.exports import answer_file, requested_format
from services.kernel.lists.pages import Page, link_next
from services.kernel.openapi.document import problems
from services.kernel.security.auth import DashboardRead
from services.kernel.web import errors
from services.kernel.web.problems import request_id
from services.kernel.web.routing import new_router

from . import dashboard, figures
from .schemas import (
    CoordinationRead,
    CoordinationsQuery,
    MeasureRow,
    MeasuresList,
    MeasuresListQuery,
    RowsPage,
    RowsQuery,
    SummaryQuery,
    SummaryRead,
)

router = new_router("coordinations", tag="coordinations")

# W3C Trace Context, level 1: version-traceid-parentid-flags.
_TRACEPARENT = re.compile(r"^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")


async def clients_of(request: Request) -> Clients:
    """The clients of the gateway that serves this request."""
    clients: Clients = request.app.state.clients
    return clients


async def question_of(request: Request, principal: DashboardRead) -> Question:
    """The caller's question to the services: with the caller's own token, until the deadline."""
    headers = [("Authorization", request.headers["authorization"]), ("X-Request-Id", str(request_id(request)))]
    trace = request.headers.get("traceparent", "")
    if _TRACEPARENT.match(trace):
        headers.append(("traceparent", trace))
    clients = await clients_of(request)
    until = loop_seconds() + clients.settings.deadline_seconds
    return Question(principal=principal, headers=tuple(headers), until=until)


Services = Annotated[Clients, Depends(clients_of)]
# Declares `dashboard:read`.
Asked = Annotated[Question, Depends(question_of)]


@router.get(
    "",
    response_model=Page[CoordinationRead],
    summary="List the projects that lead, with their headline figures",
    responses=problems(errors.InvalidCursor, errors.Unavailable),
)
async def list_coordinations(
    query: Annotated[CoordinationsQuery, Query()],
    question: Asked,
    clients: Services,
    request: Request,
    response: Response,
) -> Page[CoordinationRead] | Response:
    """Coordination projects, programmes and national experiments that the caller may see.

    The figures are the current half-year's. A page may hold fewer rows than `limit` while `next_cursor` leads on;
    a file has all rows.
    """
    if (file_format := requested_format(request, query.format)) is not None:
        items = await dashboard.all_coordinations(clients, question)
        return answer_file("coordinations", CoordinationRead, items, file_format, excel=query.excel is not None)
    page = await dashboard.coordinations(clients, question, query)
    link_next(request, response, page.next_cursor)
    return page


@router.get(
    "/{ref}/summary",
    summary="Read a coordination project's summary",
    responses=problems(errors.NotFound, errors.Unavailable),
)
async def read_summary(
    ref: Ref, query: Annotated[SummaryQuery, Query()], question: Asked, clients: Services
) -> SummaryRead:
    """Projects, events and feedback of a period in one answer, each section with how and when it was got."""
    return await dashboard.summary(clients, question, ref, query.period)


@router.get(
    "/{ref}/measures",
    response_model=MeasuresList,
    summary="List all 46 measures",
    responses=problems(errors.NotFound, errors.Unavailable),
)
async def list_measures(
    ref: Ref,
    query: Annotated[MeasuresListQuery, Query()],
    question: Asked,
    clients: Services,
    request: Request,
) -> MeasuresList | Response:
    """Every measure of the catalogue in its order, each in exactly one state; a file has the same rows."""
    file_format = requested_format(request, query.format)
    told = await figures.measures(clients, question, ref, query)
    if file_format is None:
        return told
    return answer_file("measures", MeasureRow, told.items, file_format, excel=query.excel is not None)


@router.get(
    "/{ref}/measures/{key}/rows",
    summary="Open a figure to the rows behind it",
    responses=problems(errors.InvalidCursor, errors.NotFound, NoRows, errors.Unavailable),
)
async def list_measure_rows(
    ref: Ref,
    key: MeasureKey,
    query: Annotated[RowsQuery, Query()],
    question: Asked,
    clients: Services,
    request: Request,
    response: Response,
) -> RowsPage:
    """The rows counted, with the same filters and the caller's own rights, as their own list shows them."""
    page = await figures.rows(clients, question, ref, key, query)
    response.headers["Cache-Control"] = "no-store"
    link_next(request, response, page.next_cursor)
    return page
