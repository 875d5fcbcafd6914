"""Assembly: the four applications in one process, talking to each other without sockets."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import httpx
from fastapi import FastAPI

from services.events import app as events
from services.events.settings import EventsSettings
from services.feedback import app as feedback
from services.feedback.settings import FeedbackSettings
from services.gateway import app as gateway
from services.gateway.settings import GatewaySettings
from services.installation.addresses import INNER
from services.kernel.background.worker import Worker
from services.kernel.http import InProcessTransport
from services.kernel.runtime import Runtime, Service
from services.registry import app as registry
from services.registry.settings import RegistrySettings

SERVICES: Final[Mapping[str, Service]] = {
    "registry": registry.SERVICE,
    "events": events.SERVICE,
    "feedback": feedback.SERVICE,
    "dashboard": gateway.SERVICE,
}


@dataclass(frozen=True, slots=True)
class AllSettings:
    """The settings of all four services."""

    registry: RegistrySettings
    events: EventsSettings
    feedback: FeedbackSettings
    gateway: GatewaySettings


@dataclass(frozen=True, slots=True)
class Applications:
    """The four applications, by the name in their address, and the client that reaches them all."""

    apps: Mapping[str, FastAPI]
    client: httpx.AsyncClient

    def runtime(self, name: str) -> Runtime:
        """Return the parts of a storing service."""
        runtime: Runtime = self.apps[name].state.runtime
        return runtime

    def worker(self, name: str) -> Worker:
        """Return a fresh worker for a storing service's jobs and periodic_tasks."""
        service = SERVICES[name]
        return Worker(self.runtime(name), handlers=service.handlers, periodic_tasks=service.periodic_tasks)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Run the applications' start and end. Raises SchemaNotAtHead."""
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.client.aclose)
            for app in self.apps.values():
                await stack.enter_async_context(app.router.lifespan_context(app))
            yield


def build_applications(settings: AllSettings) -> Applications:
    """Build the four applications around one in-process client. Opens nothing yet."""
    transport = InProcessTransport()
    client = httpx.AsyncClient(transport=transport, follow_redirects=False)
    apps = {
        "registry": registry.build_app(settings.registry, client),
        "events": events.build_app(settings.events, client),
        "feedback": feedback.build_app(settings.feedback, client),
        "dashboard": gateway.build_app(settings.gateway, client),
    }
    for name, app in apps.items():
        transport.add(urlsplit(INNER[name]).netloc, app)
    return Applications(apps, client)
