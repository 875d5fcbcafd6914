"""The registry service: its rooms put together."""

import httpx
from fastapi import FastAPI

from services.kernel.app import create_app
from services.kernel.runtime import Service, build_runtime
from services.registry.db import Base
from services.registry.organisations.router import router as organisations
from services.registry.settings import RegistrySettings

SERVICE = Service(
    name="registry",
    title="Vipu registry",
    description="Programmes, projects, organisations and what the coordination project does.",
    routers=[organisations],
    metadata=Base.metadata,
)


def build_app(settings: RegistrySettings, client: httpx.AsyncClient) -> FastAPI:
    """The service as an application. Who made the client closes it."""
    return create_app(SERVICE, build_runtime(SERVICE.name, settings, client))
