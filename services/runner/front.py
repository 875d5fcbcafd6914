"""The front: one address for all services and the site."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from services.contracts.services import SITE
from services.contracts.words import Phrase
from services.kernel.web.errors import BadRequest
from services.kernel.web.misdirection import addressed
from services.kernel.web.problems import render

# The issuer's addresses stand at the root: RFC 8414 and the users of tokens expect them at these paths.
_OF_THE_REGISTRY = frozenset({"/oauth/token", "/.well-known/jwks.json", "/.well-known/oauth-authorization-server"})


class Front:
    """Routes each request to its service by the first words of its path, or to the site.

    `hosts` are the host names that it answers to; None stands for all. A foreign page could otherwise let a name of
    its own point at this machine, and read through the visitor's browser what only this machine may read.
    """

    def __init__(self, services: Mapping[str, ASGIApp], site: ASGIApp, *, hosts: frozenset[str] | None = None) -> None:
        self._services = services
        self._site = site
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if self._hosts is not None and _host_of(scope) not in self._hosts:
            refusal = render(Request(scope), BadRequest(Phrase("details.unknown-host")))
            await refusal(scope, receive, send)
            return
        path: str = scope["path"]
        if path.startswith("/api/"):
            name = path.split("/", 3)[2]
            service = self._services.get(name)
            if service is not None:
                root = f"{scope.get('root_path', '')}/api/{name}"
                below = {**scope, "root_path": root, "app_root_path": root}
                await service({**below, "headers": addressed(scope["headers"], name)}, receive, send)
                return
        if path in _OF_THE_REGISTRY and "registry" in self._services:
            headers = addressed(scope["headers"], "registry")
            await self._services["registry"]({**scope, "headers": headers}, receive, send)
            return
        await self._site({**scope, "headers": addressed(scope["headers"], SITE)}, receive, send)


def _host_of(scope: Scope) -> str:
    """Return the host name that the caller used, without the port."""
    host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
    return host[: host.find("]") + 1] if host.startswith("[") else host.partition(":")[0].lower()
