"""The `Location` of an answer: the address at which the caller can read what the request made."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRoute, iter_route_contexts

Endpoint = TypeVar("Endpoint", bound=Callable[..., object])

_STATUSES: Final = frozenset({201, 202})
_DECLARED: Final = "located_at"
_UNLOCATED: Final = "without_location"
_PARAMETERS: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Location:
    """The path templates of the resource, for callers with a token and for those without."""

    path: str
    public_path: str


@dataclass(frozen=True, slots=True)
class _Declared:
    operation: str
    public_operation: str


def located_at(operation: str, *, public: str | None = None) -> Callable[[Endpoint], Endpoint]:
    """Name the GET operation that reads the resource of a POST, where the paths do not show it.

    `public` is the operation for callers without a token, where it is another one.
    """

    def declare(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _DECLARED, _Declared(operation, public or operation))
        return endpoint

    return declare


def without_location(endpoint: Endpoint) -> Endpoint:
    """Declare that the POST makes something without an address, because no caller may read it."""
    setattr(endpoint, _UNLOCATED, True)
    return endpoint


def locations_of(app: FastAPI) -> dict[str, Location]:
    """Return the locations of the application's resources, by the path template of the POST that makes them."""
    cached: dict[str, Location] | None = getattr(app.state, "locations", None)
    if cached is None:
        cached = app.state.locations = dict(_locations(app))
    return cached


def _locations(app: FastAPI) -> Iterator[tuple[str, Location]]:
    all_routes = [context.original_route for context in iter_route_contexts(app.routes)]
    routes = [route for route in all_routes if isinstance(route, APIRoute)]
    reads = {route.name: route.path_format for route in routes if "GET" in (route.methods or ())}
    for route in routes:
        made = "POST" in (route.methods or ()) and route.status_code in _STATUSES
        if made and (location := _location(route, reads)) is not None:
            yield route.path_format, location


def _location(route: APIRoute, reads: Mapping[str, str]) -> Location | None:
    if hasattr(route.endpoint, _UNLOCATED):
        return None
    declared: _Declared | None = getattr(route.endpoint, _DECLARED, None)
    if declared is not None:
        return Location(reads[declared.operation], reads[declared.public_operation])
    path = _nearest(route.path_format, frozenset(reads.values()))
    return None if path is None else Location(path, path)


def _nearest(path: str, reads: frozenset[str]) -> str | None:
    """Return the path of an item of this collection, or else of the item that the path belongs to."""
    items = re.compile(re.escape(path) + r"/\{\w+\}")
    item = next(filter(items.fullmatch, sorted(reads)), None)
    while item is None and path:
        path = path.rpartition("/")[0]
        item = path if path.endswith("}") and path in reads else None
    return item


def add_location(request: Request, answer: Response) -> None:
    """Set the answer's Location, if the request made a resource that has an address."""
    if answer.status_code not in _STATUSES or request.method != "POST":
        return
    location = locations_of(request.app).get(request.scope["route"].path_format)
    if location is None:
        return
    template = location.path if "authorization" in request.headers else location.public_path
    answer.headers["Location"] = f"/api/{request.app.state.service.name}{_filled(template, request, answer)}"


def _filled(template: str, request: Request, answer: Response) -> str:
    """Return the path with its parameters filled: from the request's own path, else from the body of the answer."""
    values = dict(request.path_params)
    if any(name not in values for name in _PARAMETERS.findall(template)):
        made = json.loads(bytes(answer.body))
        values = {name: made.get(name, made.get("id")) for name in _PARAMETERS.findall(template)} | values
    return _PARAMETERS.sub(lambda parameter: quote(str(values[parameter[1]]), safe=""), template)
