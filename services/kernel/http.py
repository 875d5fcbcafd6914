"""HTTP clients with a pool and time limits, over sockets and inside one process."""

import httpx
from httpx_aiohttp import AiohttpTransport
from starlette.types import ASGIApp

CONNECT_SECONDS = 0.25
RESPONSE_SECONDS = 1.0
MAX_CONNECTIONS = 50


def socket_client(*, response_seconds: float = RESPONSE_SECONDS) -> httpx.AsyncClient:
    """Return a pooled client for addresses on the network. The caller closes it."""
    timeout = httpx.Timeout(response_seconds, connect=CONNECT_SECONDS)
    limits = httpx.Limits(max_connections=MAX_CONNECTIONS, max_keepalive_connections=MAX_CONNECTIONS)
    return httpx.AsyncClient(transport=AiohttpTransport(limits=limits), timeout=timeout, follow_redirects=False)


class InProcessTransport(httpx.AsyncBaseTransport):
    """A transport that calls applications of this process by host name, without sockets."""

    def __init__(self) -> None:
        self._transports: dict[str, httpx.ASGITransport] = {}

    def add(self, host: str, app: ASGIApp) -> None:
        """Let `http://<host>/…` reach the application."""
        self._transports[host] = httpx.ASGITransport(app=app, raise_app_exceptions=False)

    def remove(self, host: str) -> None:
        """Disconnect the application from `http://<host>/…`."""
        self._transports.pop(host, None)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request to the application. Raises httpx.ConnectError for an unknown host."""
        transport = self._transports.get(request.url.host)
        if transport is None:
            raise httpx.ConnectError(f"no application answers as {request.url.host}", request=request)
        return await transport.handle_async_request(request)
