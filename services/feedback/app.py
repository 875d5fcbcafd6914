"""The feedback service: its rooms put together."""

import httpx
from fastapi import FastAPI

from services.feedback.db import Base
from services.feedback.settings import FeedbackSettings
from services.kernel.app import create_app
from services.kernel.runtime import Service, build_runtime

SERVICE = Service(
    name="feedback",
    title="Vipu feedback",
    description="",
    routers=[],
    metadata=Base.metadata,
)


def build_app(settings: FeedbackSettings, client: httpx.AsyncClient) -> FastAPI:
    """The service as an application. Who made the client closes it."""
    return create_app(SERVICE, build_runtime(SERVICE.name, settings, client))
