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
    return show_missing(request, failure=known) if known.status == NotFound.status else render(request, known)


def show_missing(
    request: Request, words: tuple[str, str] = ("missing_title", "missing_lead"), failure: DomainError | None = None
) -> Response:
    """Return the answer that something does not exist: a page with these words, its title first, or a problem."""
    if "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/"):
        return page(request, "missing.html", status=404, title=words[0], lead=words[1])
    return render(request, failure or NotFound())


def _known(failure: HTTPException) -> DomainError:
    kind = MethodNotAllowed if failure.status_code == MethodNotAllowed.status else NotFound
    return kind(headers=dict(failure.headers or {}))
