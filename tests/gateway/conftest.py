"""A gateway in front of fake upstreams, which may fail in every way."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from services.contracts.roles import Grant, Role, Scope
from services.gateway import app as gateway
from services.gateway.settings import GatewaySettings
from services.kernel.http import InProcessTransport
from services.kernel.security.tokens import new_signing_key
from tests.client import ApiClient
from tests.gateway.fakes import COORDINATION, OTHER, FakeUpstream, project

KEY = new_signing_key()


@dataclass
class Front:
    """The gateway's application, the fake upstreams behind it, and clients of it."""

    app: Any
    http: httpx.AsyncClient
    transport: InProcessTransport
    registry: FakeUpstream
    events: FakeUpstream
    feedback: FakeUpstream

    def client(self, *grants: Grant, scopes: list[Scope] | None = None, subject: str = "tester") -> ApiClient:
        token = self.app.state.runtime.issuer.mint(subject, grants, scopes=scopes) if grants else None
        return ApiClient(self.http, "http://dashboard.vipu", token)


@pytest.fixture
def gateway_settings() -> Callable[..., GatewaySettings]:
    def settings(**more: Any) -> GatewaySettings:
        return GatewaySettings.model_validate(
            {
                "environment": "development",
                "signing_key": KEY,
                "registry_url": "http://registry.vipu",
                "events_url": "http://events.vipu",
                "feedback_url": "http://feedback.vipu",
                "upstream_seconds": 0.2,
                "deadline_seconds": 0.3,
                "breaker_failures": 3,
                "breaker_open_seconds": 0.05,
                "max_answer_bytes": 1_000_000,
                **more,
            }
        )

    return settings


@pytest_asyncio.fixture
async def front(gateway_settings: Callable[..., GatewaySettings]) -> AsyncIterator[Front]:
    transport = InProcessTransport()
    upstreams = {name: FakeUpstream(name) for name in ("registry", "events", "feedback")}
    for name, upstream in upstreams.items():
        transport.add(f"{name}.vipu", upstream)
    registry = upstreams["registry"]
    registry.bodies["/v1/projects/parempi-tyoelama"] = project()
    registry.bodies[f"/v1/projects/{COORDINATION}"] = project()
    registry.bodies["/v1/projects/s10370"] = project(OTHER, "s10370", leads=False)
    registry.bodies["/v1/projects"] = {
        "items": [project(), project(OTHER, "kuntakokeilut")],
        "next_cursor": "further",
    }
    async with httpx.AsyncClient(transport=transport) as client:
        app = gateway.build_app(gateway_settings(), client)
        transport.add("dashboard.vipu", app)
        yield Front(app=app, http=client, transport=transport, **upstreams)


@pytest.fixture
def coordinator() -> Grant:
    return Grant(Role.coordinator, coordination_id=UUID(COORDINATION))
