"""Problem documents: one place renders every failure of an application (RFC 9457)."""

from collections.abc import Mapping
from uuid import UUID

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from services.contracts.words import Phrase, language_of
from services.kernel.data.ids import new_private_id
from services.kernel.data.outages import is_outage
from services.kernel.data.refusals import RefusalKind, refusal_of
from services.kernel.text import reader_languages
from services.kernel.validation import invalid_fields
from services.kernel.web import errors
from services.kernel.web.errors import PROBLEM_MEDIA_TYPE, DomainError

log = structlog.get_logger()

_BY_STATUS: dict[int, type[DomainError]] = {
    400: errors.BadRequest,
    401: errors.Unauthenticated,
    403: errors.Forbidden,
    404: errors.NotFound,
    405: errors.MethodNotAllowed,
    406: errors.NotAcceptable,
    413: errors.BodyTooLarge,
    415: errors.UnsupportedMediaType,
    422: errors.Invalid,
    429: errors.TooManyRequests,
    503: errors.Unavailable,
}
# The failures of a service or of a part of it that pass. Each names the wait after which to try again.
_PASSING = frozenset({502, 503, 504})
_RETRY_SECONDS = "2"
# The answers to refusals of the database that no use case has recognised.
_BY_REFUSAL: dict[RefusalKind, DomainError] = {
    RefusalKind.conflict: errors.StateConflict(Phrase("details.conflicts-with-stored")),
    RefusalKind.unstorable: errors.Invalid(Phrase("details.value-not-storable")),
}


def request_id(request: Request) -> UUID:
    """Return the id that the middleware gave this request."""
    scope_id = request.scope.get("vipu_request_id")
    return scope_id if isinstance(scope_id, UUID) else new_private_id()


def render(request: Request, failure: DomainError) -> JSONResponse:
    """Render the failure as a problem document in the reader's language."""
    language = language_of(reader_languages(request))
    body: dict[str, object] = {
        "type": f"urn:vipu:problem:{failure.code}",
        "title": failure.title(language),
        "status": failure.status,
        "detail": failure.detail.in_language(language) if failure.detail else None,
        "instance": f"urn:uuid:{request_id(request)}",
        "code": failure.code,
        "errors": [field.in_language(language).model_dump() for field in failure.errors],
        "retryable": failure.retryable,
        **failure.members,
    }
    headers = {"Content-Language": language, "Cache-Control": "no-store", "Vary": "Accept-Language"}
    if failure.status in _PASSING:
        headers["Retry-After"] = _RETRY_SECONDS
    headers |= failure.headers
    return JSONResponse(body, status_code=failure.status, headers=headers, media_type=PROBLEM_MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Answer every failure of the application with a problem document."""
    app.add_exception_handler(DomainError, _domain)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(ClientDisconnect, _abandoned)
    app.add_exception_handler(PoolTimeout, _not_now)
    app.add_exception_handler(ConnectionError, _not_now)
    app.add_exception_handler(TimeoutError, _not_now)  # A connection to the database that did not open in time.
    app.add_exception_handler(DBAPIError, _database)


async def _domain(request: Request, failure: Exception) -> JSONResponse:
    assert isinstance(failure, DomainError)
    return render(request, failure)


async def _http(request: Request, failure: Exception) -> JSONResponse:
    assert isinstance(failure, HTTPException)
    headers = dict(failure.headers or {})
    if failure.status_code == 405:
        headers["Allow"] = ", ".join(sorted(_methods_here(request)))
    return status_problem(request, failure.status_code, headers)


def _methods_here(request: Request) -> set[str]:
    """Return the methods of all routes of the request's path; the framework names only those of the first route."""
    path = getattr(request.scope.get("route"), "path_format", None)
    routes = (context.original_route for context in iter_route_contexts(request.app.routes))
    methods = {
        method
        for route in routes
        if isinstance(route, APIRoute) and route.path_format == path
        for method in route.methods or ()
    }
    return methods | ({"HEAD"} if "GET" in methods else set())


def status_problem(request: Request, status: int, headers: Mapping[str, str]) -> JSONResponse:
    """Render a failure of which only the status is known as a problem document."""
    kind = _BY_STATUS.get(status, errors.BadRequest if status < 500 else errors.InternalError)
    return render(request, kind(headers=headers))


async def _validation(request: Request, failure: Exception) -> JSONResponse:
    assert isinstance(failure, RequestValidationError)
    findings = failure.errors()
    if any(finding["type"] == "json_invalid" for finding in findings):
        return render(request, errors.BadRequest(Phrase("details.body-not-json")))
    return render(request, errors.Invalid(errors=invalid_fields(findings)))


async def _abandoned(request: Request, _failure: Exception) -> JSONResponse:
    """Render what no one reads: the caller hung up, and `DisconnectMiddleware` counts it."""
    return status_problem(request, 400, {})


async def _not_now(request: Request, failure: Exception) -> JSONResponse:
    log.warning("request.unavailable", reason=type(failure).__name__)
    return render(request, errors.Unavailable(headers={"Retry-After": "2"}))


async def _database(request: Request, failure: Exception) -> JSONResponse:
    assert isinstance(failure, DBAPIError)
    refusal = refusal_of(failure)
    if refusal is not None:
        # Each such line shows where a precise answer is missing.
        log.warning(
            "request.refused_by_database",
            sqlstate=refusal.sqlstate,
            table=refusal.table,
            constraint=refusal.constraint,
            column=refusal.column,
            exc_info=failure,
        )
        return render(request, _BY_REFUSAL[refusal.kind])
    return await _not_now(request, failure) if is_outage(failure) else internal_error(request, failure)


def internal_error(request: Request, failure: Exception) -> JSONResponse:
    """Log the trace of an unexpected failure, and render the failure with the request id alone."""
    log.error("request.failed", request_id=str(request_id(request)), exc_info=failure)
    return render(request, errors.InternalError())
