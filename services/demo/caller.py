"""The caller of the loader: an administrator who uses the routes of the services."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Final, TypeVar

import httpx

from services.contracts.roles import ROLE_SCOPES, Grant, Role
from services.kernel.background.messages import JsonValue
from services.kernel.security.auth import Principal
from services.kernel.security.tokens import Issuer

Body = dict[str, JsonValue]
Item = TypeVar("Item")

# More calls at once only wait for connections.
AT_ONCE = 6
# A message between services arrives within seconds.
ATTEMPTS: Final = 60
PAUSE_SECONDS: Final = 0.5
_ROLES: Final = (Role.admin, Role.service)
# The caller of the service layer, where the times of an invented past are written.
PRINCIPAL: Final = Principal(
    "demo", frozenset().union(*(ROLE_SCOPES[role] for role in _ROLES)), tuple(map(Grant, _ROLES))
)


class DemoRefusedError(Exception):
    """A route refused the data of the demonstration; the message names the route and the reason."""


class Caller:
    """Calls the services of this process as an administrator, and as a service where one is asked for.

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

    async def put(self, service: str, path: str, body: JsonValue) -> Body:
        """Put a body under an id of the caller."""
        return await self._send("PUT", service, path, json=body)

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
        """Send a request, again while the service is busy, or does not know what another one is about to announce."""
        for attempt in range(ATTEMPTS):
            response = await self._answer(
                method, service, path, params=params, json=json, content=content, headers=headers
            )
            if response.is_success:
                break
            if attempt + 1 == ATTEMPTS or not _is_to_be_tried_again(response):
                reason = f"{response.status_code}: {response.text[:500]}"
                raise DemoRefusedError(f"{method} {service}{path} answered {reason}")
            await asyncio.sleep(PAUSE_SECONDS)
        body: Body = response.json() if response.content else {}
        return body

    async def _answer(
        self,
        method: str,
        service: str,
        path: str,
        *,
        params: dict[str, str] | None,
        json: JsonValue,
        content: bytes | None,
        headers: dict[str, str] | None,
    ) -> httpx.Response:
        token = self._issuer.mint("demo", list(map(Grant, _ROLES)))
        all_headers = {"Authorization": f"Bearer {token}", **(headers or {})}
        url = f"http://{service}.vipu{path}"
        if content is not None:
            return await self._client.request(method, url, params=params, content=content, headers=all_headers)
        if json is not None:
            return await self._client.request(method, url, params=params, json=json, headers=all_headers)
        return await self._client.request(method, url, params=params, headers=all_headers)


def _is_to_be_tried_again(response: httpx.Response) -> bool:
    if response.status_code == httpx.codes.SERVICE_UNAVAILABLE:
        return True
    return response.status_code == httpx.codes.CONFLICT and response.json()["code"] == "not-known-yet"


async def for_each(items: Iterable[Item], do: Callable[[Item], Awaitable[None]]) -> None:
    """Call `do` for all items, a few at once. Raises the first DemoRefusedError of them, alone."""
    limit = asyncio.Semaphore(AT_ONCE)

    async def limited(item: Item) -> None:
        async with limit:
            await do(item)

    try:
        async with asyncio.TaskGroup() as group:
            for item in items:
                group.create_task(limited(item))
    except ExceptionGroup as failures:
        refusals = failures.subgroup(DemoRefusedError)
        if refusals is None:
            raise
        raise refusals.exceptions[0] from failures
