"""Pure ASGI middleware: request ids, size limits, security headers, problem documents, access log and metrics."""

import time
from uuid import UUID

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.kernel.data.ids import new_private_id
from services.kernel.files.traffic import traffic
from services.kernel.web.errors import PROBLEM_MEDIA_TYPE
from services.kernel.web.problems import internal_error, status_problem
from services.kernel.web.routing import HEAD_REQUEST

log = structlog.get_logger()

_SECURITY_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
]
_CONTENT_POLICY = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
_OF_THE_BODY = frozenset({b"content-type", b"content-length"})
_QUIET = frozenset({"/healthz", "/readyz", "/metrics"})


class BodySizeLimitMiddleware:
    """Refuse a body that is too large for its content type, by its Content-Length or once it exceeds the limit."""

    def __init__(self, app: ASGIApp, *, file_bytes: int, parsed_bytes: int) -> None:
        self._files = RequestBodyLimitMiddleware(app, file_bytes)
        self._parsed = RequestBodyLimitMiddleware(app, parsed_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        limited = self._parsed if scope["type"] == "http" and _is_parsed(scope) else self._files
        await limited(scope, receive, send)


def _is_parsed(scope: Scope) -> bool:
    """Say whether the body is parsed into objects as a whole; no route accepts JSON as a file."""
    kind = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
    media_type = kind.partition(b";")[0].strip().lower()
    return media_type.endswith(b"json") or media_type in {b"", b"application/x-www-form-urlencoded"}


class UnhandledErrorMiddleware:
    """Answer an unexpected failure as a problem document; cut the connection where an answer has already begun."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        has_begun = False

        async def send_and_note(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        except Exception as failure:
            if has_begun or scope["type"] != "http":
                raise
            answer = internal_error(Request(scope, receive), failure)
            await answer(scope, receive, send)


class ProblemDetailsMiddleware:
    """Replace a failure that an inner layer answered in another format by a problem document with the same headers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        replaced = False

        async def send_problem(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start" and _is_foreign_failure(message):
                replaced = True
                problem = status_problem(Request(scope, receive), message["status"], {})
                problem.raw_headers.extend(pair for pair in message["headers"] if pair[0].lower() not in _OF_THE_BODY)
                await problem(scope, receive, send)
            elif not replaced:
                await send(message)

        await self.app(scope, receive, send_problem)


def _is_foreign_failure(message: Message) -> bool:
    media_types = [value for name, value in message["headers"] if name.lower() == b"content-type"]
    return message["status"] >= 400 and PROBLEM_MEDIA_TYPE.encode() not in media_types


class RequestTelemetry:
    """Give each request an id, add security headers to each answer, count the answer and log it."""

    def __init__(self, app: ASGIApp, *, metrics: CollectorRegistry) -> None:
        self.app = app
        self.answers = Counter("vipu_http_requests", "Answers", ["method", "route", "status"], registry=metrics)
        self.seconds = Histogram("vipu_http_request_seconds", "Time to the answer", ["route"], registry=metrics)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), 0
        request_id = _id_in_header(scope) or new_private_id()
        scope["vipu_request_id"] = request_id
        bodiless = scope["method"] == "HEAD"
        if bodiless:
            # HEAD is answered as GET, without the body (RFC 9110, section 9.3.2), unless the path has a route for it.
            scope = {**scope, "method": "GET", HEAD_REQUEST: True}

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = with_security_headers(message["headers"], request_id)
            if bodiless and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        try:
            with traffic.request(), structlog.contextvars.bound_contextvars(request_id=str(request_id)):
                await self.app(scope, receive, send_with_headers)
        finally:
            self._note(scope, status, time.perf_counter() - started)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path_format", None) or "-"
        if route in _QUIET:
            return
        # The method is a label only where a route matched: a client may invent any number of methods.
        method = scope["method"] if route != "-" else "-"
        self.answers.labels(method, route, status).inc()
        self.seconds.labels(route).observe(seconds)
        log.info("request.answered", method=method, route=route, status=status, milliseconds=round(seconds * 1000, 1))


def _id_in_header(scope: Scope) -> UUID | None:
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            try:
                return UUID(value.decode("latin-1"))
            except ValueError:
                return None
    return None


def with_security_headers(headers: list[tuple[bytes, bytes]], request_id: UUID) -> list[tuple[bytes, bytes]]:
    """Return the headers of an answer with its request id and the security headers that it lacks."""
    present = {name.lower() for name, _ in headers}
    extra = [pair for pair in (*_SECURITY_HEADERS, _CONTENT_POLICY) if pair[0] not in present]
    return [*headers, *extra, (b"x-request-id", str(request_id).encode())]
