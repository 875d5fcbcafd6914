"""The services of Vipu: the one list of them, and all of them as applications in one process."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final, TypeVar
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
from services.kernel.http import InProcessTransport, in_process_client
from services.kernel.runtime import Runtime, Service
from services.kernel.settings import CoreSettings
from services.registry import app as registry
from services.registry.settings import RegistrySettings

_Settings = TypeVar("_Settings", bound=CoreSettings)

# Service → its settings.
AllSettings = Mapping[str, CoreSettings]


@dataclass(frozen=True, slots=True)
class ServiceEntry:
    """A service: its definition, the class of its settings, and the builder of its application."""

    definition: Service
    settings: type[CoreSettings]
    build: Callable[[CoreSettings, httpx.AsyncClient], FastAPI]

    @property
    def name(self) -> str:
        """The name in its address."""
        return self.definition.name

    @property
    def has_store(self) -> bool:
        """Whether it has a schema of its own, and with it background work."""
        return self.definition.metadata is not None

    def worker(self, runtime: Runtime) -> Worker:
        """Return a fresh worker for its jobs and periodic tasks."""
        return Worker(runtime, handlers=self.definition.handlers, periodic_tasks=self.definition.periodic_tasks)


def _entry(
    definition: Service, settings_class: type[_Settings], build_app: Callable[[_Settings, httpx.AsyncClient], FastAPI]
) -> ServiceEntry:
    def build(settings: CoreSettings, client: httpx.AsyncClient) -> FastAPI:
        assert isinstance(settings, settings_class)
        return build_app(settings, client)

    return ServiceEntry(definition, settings_class, build)


# Everything that lists the services is derived from here, but for the names in `contracts/services.py`, which commands
# read that import no service; a test compares the two.
SERVICES: Final = (
    _entry(registry.SERVICE, RegistrySettings, registry.build_app),
    _entry(events.SERVICE, EventsSettings, events.build_app),
    _entry(feedback.SERVICE, FeedbackSettings, feedback.build_app),
    _entry(gateway.SERVICE, GatewaySettings, gateway.build_app),
)
SERVICE_BY_NAME: Final[Mapping[str, ServiceEntry]] = {service.name: service for service in SERVICES}


@dataclass(frozen=True, slots=True)
class Applications:
    """The applications of all services, by the name in their address, and the client that reaches them all."""

    apps: Mapping[str, FastAPI]
    client: httpx.AsyncClient

    def runtime(self, name: str) -> Runtime:
        """Return the parts of a storing service."""
        runtime: Runtime = self.apps[name].state.runtime
        return runtime

    def worker(self, name: str) -> Worker:
        """Return a fresh worker for a storing service's jobs and periodic tasks."""
        return SERVICE_BY_NAME[name].worker(self.runtime(name))

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Run the applications' start and end. Raises SchemaNotAtHead."""
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.client.aclose)
            for app in self.apps.values():
                await stack.enter_async_context(app.router.lifespan_context(app))
            yield


def build_applications(settings: AllSettings) -> Applications:
    """Build the applications of all services around one in-process client. Opens nothing yet."""
    transport = InProcessTransport()
    client = in_process_client(transport)
    apps = {service.name: service.build(settings[service.name], client) for service in SERVICES}
    for name, app in apps.items():
        transport.add(urlsplit(INNER[name]).netloc, app)
    return Applications(apps, client)
