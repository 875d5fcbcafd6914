"""The answer where a page does not exist: a page for a browser, a problem document for a program."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.web.errors import DomainError, MethodNotAllowed, NotFound
from services.kernel.web.problems import render

from .rendering import page


async def show_failure(request: Request, failure: Exception) -> Response:
    """Return the failure as a page or as a problem document, by what the client accepts."""
    assert isinstance(failure, HTTPException | DomainError)
    known = failure if isinstance(failure, DomainError) else _known(failure)
    wants_page = "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/")
    if wants_page and known.status == NotFound.status:
        return page(request, "missing.html", status=404)
    return render(request, known)


def _known(failure: HTTPException) -> DomainError:
    kind = MethodNotAllowed if failure.status_code == MethodNotAllowed.status else NotFound
    return kind(headers=dict(failure.headers or {}))
