"""HTTP clients with a pool and time limits, over sockets and inside one process."""

import asyncio
from collections.abc import Mapping
from typing import Final

import httpx
from httpx import USE_CLIENT_DEFAULT
from httpx._client import UseClientDefault
from httpx._types import AuthTypes
from httpx_aiohttp import AiohttpTransport
from starlette.types import ASGIApp

from services.kernel.web.misdirection import SERVICE_HEADER

CONNECT_SECONDS: Final = 0.25
RESPONSE_SECONDS: Final = 1.0
MAX_CONNECTIONS: Final = 50


class BoundedClient(httpx.AsyncClient):
    """A client whose read timeout bounds the whole answer: connection, headers and body.

    Httpx bounds each piece of an answer alone, so that a service that drips would occupy its caller for ever; and
    inside one process it bounds nothing. A streamed answer is bounded by its caller.
    """

    async def send(
        self,
        request: httpx.Request,
        *,
        stream: bool = False,
        auth: AuthTypes | UseClientDefault | None = USE_CLIENT_DEFAULT,
        follow_redirects: bool | UseClientDefault = USE_CLIENT_DEFAULT,
    ) -> httpx.Response:
        """Send the request. Raises httpx.ReadTimeout."""
        seconds = None if stream else request.extensions.get("timeout", {}).get("read")
        try:
            async with asyncio.timeout(seconds):
                return await super().send(request, stream=stream, auth=auth, follow_redirects=follow_redirects)
        except TimeoutError as error:
            raise httpx.ReadTimeout(f"no whole answer within {seconds} s", request=request) from error


def socket_client(*, response_seconds: float = RESPONSE_SECONDS) -> httpx.AsyncClient:
    """Return a pooled client for addresses on the network. The caller closes it."""
    timeout = httpx.Timeout(response_seconds, connect=CONNECT_SECONDS)
    limits = httpx.Limits(max_connections=MAX_CONNECTIONS, max_keepalive_connections=MAX_CONNECTIONS)
    return BoundedClient(transport=AiohttpTransport(limits=limits), timeout=timeout, follow_redirects=False)


def in_process_client(transport: "InProcessTransport") -> httpx.AsyncClient:
    """Return a client for the applications of this process, which names no limit of its own. The caller closes it."""
    return BoundedClient(transport=transport, timeout=None, follow_redirects=False)


def name_services(client: httpx.AsyncClient, addresses: Mapping[str, str]) -> None:
    """Let each request to an address, or to a path below it, name the service there: another service refuses it.

    `addresses` maps base addresses to names of services.
    """
    names = {str(httpx.URL(address)).rstrip("/"): name for address, name in addresses.items()}

    async def name_service(request: httpx.Request) -> None:
        address = str(request.url.copy_with(query=None))
        name = next((name for base, name in names.items() if f"{address}/".startswith(f"{base}/")), None)
        if name is not None:
            request.headers[SERVICE_HEADER.decode()] = name

    client.event_hooks["request"].append(name_service)


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
