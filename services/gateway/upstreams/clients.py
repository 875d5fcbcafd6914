"""Typed requests to the three services. A failed request has a reply too, with the reason of the failure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

import httpx
import structlog
from pydantic import BaseModel

from services.contracts.services import STORING_SERVICES, StoringService
from services.contracts.vocabulary import DRAFT_PROJECT_STATES
from services.gateway.settings import GatewaySettings
from services.kernel.clock import utc_now

from . import responses
from .cache import CachedReply, KnownCoordination, KnownCoordinations, LastGoodReplies, ReplyKey
from .clock import loop_seconds
from .errors import UpstreamDown, UpstreamRefused
from .terms import SectionStatus
from .upstream import CallerContext, Params, Upstream, query_parameters

log = structlog.get_logger()

Data = TypeVar("Data", bound=BaseModel)
Data_co = TypeVar("Data_co", bound=BaseModel, covariant=True)

# These refusals concern the caller's rights, so the section is hidden. Any other means that the request was wrong.
_DENIALS = frozenset({401, 403, 404})


@dataclass(frozen=True, slots=True)
class Reply(Generic[Data_co]):
    """The outcome of a request to a service.

    `data` is set when the status is ok or stale; `denial` is the HTTP status of a refusal.
    """

    status: SectionStatus
    data: Data_co | None = None
    as_of: datetime | None = None
    reason: str | None = None
    denial: int | None = None


class Clients:
    """The upstream services, with the caches of their replies."""

    def __init__(self, settings: GatewaySettings, client: httpx.AsyncClient) -> None:
        addresses: dict[StoringService, str] = {
            "registry": settings.registry_url,
            "events": settings.events_url,
            "feedback": settings.feedback_url,
        }
        self.settings = settings
        self.services = {name: Upstream(name, addresses[name], client, settings) for name in STORING_SERVICES}
        self.known_coordinations = KnownCoordinations()
        self._last_good = LastGoodReplies(max_age=timedelta(seconds=settings.stale_seconds))

    async def coordination(self, caller: CallerContext, ref: str) -> KnownCoordination:
        """Return the coordination project of an id or slug, as the registry described it now or some seconds ago.

        Raises: UpstreamDown, UpstreamRefused (404 also for a project that does not lead).
        """
        known = self.known_coordinations.get(caller.principal, ref)
        if known is not None and loop_seconds() - known.confirmed_seconds < self.settings.known_seconds:
            return known
        project = await self.services["registry"].get(caller, f"/v1/projects/{ref}", (), responses.ProjectResponse)
        if not project.leads:
            raise UpstreamRefused(404)
        is_draft = project.state in DRAFT_PROJECT_STATES
        confirmed = KnownCoordination(project.id, project.slug, project.name, is_draft, loop_seconds())
        self.known_coordinations.put(caller.principal, confirmed)
        return confirmed

    async def coordinations(
        self, caller: CallerContext, *, limit: int, cursor: str | None
    ) -> responses.ProjectsResponse:
        """Return a page of the projects that lead. Raises: UpstreamDown, UpstreamRefused."""
        page = query_parameters(("leads", "true"), ("limit", limit), ("cursor", cursor))
        return await self.services["registry"].get(caller, "/v1/projects", page, responses.ProjectsResponse)

    async def projects_summary(self, caller: CallerContext, params: Params) -> Reply[responses.ProjectsSummary]:
        """Return the registry's section."""
        return await self._reply(caller, "registry", "/v1/summary", params, responses.ProjectsSummary)

    async def events_summary(self, caller: CallerContext, params: Params) -> Reply[responses.EventsSummary]:
        """Return the section of events."""
        return await self._reply(caller, "events", "/v1/summary", params, responses.EventsSummary)

    async def feedback_summary(self, caller: CallerContext, params: Params) -> Reply[responses.FeedbackSummary]:
        """Return the section of feedback."""
        return await self._reply(caller, "feedback", "/v1/summary", params, responses.FeedbackSummary)

    async def measures(
        self, caller: CallerContext, service: StoringService, params: Params
    ) -> Reply[responses.MeasuresResponse]:
        """Return the figures that a service counts."""
        return await self._reply(caller, service, "/v1/measures", params, responses.MeasuresResponse)

    async def rows(
        self, caller: CallerContext, service: StoringService, path: str, params: Params
    ) -> responses.RowsResponse:
        """Return a page of rows. Rows are never cached, because they may be about persons.

        Raises: UpstreamDown, UpstreamRefused.
        """
        return await self.services[service].get(caller, path, params, responses.RowsResponse)

    async def _reply(
        self, caller: CallerContext, service: StoringService, path: str, params: Params, model: type[Data]
    ) -> Reply[Data]:
        key = ReplyKey(caller.principal, service, path, params)
        try:
            data = await self.services[service].get(caller, path, params, model)
        except UpstreamRefused as refused:
            if refused.status not in _DENIALS:
                log.warning("upstream.refused", service=service, path=path, status=refused.status)
                return Reply(SectionStatus.unavailable, reason="refused")
            self._last_good.drop(key)
            return Reply(SectionStatus.hidden, reason="not_permitted", denial=refused.status)
        except UpstreamDown as down:
            log.warning("upstream.unavailable", service=service, path=path, reason=down.reason)
            return _stale(self._last_good.get(key, now=utc_now()), model, down.reason)
        now = utc_now()
        self._last_good.put(key, data, now=now)
        return Reply(SectionStatus.ok, data=data, as_of=now)


def _stale(cached: CachedReply[BaseModel] | None, model: type[Data], reason: str) -> Reply[Data]:
    if cached is None or not isinstance(cached.data, model):
        return Reply(SectionStatus.unavailable, reason=reason)
    return Reply(SectionStatus.stale, data=cached.data, as_of=cached.as_of, reason=reason)
