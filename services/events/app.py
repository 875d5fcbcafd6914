"""The events service: its rooms put together."""

import httpx
from fastapi import FastAPI

from services.events.db import Base
from services.events.settings import EventsSettings
from services.kernel.app import create_app
from services.kernel.runtime import Service, build_runtime

SERVICE = Service(
    name="events",
    title="Vipu events",
    description="",
    routers=[],
    metadata=Base.metadata,
)


def build_app(settings: EventsSettings, client: httpx.AsyncClient) -> FastAPI:
    """The service as an application. Who made the client closes it."""
    return create_app(SERVICE, build_runtime(SERVICE.name, settings, client))
