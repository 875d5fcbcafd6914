"""Pure ASGI middleware: request id, security headers, access log and measurements, around every answer."""

import time
from uuid import UUID

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.kernel.data.ids import new_private_id
from services.kernel.web.errors import PROBLEM_MEDIA_TYPE
from services.kernel.web.problems import internal_error, status_problem

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
    """Refuse a body that is too large for its kind, at once where it says so, else as soon as it is."""

    def __init__(self, app: ASGIApp, *, file_bytes: int, parsed_bytes: int) -> None:
        self._files = RequestBodyLimitMiddleware(app, file_bytes)
        self._parsed = RequestBodyLimitMiddleware(app, parsed_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        limited = self._parsed if scope["type"] == "http" and _is_parsed(scope) else self._files
        await limited(scope, receive, send)


def _is_parsed(scope: Scope) -> bool:
    """Return whether the body is made into objects as a whole. A file that says it is JSON is none to any route."""
    kind = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
    media_type = kind.partition(b";")[0].strip().lower()
    return media_type.endswith(b"json") or media_type in {b"", b"application/x-www-form-urlencoded"}


class UnhandledErrorMiddleware:
    """Answer what nobody expected as a problem document, unless an answer has begun: then the connection is cut."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        begun = False

        async def send_noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, send_noting)
        except Exception as failure:
            if begun or scope["type"] != "http":
                raise
            answer = internal_error(Request(scope, receive), failure)
            await answer(scope, receive, send)


class ProblemDetailsMiddleware:
    """Replace a failure that some layer below answered in its own way by a problem document, keeping its headers."""

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
    """Give each request its id, each answer its security headers, and note how it went."""

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
        request_id = _given_id(scope) or new_private_id()
        scope["vipu_request_id"] = request_id
        bodiless = scope["method"] == "HEAD"
        if bodiless:
            # What answers GET answers HEAD, with everything but the body (RFC 9110, section 9.3.2).
            scope = {**scope, "method": "GET"}

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _with_headers(message["headers"], request_id)
            if bodiless and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        try:
            with structlog.contextvars.bound_contextvars(request_id=str(request_id)):
                await self.app(scope, receive, send_with_headers)
        finally:
            self._note(scope, status, time.perf_counter() - started)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path_format", None) or "-"
        if route in _QUIET:
            return
        # Counted under the method only where a route knew it: a client may invent methods without end.
        method = scope["method"] if route != "-" else "-"
        self.answers.labels(method, route, status).inc()
        self.seconds.labels(route).observe(seconds)
        log.info("request.answered", method=method, route=route, status=status, milliseconds=round(seconds * 1000, 1))


def _given_id(scope: Scope) -> UUID | None:
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            try:
                return UUID(value.decode("latin-1"))
            except ValueError:
                return None
    return None


def _with_headers(headers: list[tuple[bytes, bytes]], request_id: UUID) -> list[tuple[bytes, bytes]]:
    present = {name.lower() for name, _ in headers}
    extra = [pair for pair in (*_SECURITY_HEADERS, _CONTENT_POLICY) if pair[0] not in present]
    return [*headers, *extra, (b"x-request-id", str(request_id).encode())]
