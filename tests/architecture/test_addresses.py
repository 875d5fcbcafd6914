"""The URL of a route names its file: `/v1/<noun>[/{ref}/<part>]` is `<part or noun>/router.py`."""

import sys
from pathlib import Path

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from services.kernel.settings import ROOT
from services.runner.services import SERVICE_BY_NAME

# Addresses whose file has another name, and the reason.
EXCEPTIONS = {
    ("events", "/v1/calendar.ics"): "calendars",  # A file name is no package name.
    ("events", "/v1/events/{ref}/calendar.ics"): "calendars",
    ("events", "/v1/events/{ref}/walk-ins"): "attendance",  # A walk-in is an attendance without a registration.
    ("events", "/v1/events/{ref}/headcount"): "attendance",  # Heads are attendance without names.
    ("events", "/v1/events/{ref}/outcome"): "outcomes",  # Every noun is plural, and an event has one outcome.
    ("registry", "/oauth/token"): "oauth",  # The addresses that RFC 6749, 7517 and 8414 name.
    ("registry", "/.well-known/jwks.json"): "oauth",
    ("registry", "/.well-known/oauth-authorization-server"): "oauth",
}
# Routes of the kernel, which every service has.
OF_THE_KERNEL = {"/healthz", "/readyz", "/metrics", "/v1/messages"}


def _folder(service: str) -> Path:
    return ROOT / "services" / ("gateway" if service == "dashboard" else service)


def _expected(service: str, path: str) -> str:
    """Return the package in which the route should stand."""
    if (service, path) in EXCEPTIONS:
        return EXCEPTIONS[service, path]
    words = path.removeprefix("/v1/").split("/")
    part = words[2].replace("-", "_") if len(words) > 2 and words[1].startswith("{") else ""
    # A part without tables of its own (publish, cancel, archive) stays with its noun.
    has_package = part and (_folder(service) / part / "router.py").exists()
    return part if has_package else words[0].replace("-", "_")


def _routes(service: str) -> list[tuple[str, Path]]:
    found = [
        context.original_route
        for router in SERVICE_BY_NAME[service].definition.routers
        for context in iter_route_contexts(router.routes)
    ]
    files = [
        (route.path, Path(sys.modules[route.endpoint.__module__].__file__ or ""))
        for route in found
        if isinstance(route, APIRoute)
    ]
    return [(path, file) for path, file in files if path not in OF_THE_KERNEL]


@pytest.mark.parametrize("service", list(SERVICE_BY_NAME))
def test_a_route_stands_in_the_file_that_its_address_names(service):
    routes = _routes(service)
    assert routes
    misplaced = [
        f"{path}: {file.relative_to(ROOT)}, expected {_expected(service, path)}/router.py"
        for path, file in routes
        if file != _folder(service) / _expected(service, path) / "router.py"
    ]
    assert misplaced == []


def test_every_exception_is_needed():
    paths = {(service, path) for service in SERVICE_BY_NAME for path, _ in _routes(service)}
    assert set(EXCEPTIONS) - paths == set()
