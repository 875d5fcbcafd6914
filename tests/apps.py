"""One set of applications for a whole test run, furnished anew for every test: building routes is what costs."""

from functools import cache

import httpx
from fastapi import FastAPI
from starlette.datastructures import State

from services.gateway.upstreams.clients import Clients
from services.kernel.http import InProcessTransport
from services.kernel.runtime import build_core, build_runtime
from services.runner.services import AllSettings, Applications, build_applications


@cache
def _built() -> list[dict[str, FastAPI]]:
    """Holds the applications once they are built."""
    return []


def _applications(settings: AllSettings) -> dict[str, FastAPI]:
    if not _built():
        _built().append(dict(build_applications(settings).apps))
    return _built()[0]


def furnished_house(settings: AllSettings) -> Applications:
    """The applications with fresh runtimes over these settings, and a client that reaches them."""
    apps = _applications(settings)
    transport = InProcessTransport()
    client = httpx.AsyncClient(transport=transport, follow_redirects=False)
    stored = {"registry": settings.registry, "events": settings.events, "feedback": settings.feedback}
    for name, app in apps.items():
        app.state = State({"service": app.state.service, "metrics": app.state.metrics})
        transport.add(f"{name}.vipu", app)
        if name in stored:
            app.state.runtime = build_runtime(name, stored[name], client)
        else:
            app.state.runtime = build_core(name, settings.gateway, client)
            app.state.clients = Clients(settings.gateway, client)
    return Applications(apps, client)
