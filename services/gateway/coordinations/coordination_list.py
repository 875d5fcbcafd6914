"""The list of coordination projects with their headline figures."""

import asyncio
from collections.abc import Sequence

from services.contracts.periods import Period
from services.gateway.upstreams.clients import Clients
from services.gateway.upstreams.errors import UpstreamDown, UpstreamRefused
from services.gateway.upstreams.responses import ProjectResponse
from services.gateway.upstreams.upstream import CallerContext
from services.kernel.lists.pages import Page
from services.kernel.web import errors
from services.kernel.web.errors import DomainError, Unavailable

from .access import may_see, may_see_any
from .errors import RETRY_LATER, refusal
from .lookup import figure_parameters, requested_period
from .schemas import CoordinationRead, CoordinationsQuery, Headline, HeadlineSources
from .summary import Summaries, request_summaries
from .terms import MAX_AT_ONCE, MAX_COORDINATIONS


async def list_coordinations(
    clients: Clients, caller: CallerContext, query: CoordinationsQuery
) -> Page[CoordinationRead]:
    """Return a page of the coordination projects that the caller may see, with headline figures.

    A page may have fewer rows than `limit`, because the registry pages over all projects that lead.
    Raises: Unavailable, InvalidCursor and the refusals of the registry.
    """
    if not may_see_any(caller.principal):
        return Page(items=[], next_cursor=None)
    try:
        projects = await clients.coordinations(caller, limit=query.limit, cursor=query.cursor)
    except UpstreamDown as down:
        raise Unavailable(headers=RETRY_LATER) from down
    except UpstreamRefused as refused:
        raise _list_refusal(refused.status, query.cursor) from refused
    visible = [project for project in projects.items if may_see(caller.principal, project.id)]
    items = await _with_headlines(clients, caller, visible)
    return Page(items=items, next_cursor=projects.next_cursor)


def _list_refusal(status: int, cursor: str | None) -> DomainError:
    if status == 400 and cursor is not None:
        return errors.InvalidCursor()
    # The list always exists, so a 404 is a failure of the registry.
    return Unavailable(headers=RETRY_LATER) if status == 404 else refusal(status)


async def all_coordinations(clients: Clients, caller: CallerContext) -> list[CoordinationRead]:
    """Return the items of all pages of `list_coordinations`, for a file."""
    items: list[CoordinationRead] = []
    query = CoordinationsQuery(limit=MAX_COORDINATIONS)
    while True:
        page = await list_coordinations(clients, caller, query)
        items += page.items
        if page.next_cursor is None:
            return items
        query = CoordinationsQuery(limit=MAX_COORDINATIONS, cursor=page.next_cursor)


async def _with_headlines(
    clients: Clients, caller: CallerContext, projects: Sequence[ProjectResponse]
) -> list[CoordinationRead]:
    period = requested_period(None)
    slots = asyncio.Semaphore(MAX_AT_ONCE)

    async def with_headline(project: ProjectResponse) -> CoordinationRead:
        async with slots:
            summaries = await request_summaries(clients, caller, figure_parameters(project.id, period))
        headline = _headline(period, summaries)
        return CoordinationRead(id=project.id, slug=project.slug, name=project.name, headline=headline)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(with_headline(project)) for project in projects]
    return [task.result() for task in tasks]


def _headline(period: Period, summaries: Summaries) -> Headline:
    projects, events, feedback = summaries.projects, summaries.events, summaries.feedback
    return Headline(
        period=period.label,
        projects=sum(row.count for row in projects.data.projects_by_state) if projects.data else None,
        held_events=sum(row.held for row in events.data.by_type) if events.data else None,
        attendances=events.data.attendances if events.data else None,
        attendances_qualifier=events.data.attendances_qualifier if events.data else None,
        answers=feedback.data.answers if feedback.data else None,
        sources=HeadlineSources(registry=projects.status, events=events.status, feedback=feedback.status),
    )
