"""The caller of the loader: an administrator who uses the routes of the services."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

import httpx

from services.contracts.roles import Grant, Role
from services.kernel.background.messages import JsonValue
from services.kernel.security.tokens import Issuer

Body = dict[str, JsonValue]
Item = TypeVar("Item")

# More calls at once only wait for connections.
AT_ONCE = 6


class DemoRefusedError(Exception):
    """A route refused the data of the demonstration; the message names the route and the reason."""


class Caller:
    """Calls the services of this process as an administrator, and for tickets as a service.

    Each method raises DemoRefusedError when the service refuses.
    """

    def __init__(self, client: httpx.AsyncClient, issuer: Issuer) -> None:
        self._client, self._issuer = client, issuer

    async def get(self, service: str, path: str, **params: str) -> Body:
        """Read a resource."""
        return await self._send("GET", service, path, params=params)

    async def post(self, service: str, path: str, body: JsonValue = None) -> Body:
        """Send a body or a command."""
        return await self._send("POST", service, path, json=body)

    async def put(self, service: str, path: str, body: JsonValue, *, headers: dict[str, str] | None = None) -> Body:
        """Put a body under an id of the caller."""
        return await self._send("PUT", service, path, json=body, headers=headers or {})

    async def patch(self, service: str, path: str, body: JsonValue, *, version: JsonValue) -> Body:
        """Change a resource whose version was read."""
        return await self._send("PATCH", service, path, json=body, headers={"If-Match": f'"v{version}"'})

    async def upload(self, service: str, path: str, content: bytes, *, media_type: str) -> Body:
        """Send a file unchanged."""
        return await self._send("POST", service, path, content=content, headers={"Content-Type": media_type})

    async def _send(
        self,
        method: str,
        service: str,
        path: str,
        *,
        params: dict[str, str] | None = None,
        json: JsonValue = None,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Body:
        token = self._issuer.mint("demo", [Grant(Role.admin), Grant(Role.service)])
        all_headers = {"Authorization": f"Bearer {token}", **(headers or {})}
        url = f"http://{service}.vipu{path}"
        if content is not None:
            response = await self._client.request(method, url, params=params, content=content, headers=all_headers)
        elif json is not None:
            response = await self._client.request(method, url, params=params, json=json, headers=all_headers)
        else:
            response = await self._client.request(method, url, params=params, headers=all_headers)
        if response.status_code >= 300:
            raise DemoRefusedError(f"{method} {service}{path} answered {response.status_code}: {response.text[:500]}")
        body: Body = response.json() if response.content else {}
        return body


async def for_each(items: Iterable[Item], do: Callable[[Item], Awaitable[None]]) -> None:
    """Call `do` for all items, a few at once."""
    limit = asyncio.Semaphore(AT_ONCE)

    async def limited(item: Item) -> None:
        async with limit:
            await do(item)

    async with asyncio.TaskGroup() as group:
        for item in items:
            group.create_task(limited(item))
