"""The front: one address for the four services and the pages for people."""

from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

# The issuer's addresses stand at the root: RFC 8414 and the users of tokens expect them there.
_OF_THE_REGISTRY = frozenset({"/oauth/token", "/.well-known/jwks.json"})


class Front:
    """Hands each request to its service by the first words of its path, or to the pages."""

    def __init__(self, services: Mapping[str, ASGIApp], pages: ASGIApp) -> None:
        self._services = services
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
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


def build_front(services: Mapping[str, ASGIApp]) -> ASGIApp:
    """The front over the services."""
    return Front(services, Starlette())
