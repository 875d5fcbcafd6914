"""The front: one address for the four services and the pages for people."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from services.contracts.words import Phrase
from services.kernel.web.errors import BadRequest
from services.kernel.web.problems import render

# The issuer's addresses stand at the root: RFC 8414 and the users of tokens expect them there.
_OF_THE_REGISTRY = frozenset({"/oauth/token", "/.well-known/jwks.json", "/.well-known/oauth-authorization-server"})


class Front:
    """Hands each request to its service by the first words of its path, or to the pages.

    `hosts`: the names it may be called by, all when None. A page elsewhere could else let a name of its own point at
    this machine and read through the visitor's browser what only this machine may read.
    """

    def __init__(self, services: Mapping[str, ASGIApp], pages: ASGIApp, *, hosts: frozenset[str] | None = None) -> None:
        self._services = services
        self._pages = pages
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if self._hosts is not None and _host_of(scope) not in self._hosts:
            answer = render(Request(scope), BadRequest(Phrase("details.unknown-host")))
            await answer(scope, receive, send)
            return
        path: str = scope["path"]
        if path.startswith("/api/"):
            name = path.split("/", 3)[2]
            service = self._services.get(name)
            if service is not None:
                root = f"{scope.get('root_path', '')}/api/{name}"
                await service({**scope, "root_path": root, "app_root_path": root}, receive, send)
                return
        if path in _OF_THE_REGISTRY and "registry" in self._services:
            await self._services["registry"](scope, receive, send)
            return
        await self._pages(scope, receive, send)


def _host_of(scope: Scope) -> str:
    """Return the name the caller used, without its port."""
    host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
    return host[: host.find("]") + 1] if host.startswith("[") else host.partition(":")[0].lower()
