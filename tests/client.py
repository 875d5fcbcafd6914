"""An HTTP client of one service, for tests."""

from typing import Any
from uuid import uuid4

import httpx
from fastapi import FastAPI

from services.kernel.runtime import Runtime
from services.kernel.security.auth import Principal
from tests.documented import check_documented


class ApiClient:
    """Calls one service over HTTP with one token, or none."""

    def __init__(self, http: httpx.AsyncClient, base: str, token: str | None, *, app: FastAPI | None = None) -> None:
        self._http, self._base = http, base
        self._token, self._app = token, app
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    @property
    def runtime(self) -> Runtime:
        """The parts of the called service, for set-up that needs no HTTP."""
        assert self._app is not None
        runtime: Runtime = self._app.state.runtime
        return runtime

    async def principal(self) -> Principal:
        """Verify the token as the service does. Requires a token."""
        assert self._token is not None
        return await self.runtime.verifier.principal(self._token)

    async def get(self, path: str, *, headers: dict[str, str] | None = None, **params: Any) -> httpx.Response:
        """GET with the keyword arguments as query parameters."""
        return await self.send("GET", path, headers=headers, params=params)

    async def post(
        self, path: str, json: object = None, *, headers: dict[str, str] | None = None, key: bool = False, **more: Any
    ) -> httpx.Response:
        """POST a JSON body; `key` adds a fresh Idempotency-Key."""
        extra = {"Idempotency-Key": str(uuid4())} if key else {}
        return await self.send("POST", path, headers={**extra, **(headers or {})}, json=json, **more)

    async def put(self, path: str, json: object, *, headers: dict[str, str] | None = None) -> httpx.Response:
        """PUT a JSON body."""
        return await self.send("PUT", path, headers=headers, json=json)

    async def patch(
        self, path: str, json: object, *, version: int | None = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """PATCH a JSON body, having read the version."""
        extra = {"If-Match": f'"v{version}"'} if version is not None else {}
        return await self.send("PATCH", path, headers={**extra, **(headers or {})}, json=json)

    async def delete(
        self, path: str, *, version: int | None = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """DELETE, having read the version."""
        extra = {"If-Match": f'"v{version}"'} if version is not None else {}
        return await self.send("DELETE", path, headers={**extra, **(headers or {})})

    async def send(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, **more: Any
    ) -> httpx.Response:
        """Any request. The answer must be one that the document of its operation states."""
        sent = {**self._headers, **(headers or {})}
        answer = await self._http.request(method, self._base + path, headers=sent, **more)
        if self._app is not None:
            check_documented(self._app, answer)
        return answer
