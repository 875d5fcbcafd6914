"""The gateway: the coordination dashboard over the other services. It stores no data."""

import httpx
from fastapi import FastAPI

from services.gateway.coordinations.router import router as coordinations
from services.gateway.settings import GatewaySettings
from services.gateway.upstreams.clients import Clients
from services.kernel.runtime import Service, build_core
from services.kernel.web.app import create_app

SERVICE = Service(
    name="dashboard",
    title="Vipu dashboard",
    description="The coordination dashboard: every figure with its state and the address of its rows.",
    routers=[coordinations],
)


def build_app(settings: GatewaySettings, client: httpx.AsyncClient) -> FastAPI:
    """Return the gateway as an application. The caller closes the client."""
    app = create_app(SERVICE, build_core(SERVICE.name, settings, client))
    app.state.clients = Clients(settings, client)
    return app
