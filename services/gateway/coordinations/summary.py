"""The summary of a coordination project: one section from each service, which may be missing."""

import asyncio
from dataclasses import dataclass

from services.contracts.periods import PeriodRead
from services.gateway.upstreams.clients import Clients, Data, Reply
from services.gateway.upstreams.responses import EventsSummary, FeedbackSummary, ProjectsSummary
from services.gateway.upstreams.terms import SectionStatus
from services.gateway.upstreams.upstream import CallerContext, Params

from .lookup import figure_parameters, find_coordination, requested_period, require_data
from .schemas import Section, SummaryRead, SummarySections


@dataclass(frozen=True, slots=True)
class Summaries:
    """The replies of the three services about one coordination project and period."""

    projects: Reply[ProjectsSummary]
    events: Reply[EventsSummary]
    feedback: Reply[FeedbackSummary]


async def read_summary(clients: Clients, caller: CallerContext, ref: str, label: str | None) -> SummaryRead:
    """Return the figures of a coordination project and a period.

    Raises: NotFound, Unavailable (no service has data).
    """
    period = requested_period(label)
    coordination, is_fresh = await find_coordination(clients, caller, ref)
    summaries = await request_summaries(clients, caller, figure_parameters(coordination.id, period))
    replies = [summaries.projects, summaries.events, summaries.feedback]
    require_data(replies)
    sections = SummarySections(
        projects=_section(summaries.projects),
        events=_section(summaries.events),
        feedback=_section(summaries.feedback),
    )
    is_complete = is_fresh and all(reply.status is SectionStatus.ok for reply in replies)
    return SummaryRead(
        coordination=coordination, period=PeriodRead.of(period), partial=not is_complete, sections=sections
    )


async def request_summaries(clients: Clients, caller: CallerContext, params: Params) -> Summaries:
    """Request the summaries of the three services at the same time. Raises nothing: a failure is a reply too."""
    async with asyncio.TaskGroup() as group:
        projects = group.create_task(clients.projects_summary(caller, params))
        events = group.create_task(clients.events_summary(caller, params))
        feedback = group.create_task(clients.feedback_summary(caller, params))
    return Summaries(projects.result(), events.result(), feedback.result())


def _section(reply: Reply[Data]) -> Section[Data]:
    return Section(status=reply.status, as_of=reply.as_of, reason=reply.reason, data=reply.data)
