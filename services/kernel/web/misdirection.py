"""Misdirected requests: a front or another service names the service that a request is for, and any other refuses it.

Source: docs/decisions/0031-production-front.md.
"""

from collections.abc import Iterable
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from services.kernel.web.errors import Misdirected
from services.kernel.web.problems import render

# As `X-Vipu-Service` stands in the scope of a request.
SERVICE_HEADER: Final = b"x-vipu-service"
_RETRY: Final = {"Retry-After": "2"}

Headers = list[tuple[bytes, bytes]]


class AddressedServiceMiddleware:
    """Refuse a request that names another service than this one. One that names none is served."""

    def __init__(self, app: ASGIApp, *, service: str) -> None:
        self.app = app
        self._name = service.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and any(name != self._name for name in _named_services(scope)):
            await render(Request(scope, receive), Misdirected(headers=_RETRY))(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _named_services(scope: Scope) -> Iterable[bytes]:
    return (value for name, value in scope["headers"] if name == SERVICE_HEADER)


def addressed(headers: Iterable[tuple[bytes, bytes]], service: str) -> Headers:
    """Return the headers of a request that is for this service, whatever service the caller named."""
    return [*(pair for pair in headers if pair[0] != SERVICE_HEADER), (SERVICE_HEADER, service.encode())]
