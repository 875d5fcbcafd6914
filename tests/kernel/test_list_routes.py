"""List routes: a prepared page skips no dependency of its route."""

import pytest
from fastapi import Response
from fastapi.routing import iter_route_contexts

from services.contracts.services import STORING_SERVICES
from services.kernel.lists.dependency import open_lists, open_personal_lists
from services.kernel.web.early_responses import EarlyResponse

READERS = {open_lists, open_personal_lists}


def list_routes(app):
    """The dependencies of each list route, in the order in which they run."""
    for context in iter_route_contexts(app.routes):
        dependant = getattr(context.original_route, "dependant", None)
        calls = [node.call for node in dependant.dependencies] if dependant else []
        if READERS.intersection(calls):
            yield context.path_format, calls


@pytest.mark.parametrize("service", STORING_SERVICES)
async def test_the_reader_of_lists_runs_after_all_other_dependencies(applications, service):
    found = dict(list_routes(applications.apps[service]))
    assert found
    for path, calls in found.items():
        assert calls[-1] in READERS, path


def test_an_early_response_has_the_headers_of_dependencies_and_keeps_its_own():
    answer = Response(headers={"Cache-Control": "no-store"})
    early = EarlyResponse(answer, headers={"RateLimit": '"public";r=1;t=2', "Cache-Control": "private"})
    assert early.response.headers["ratelimit"] == '"public";r=1;t=2'
    assert early.response.headers.getlist("cache-control") == ["no-store"]
