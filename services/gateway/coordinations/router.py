"""Routes of the dashboard."""

import re
from collections.abc import Sequence
from typing import Annotated, TypeVar

from fastapi import Depends, Query, Request, Response

from services.gateway.upstreams.clients import Clients
from services.gateway.upstreams.clock import loop_seconds
from services.gateway.upstreams.upstream import CallerContext
from services.kernel.lists.exports import answer_file, requested_format
from services.kernel.lists.layouts import BY_LANGUAGE
from services.kernel.lists.pages import ExportFormat, Page, link_next
from services.kernel.openapi.document import problems
from services.kernel.security.auth import DashboardRead
from services.kernel.web import errors
from services.kernel.web.problems import request_id
from services.kernel.web.routing import new_router

from . import coordination_list, measure_rows, measures, series, summary
from .errors import NoRows
from .schemas import (
    CoordinationRead,
    CoordinationsQuery,
    MeasureRow,
    MeasuresList,
    MeasuresListQuery,
    RowsPage,
    RowsQuery,
    SeriesQuery,
    SeriesRead,
    SummaryQuery,
    SummaryRead,
)
from .terms import MeasureKey, Ref

router = new_router("coordinations", tag="coordinations")

# W3C Trace Context, level 1: version-traceid-parentid-flags.
_TRACEPARENT = re.compile(r"^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")


async def clients_of(request: Request) -> Clients:
    """Return the clients of the gateway that serves this request."""
    clients: Clients = request.app.state.clients
    return clients


async def caller_context(request: Request, principal: DashboardRead) -> CallerContext:
    """Return the caller of this request, with their own token and the deadline of the answer."""
    headers = [("Authorization", request.headers["authorization"]), ("X-Request-Id", str(request_id(request)))]
    trace = request.headers.get("traceparent", "")
    if _TRACEPARENT.match(trace):
        headers.append(("traceparent", trace))
    clients = await clients_of(request)
    deadline = loop_seconds() + clients.settings.deadline_seconds
    return CallerContext(principal=principal, headers=tuple(headers), deadline=deadline)


Services = Annotated[Clients, Depends(clients_of)]
# Declares `dashboard:read`.
Caller = Annotated[CallerContext, Depends(caller_context)]

Row = TypeVar("Row", CoordinationRead, MeasureRow)


def _file(name: str, model: type[Row], items: Sequence[Row], file_format: ExportFormat, *, excel: bool) -> Response:
    return answer_file(name, model, items, file_format, excel=excel, known_members={"name": BY_LANGUAGE})


@router.get(
    "",
    response_model=Page[CoordinationRead],
    summary="List the projects that lead, with their headline figures",
    responses=problems(errors.InvalidCursor, errors.Unavailable),
)
async def list_coordinations(
    query: Annotated[CoordinationsQuery, Query()],
    caller: Caller,
    clients: Services,
    request: Request,
    response: Response,
) -> Page[CoordinationRead] | Response:
    """The coordination projects, programmes and national experiments that the caller may see.

    The figures are those of the current half-year. A page may have fewer rows than `limit` although there are more:
    `next_cursor` is null on the last page. A file has all rows.
    """
    if (file_format := requested_format(request, query.format)) is not None:
        items = await coordination_list.all_coordinations(clients, caller)
        return _file("coordinations", CoordinationRead, items, file_format, excel=query.excel is not None)
    page = await coordination_list.list_coordinations(clients, caller, query)
    link_next(request, response, page.next_cursor)
    return page


@router.get(
    "/{ref}/summary",
    summary="Read a coordination project's summary",
    responses=problems(errors.NotFound, errors.Unavailable),
)
async def read_summary(
    ref: Ref, query: Annotated[SummaryQuery, Query()], caller: Caller, clients: Services
) -> SummaryRead:
    """The figures of projects, events and feedback in a period. Each section states its status and its time."""
    return await summary.read_summary(clients, caller, ref, query.period)


@router.get(
    "/{ref}/measures",
    response_model=MeasuresList,
    summary="List all 46 measures",
    responses=problems(errors.NotFound, errors.Unavailable),
)
async def list_measures(
    ref: Ref,
    query: Annotated[MeasuresListQuery, Query()],
    caller: Caller,
    clients: Services,
    request: Request,
) -> MeasuresList | Response:
    """All measures in the order of the catalogue, each in exactly one state. A file has the same rows."""
    file_format = requested_format(request, query.format)
    page = await measures.list_measures(clients, caller, ref, query)
    if file_format is None:
        return page
    return _file("measures", MeasureRow, page.items, file_format, excel=query.excel is not None)


@router.get(
    "/{ref}/measures/{key}/series",
    summary="Read a measure over several periods",
    responses=problems(errors.NotFound, errors.Unavailable),
)
async def read_series(
    ref: Ref, key: MeasureKey, query: Annotated[SeriesQuery, Query()], caller: Caller, clients: Services
) -> SeriesRead:
    """The figures by time, with the breaks where a new definition began to hold.

    The figures of all periods are counted by the newest definition, from the records that the earlier one asked for.
    Over a break they are added only with `across_breaks=true`; what does not add up over periods is never added.
    """
    return await series.read_series(clients, caller, ref, key, query)


@router.get(
    "/{ref}/measures/{key}/rows",
    summary="List the rows behind a figure",
    responses=problems(errors.InvalidCursor, errors.NotFound, NoRows, errors.Unavailable),
)
async def list_measure_rows(
    ref: Ref,
    key: MeasureKey,
    query: Annotated[RowsQuery, Query()],
    caller: Caller,
    clients: Services,
    request: Request,
    response: Response,
) -> RowsPage:
    """The counted rows, with the same filters, as their own list shows them to this caller."""
    page = await measure_rows.list_measure_rows(clients, caller, ref, key, query)
    response.headers["Cache-Control"] = "no-store"
    link_next(request, response, page.next_cursor)
    return page
