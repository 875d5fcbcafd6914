"""The site: every page's address, with problems, headers and access log as in the services."""

from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from services.contracts.services import SITE
from services.kernel.web.errors import DomainError
from services.kernel.web.middleware import RequestTelemetry
from services.kernel.web.misdirection import AddressedServiceMiddleware

from . import documents, health, mailbox, shells, web_files
from .failures import show_failure
from .rendering import STATIC, page
from .upstreams import Upstreams


async def start(request: Request) -> Response:
    """Return the start page with the addresses of this installation."""
    return page(request, "start.html", has_mailbox=request.app.state.has_mailbox)


def build_pages(upstreams: Upstreams, *, has_mailbox: bool) -> Starlette:
    """Return the pages as an application; the mailbox is among them only where mails are put into it."""
    routes = [
        Route("/", start),
        Route("/docs", documents.show_docs),
        Route("/docs/viewer/{name}", documents.viewer_file),
        Route("/openapi.json", documents.read_document),
        Route("/openapi/{name}.json", documents.read_document),
        Route("/healthz", health.alive),
        Route("/readyz", health.ready),
        Route("/metrics", health.metrics),
        *shells.ROUTES,
        *web_files.ROUTES,
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
    if has_mailbox:
        routes += mailbox.ROUTES
    app = Starlette(
        routes=routes,
        middleware=[
            Middleware(RequestTelemetry, metrics=CollectorRegistry()),
            Middleware(AddressedServiceMiddleware, service=SITE),
        ],
        exception_handlers={HTTPException: show_failure, DomainError: show_failure},
    )
    # A redirect would repeat the host name that the caller sent.
    app.router.redirect_slashes = False
    app.state.upstreams = upstreams
    app.state.has_mailbox = has_mailbox
    return app
