"""The dashboard's pages: asked in parallel, joined by id, honest about what is missing."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from pydantic import BaseModel

from services.contracts.periods import Period, PeriodRead, half_year_of, parse_period
from services.gateway.upstreams.answers import EventsSummary, FeedbackSummary, ProjectAnswer, ProjectsSummary
from services.gateway.upstreams.clients import Clients, Data, Reply
from services.gateway.upstreams.errors import UpstreamDown, UpstreamRefused
from services.gateway.upstreams.terms import MAX_AT_ONCE, MAX_COORDINATIONS, SectionStatus
from services.gateway.upstreams.upstream import Params, Question, query
from services.kernel.clock import helsinki_day, utc_now
from services.kernel.lists.pages import Page
from services.kernel.web import errors
from services.kernel.web.errors import DomainError, NotFound, Unavailable

from .access import may_see, may_see_any
from .schemas import (
    CoordinationName,
    CoordinationRead,
    CoordinationsQuery,
    Headline,
    HeadlineSources,
    Section,
    SummaryRead,
    SummarySections,
)

_REFUSALS: dict[int, type[DomainError]] = {
    400: errors.BadRequest,
    401: errors.Unauthenticated,
    403: errors.Forbidden,
    404: NotFound,
    422: errors.Invalid,
    429: errors.TooManyRequests,
}
RETRY_LATER = {"Retry-After": "5"}


def refusal(status: int) -> DomainError:
    """Return a service's refusal as the caller's own; what cannot be the caller's doing is our being unavailable."""
    return _REFUSALS[status]() if status in _REFUSALS else Unavailable(headers=RETRY_LATER)


def wanted_period(label: str | None) -> Period:
    """Return the named period, or the half-year that today belongs to."""
    return parse_period(label) if label else half_year_of(helsinki_day(utc_now()))


def about(coordination_id: UUID, period: Period) -> Params:
    """Return the parameters of every figure's question."""
    return query(("coordination", str(coordination_id)), ("period", period.label))


async def find(clients: Clients, question: Question, ref: str) -> tuple[CoordinationName, bool]:
    """Return the coordination project that an id or slug names, and whether the registry told so just now.

    While the registry is away, what is known from before goes. Raises: NotFound, Unavailable and what the
    registry refuses.
    """
    try:
        known, fresh = await clients.coordination(question, ref), True
    except UpstreamRefused as refused:
        raise refusal(refused.status) from refused
    except UpstreamDown as down:
        remembered, fresh = clients.slugs.get(question.principal, ref), False
        if remembered is None:
            raise Unavailable(headers=RETRY_LATER) from down
        known = remembered
    if not may_see(question.principal, known.id):
        raise NotFound
    return CoordinationName(id=known.id, slug=known.slug, name=known.name), fresh


def require_some(replies: Sequence[Reply[BaseModel]]) -> None:
    """Raises unless at least one part has data: what all refuse is refused, else Unavailable."""
    if any(reply.data is not None for reply in replies):
        return
    denials = [reply.denial for reply in replies if reply.denial is not None]
    if len(denials) == len(replies):
        raise refusal(next(status for status in (401, 404, 403) if status in denials))
    raise Unavailable(headers=RETRY_LATER)


async def summary(clients: Clients, question: Question, ref: str, label: str | None) -> SummaryRead:
    """Return one page's figures. Raises: NotFound, Unavailable (nothing could be had)."""
    period = wanted_period(label)
    coordination, fresh = await find(clients, question, ref)
    projects, events, feedback = await _three_summaries(clients, question, about(coordination.id, period))
    require_some([projects, events, feedback])
    sections = SummarySections(projects=_section(projects), events=_section(events), feedback=_section(feedback))
    complete = fresh and all(reply.status is SectionStatus.ok for reply in (projects, events, feedback))
    return SummaryRead(coordination=coordination, period=PeriodRead.of(period), partial=not complete, sections=sections)


_Three = tuple[Reply[ProjectsSummary], Reply[EventsSummary], Reply[FeedbackSummary]]


async def _three_summaries(clients: Clients, question: Question, params: Params) -> _Three:
    async with asyncio.TaskGroup() as group:
        projects = group.create_task(clients.projects_summary(question, params))
        events = group.create_task(clients.events_summary(question, params))
        feedback = group.create_task(clients.feedback_summary(question, params))
    return projects.result(), events.result(), feedback.result()


def _section(reply: Reply[Data]) -> Section[Data]:
    return Section(status=reply.status, as_of=reply.as_of, reason=reply.reason, data=reply.data)


async def coordinations(clients: Clients, question: Question, query: CoordinationsQuery) -> Page[CoordinationRead]:
    """Return a page of the projects that lead and that the caller may see, with headline figures.

    A page may hold fewer than `limit`: the registry pages over all of them. Raises: Unavailable, InvalidCursor.
    """
    if not may_see_any(question.principal):
        return Page(items=[], next_cursor=None)
    try:
        told = await clients.coordinations(question, limit=query.limit, cursor=query.cursor)
    except UpstreamDown as down:
        raise Unavailable(headers=RETRY_LATER) from down
    except UpstreamRefused as refused:
        raise _list_refusal(refused.status, query.cursor) from refused
    visible = [project for project in told.items if may_see(question.principal, project.id)]
    items = await _with_headlines(clients, question, visible)
    return Page(items=items, next_cursor=told.next_cursor)


def _list_refusal(status: int, cursor: str | None) -> DomainError:
    if status == 400 and cursor is not None:
        return errors.InvalidCursor()
    # The list itself is always there: its absence is the registry's trouble.
    return Unavailable(headers=RETRY_LATER) if status == 404 else refusal(status)


async def all_coordinations(clients: Clients, question: Question) -> list[CoordinationRead]:
    """Return every page of `coordinations`, for a file."""
    items: list[CoordinationRead] = []
    wanted = CoordinationsQuery(limit=MAX_COORDINATIONS)
    while True:
        page = await coordinations(clients, question, wanted)
        items += page.items
        if page.next_cursor is None:
            return items
        wanted = CoordinationsQuery(limit=MAX_COORDINATIONS, cursor=page.next_cursor)


async def _with_headlines(
    clients: Clients, question: Question, projects: Sequence[ProjectAnswer]
) -> list[CoordinationRead]:
    period = wanted_period(None)
    turns = asyncio.Semaphore(MAX_AT_ONCE)

    async def with_headline(project: ProjectAnswer) -> CoordinationRead:
        async with turns:
            three = await _three_summaries(clients, question, about(project.id, period))
        return CoordinationRead(id=project.id, slug=project.slug, name=project.name, headline=_headline(period, *three))

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(with_headline(project)) for project in projects]
    return [task.result() for task in tasks]


def _headline(
    period: Period, projects: Reply[ProjectsSummary], events: Reply[EventsSummary], feedback: Reply[FeedbackSummary]
) -> Headline:
    return Headline(
        period=period.label,
        projects=sum(row.count for row in projects.data.projects_by_state) if projects.data else None,
        held_events=sum(row.held for row in events.data.by_type) if events.data else None,
        attendances=events.data.attendances if events.data else None,
        answers=feedback.data.answers if feedback.data else None,
        sources=HeadlineSources(registry=projects.status, events=events.status, feedback=feedback.status),
    )
