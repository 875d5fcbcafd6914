"""The site: every page's address, with problems, headers and access log as in the services."""

from typing import Final
from urllib.parse import quote

from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from services.contracts.services import SITE
from services.contracts.vocabulary import OrganisationKind
from services.contracts.words import Phrase
from services.kernel.web.errors import DomainError
from services.kernel.web.middleware import RequestTelemetry
from services.kernel.web.misdirection import AddressedServiceMiddleware

from . import documents, health, mailbox
from .failures import show_failure, show_missing
from .rendering import STATIC, language_of, page
from .upstreams import Upstreams

# The words of the pages that tell that there is no such event or survey.
_NO_EVENT: Final = ("event_missing", "event_missing_text")
_NO_SURVEY: Final = ("answer_missing", "answer_missing_text")


async def start(request: Request) -> Response:
    """Return the start page with the addresses of this installation."""
    return page(request, "start.html", has_mailbox=request.app.state.has_mailbox)


async def event(request: Request) -> Response:
    """Return the page of an event and its registration form; the browser reads both from the events service."""
    ref = request.path_params["ref"]
    if await _upstreams(request).is_missing("events", f"/v1/events/{quote(ref, safe='')}"):
        return show_missing(request, _NO_EVENT)
    language = language_of(request)
    kinds = {
        kind.value: Phrase(f"organisation-kinds.kind_{kind.value}").in_language(language) for kind in OrganisationKind
    }
    return page(request, "event.html", ref=ref, kinds=kinds)


async def manage(request: Request) -> Response:
    """Return the page of a person's own registration; the secret of the link stays in the browser, behind the `#`."""
    return page(request, "manage.html")


async def answer(request: Request) -> Response:
    """Return the page of a survey to answer; the ticket stays in the browser, behind the `#`."""
    survey = request.path_params["survey"]
    if await _upstreams(request).is_missing("feedback", f"/v1/surveys/{survey}/window"):
        return show_missing(request, _NO_SURVEY)
    return page(request, "answer.html", survey=survey)


async def no_survey(request: Request) -> Response:
    """Return the answer to an address that cannot be that of a survey."""
    return show_missing(request, _NO_SURVEY)


def _upstreams(request: Request) -> Upstreams:
    upstreams: Upstreams = request.app.state.upstreams
    return upstreams


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
        Route("/e/{ref}", event),
        Route("/manage", manage),
        Route("/answer/{survey:uuid}", answer),
        Route("/answer/{survey}", no_survey),
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
