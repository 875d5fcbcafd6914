"""The loader's hands: an administrator who calls the services' own routes."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

import httpx

from services.contracts.roles import Grant, Role
from services.kernel.background.messages import JsonValue
from services.kernel.security.tokens import Issuer

Body = dict[str, JsonValue]
Item = TypeVar("Item")

# More at once only wait for each other's connections.
AT_ONCE = 6


class DemoRefusedError(Exception):
    """A route did not take the demonstration's data. Says which and why."""


class Caller:
    """Calls the services of this process as an administrator, and for tickets as one of them.

    A refusal raises DemoRefusedError.
    """

    def __init__(self, client: httpx.AsyncClient, issuer: Issuer) -> None:
        self._client, self._issuer = client, issuer

    async def get(self, service: str, path: str, **params: str) -> Body:
        """Read."""
        return await self._send("GET", service, path, params=params)

    async def post(self, service: str, path: str, body: JsonValue = None) -> Body:
        """Make something, or give a command."""
        return await self._send("POST", service, path, json=body)

    async def put(self, service: str, path: str, body: JsonValue, *, headers: dict[str, str] | None = None) -> Body:
        """Put something under an id of ours."""
        return await self._send("PUT", service, path, json=body, headers=headers or {})

    async def patch(self, service: str, path: str, body: JsonValue, *, version: JsonValue) -> Body:
        """Change something whose version was read."""
        return await self._send("PATCH", service, path, json=body, headers={"If-Match": f'"v{version}"'})

    async def upload(self, service: str, path: str, content: bytes, *, media_type: str) -> Body:
        """Hand over a file as it is."""
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
        sent = {"Authorization": f"Bearer {token}", **(headers or {})}
        url = f"http://{service}.vipu{path}"
        if content is not None:
            answer = await self._client.request(method, url, params=params, content=content, headers=sent)
        elif json is not None:
            answer = await self._client.request(method, url, params=params, json=json, headers=sent)
        else:
            answer = await self._client.request(method, url, params=params, headers=sent)
        if answer.status_code >= 300:
            raise DemoRefusedError(f"{method} {service}{path} answered {answer.status_code}: {answer.text[:500]}")
        body: Body = answer.json() if answer.content else {}
        return body


async def for_each(items: Iterable[Item], do: Callable[[Item], Awaitable[None]]) -> None:
    """Do it for all items, a few at once."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(item: Item) -> None:
        async with places:
            await do(item)

    async with asyncio.TaskGroup() as group:
        for item in items:
            group.create_task(one(item))
