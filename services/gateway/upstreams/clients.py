"""The three services as typed questions. A question that fails is answered too: with what is missing and why."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

import httpx
import structlog
from pydantic import BaseModel

from services.contracts.measures import SERVICE_NAMES, ServiceName
from services.contracts.vocabulary import DRAFT_PROJECT_STATES
from services.gateway.settings import GatewaySettings
from services.kernel.clock import utc_now

from . import answers
from .cache import AnswerKey, Kept, Known, LastGood, Slugs
from .clock import loop_seconds
from .errors import UpstreamDown, UpstreamRefused
from .terms import SectionStatus
from .upstream import Params, Question, Upstream, query

log = structlog.get_logger()

Data = TypeVar("Data", bound=BaseModel)
Data_co = TypeVar("Data_co", bound=BaseModel, covariant=True)

# What a caller is refused is hidden from them; any other refusal means that we asked wrongly.
_DENIALS = frozenset({401, 403, 404})


@dataclass(frozen=True, slots=True)
class Reply(Generic[Data_co]):
    """A part of the answer. `data` is there when the status is ok or stale; `denial` is the refusing status."""

    status: SectionStatus
    data: Data_co | None = None
    as_of: datetime | None = None
    reason: str | None = None
    denial: int | None = None


class Clients:
    """The services the gateway asks, and what it remembers of them."""

    def __init__(self, settings: GatewaySettings, client: httpx.AsyncClient) -> None:
        addresses: dict[ServiceName, str] = {
            "registry": settings.registry_url,
            "events": settings.events_url,
            "feedback": settings.feedback_url,
        }
        self.settings = settings
        self.services = {name: Upstream(name, addresses[name], client, settings) for name in SERVICE_NAMES}
        self.slugs = Slugs()
        self._last_good = LastGood(keep_for=timedelta(seconds=settings.stale_seconds))

    async def coordination(self, question: Question, ref: str) -> Known:
        """Return the project that leads and that an id or slug names, told by the registry just now or seconds ago.

        Raises: UpstreamDown, UpstreamRefused (404 also for a project that does not lead).
        """
        known = self.slugs.get(question.principal, ref)
        if known is not None and loop_seconds() - known.told_at < self.settings.known_seconds:
            return known
        told = await self.services["registry"].get(question, f"/v1/projects/{ref}", (), answers.ProjectAnswer)
        if not told.leads:
            raise UpstreamRefused(404)
        found = Known(told.id, told.slug, told.name, told.state in DRAFT_PROJECT_STATES, loop_seconds())
        self.slugs.put(question.principal, found)
        return found

    async def coordinations(self, question: Question, *, limit: int, cursor: str | None) -> answers.ProjectsAnswer:
        """Return a page of the projects that lead. Raises: UpstreamDown, UpstreamRefused."""
        wanted = query(("leads", "true"), ("limit", limit), ("cursor", cursor))
        return await self.services["registry"].get(question, "/v1/projects", wanted, answers.ProjectsAnswer)

    async def projects_summary(self, question: Question, params: Params) -> Reply[answers.ProjectsSummary]:
        """Return the registry's section."""
        return await self._ask(question, "registry", "/v1/summary", params, answers.ProjectsSummary)

    async def events_summary(self, question: Question, params: Params) -> Reply[answers.EventsSummary]:
        """Return the section of events."""
        return await self._ask(question, "events", "/v1/summary", params, answers.EventsSummary)

    async def feedback_summary(self, question: Question, params: Params) -> Reply[answers.FeedbackSummary]:
        """Return the section of feedback."""
        return await self._ask(question, "feedback", "/v1/summary", params, answers.FeedbackSummary)

    async def measures(self, question: Question, service: ServiceName, params: Params) -> Reply[answers.MeasuresAnswer]:
        """Return the figures that a service counts."""
        return await self._ask(question, service, "/v1/measures", params, answers.MeasuresAnswer)

    async def rows(self, question: Question, service: ServiceName, path: str, params: Params) -> answers.RowsAnswer:
        """Return a page of rows; never remembered, for they may be about persons.

        Raises: UpstreamDown, UpstreamRefused.
        """
        return await self.services[service].get(question, path, params, answers.RowsAnswer)

    async def _ask(
        self, question: Question, service: ServiceName, path: str, params: Params, model: type[Data]
    ) -> Reply[Data]:
        key = AnswerKey(question.principal, service, path, params)
        try:
            data = await self.services[service].get(question, path, params, model)
        except UpstreamRefused as refused:
            if refused.status not in _DENIALS:
                log.warning("upstream.refused", service=service, path=path, status=refused.status)
                return Reply(SectionStatus.unavailable, reason="refused")
            self._last_good.forget(key)
            return Reply(SectionStatus.hidden, reason="not_permitted", denial=refused.status)
        except UpstreamDown as down:
            log.warning("upstream.unavailable", service=service, path=path, reason=down.reason)
            return _stale(self._last_good.get(key, now=utc_now()), model, down.reason)
        now = utc_now()
        self._last_good.put(key, data, now=now)
        return Reply(SectionStatus.ok, data=data, as_of=now)


def _stale(kept: Kept[BaseModel] | None, model: type[Data], reason: str) -> Reply[Data]:
    if kept is None or not isinstance(kept.data, model):
        return Reply(SectionStatus.unavailable, reason=reason)
    return Reply(SectionStatus.stale, data=kept.data, as_of=kept.as_of, reason=reason)
