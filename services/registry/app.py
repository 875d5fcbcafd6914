"""The registry service: its rooms put together."""

import httpx
from fastapi import FastAPI

from services.kernel.app import create_app
from services.kernel.runtime import Service, build_runtime
from services.registry.codes.router import router as codes
from services.registry.db import Base
from services.registry.organisations.router import router as organisations
from services.registry.partners.router import router as partners
from services.registry.projects import models as project_models
from services.registry.search.router import router as search
from services.registry.settings import RegistrySettings
from services.registry.tokens.router import router as tokens

__all__ = ["SERVICE", "build_app", "project_models"]

SERVICE = Service(
    name="registry",
    title="Vipu registry",
    description="Programmes, projects, organisations and what the coordination project does.",
    routers=[codes, organisations, partners, tokens, search],
    metadata=Base.metadata,
)


def build_app(settings: RegistrySettings, client: httpx.AsyncClient) -> FastAPI:
    """The service as an application. Who made the client closes it."""
    return create_app(SERVICE, build_runtime(SERVICE.name, settings, client))
