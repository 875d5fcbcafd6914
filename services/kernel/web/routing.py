"""The router of all packages: it checks parameters, adds ETags and Locations, and answers conditional reads."""

from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from typing import Final, get_args, get_origin

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from starlette._utils import get_route_path
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from services.contracts.words import Phrase
from services.kernel.audit.recording import RequestRecord
from services.kernel.security.auth import Access, current_principal
from services.kernel.text import reader_languages
from services.kernel.web.early_responses import EarlyResponse
from services.kernel.web.errors import DomainError, Invalid, InvalidField
from services.kernel.web.etags import is_known, tag_of_body
from services.kernel.web.idempotency import HEADER as IDEMPOTENCY_KEY
from services.kernel.web.locations import add_location

Handler = Callable[[Request], Coroutine[None, None, Response]]

# The member of a scope that says that the request is a HEAD request, although its method is GET.
HEAD_REQUEST: Final = "vipu_head_request"
_PUBLIC_SECONDS = 15
# Headers that do not make an answer private. All other headers that a route reads are tokens or versions.
_PUBLIC_HEADERS = ("Accept", "Accept-Language")
# The headers of the cached answer that a 304 repeats.
_KEPT_UNCHANGED = ("etag", "cache-control", "vary", "content-language")


def dependants(root: Dependant) -> Iterator[Dependant]:
    """Yield the dependencies of a route, each before its own dependencies."""
    yield root
    for child in root.dependencies:
        yield from dependants(child)


def declared_access(root: Dependant) -> Access | None:
    """Return the route's declaration of who may call it, or None; the application does not start without one."""
    return next((node.call for node in dependants(root) if isinstance(node.call, Access)), None)


def query_parameters(root: Dependant) -> dict[str, bool]:
    """Return the names of the query parameters of a route, each with whether it may be repeated."""
    return {
        name: _holds_list(annotation)
        for node in dependants(root)
        for field in node.query_params
        for name, annotation in _parameters(field.field_info, field.alias)
    }


def _parameters(info: FieldInfo, alias: str) -> Iterator[tuple[str, object]]:
    """Yield name and type of each query parameter of a field."""
    model = info.annotation
    if isinstance(model, type) and issubclass(model, BaseModel):
        yield from ((inner.alias or name, inner.annotation) for name, inner in model.model_fields.items())
    else:
        yield alias, model


def _holds_list(annotation: object) -> bool:
    return get_origin(annotation) is list or any(_holds_list(inner) for inner in get_args(annotation))


def _headers_read(root: Dependant) -> Iterator[str]:
    """Yield the request headers on which a route's answer depends; caches store an answer for each value of them."""
    yield from ("Authorization", "Accept")
    for node in dependants(root):
        if node.call is reader_languages:
            yield "Accept-Language"
        yield from (field.alias for field in node.header_params)


class Route(APIRoute):
    """A route of a service."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match the path, except where the application has a route without parameters for it.

        So `self` in `/v1/registrations/self` is never an id: a request with a wrong method is answered with 405.
        A HEAD request, which is else answered as GET, matches the route for HEAD where the path has one.
        """
        own_method = {"method": "HEAD"} if self.methods == {"HEAD"} and scope.get(HEAD_REQUEST) else {}
        match, child_scope = super().matches({**scope, **own_method})
        child_scope = {**child_scope, **own_method}
        if match is not Match.NONE and self.param_convertors and get_route_path(scope) in _fixed_paths(scope["app"]):
            return Match.NONE, {}
        return match, child_scope

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request. The body of a public route has a lower limit, since anyone may send it.

        The other routes read no body of a caller without their scopes.
        """
        if not self._is_public:
            await super().handle(scope, receive, send)
            return
        limit: int = scope["app"].state.runtime.settings.max_public_body_bytes
        await RequestBodyLimitMiddleware(super().handle, limit)(scope, receive, send)

    def get_route_handler(self) -> Handler:
        """Wrap FastAPI's handler. The wrapper runs while the request's transaction is still open."""
        answer_request = super().get_route_handler()
        known, access = query_parameters(self.dependant), declared_access(self.dependant)
        depends_on = tuple(_headers_read(self.dependant))
        self._is_public = access is not None and not access.scopes

        async def answer(request: Request) -> Response:
            if access is not None and access.scopes:
                # Checked first: a caller without the scope gets 401 or 403, whatever else is wrong with the request.
                await access(await current_principal(request))
            _check_parameters(request, known)
            if IDEMPOTENCY_KEY in request.headers:
                # Read for the key's fingerprint, before the parser of a form consumes the stream.
                await request.body()
            try:
                return await answer_request(request)
            except EarlyResponse as early:
                return early.response

        async def handle(request: Request) -> Response:
            with RequestRecord(request, self.endpoint) as record:
                try:
                    answered = await answer(request)
                except DomainError as failure:
                    await record.failed(failure)
                    raise
                # Before the request's own transaction commits: without its entry in the audit nothing takes effect.
                await record.answered(answered)
            add_location(request, answered)
            if answered.status_code == 204:
                # Of FastAPI's default response; an answer without a body has no type.
                del answered.headers["content-type"]
            request.state.answer = answered
            return _conditional(request, answered, depends_on)

        return handle


def _fixed_paths(app: FastAPI) -> frozenset[str]:
    """Return the paths without parameters."""
    cached: frozenset[str] | None = getattr(app.state, "fixed_paths", None)
    if cached is None:
        paths = {context.path_format for context in iter_route_contexts(app.routes)}
        cached = app.state.fixed_paths = frozenset(path for path in paths if path and "{" not in path)
    return cached


def _check_parameters(request: Request, known: Mapping[str, bool]) -> None:
    """Check the names of the query parameters. Raises Invalid: a mistyped filter would otherwise widen the result."""
    counts = Counter(name for name, _ in request.query_params.multi_items())
    if unknown := [name for name in counts if name not in known]:
        raise Invalid(
            Phrase("details.unknown-query-parameter"),
            errors=_named(unknown, "unknown-parameter", Phrase("fields.unknown-parameter")),
        )
    if repeated := [name for name, count in counts.items() if count > 1 and not known[name]]:
        raise Invalid(
            Phrase("details.repeated-query-parameter"),
            errors=_named(repeated, "repeated-parameter", Phrase("fields.repeated-parameter")),
        )


def _named(names: Sequence[str], code: str, message: Phrase) -> list[InvalidField]:
    return [InvalidField(f"/query/{name[:80]}", code, message) for name in names[:20]]


def _conditional(request: Request, answer: Response, depends_on: Sequence[str]) -> Response:
    """Add an ETag and a cache rule to the answer of a read; replace it by a 304 where the reader has it already."""
    if request.method not in {"GET", "HEAD"} or answer.status_code not in {200, 304}:
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer
    private = answer.headers.get("cache-control") == "no-store" or any(
        name in request.headers for name in depends_on if name not in _PUBLIC_HEADERS
    )
    answer.headers.setdefault("Cache-Control", "private, no-cache" if private else f"public, max-age={_PUBLIC_SECONDS}")
    varies = [name.strip() for name in answer.headers.get("vary", "").split(",") if name]
    answer.headers["Vary"] = ", ".join(dict.fromkeys([*varies, *depends_on]))
    body = getattr(answer, "body", None)
    if "etag" not in answer.headers and isinstance(body, bytes):
        answer.headers["ETag"] = tag_of_body(request, body)
    if answer.status_code == 200 and "etag" in answer.headers and is_known(request, answer.headers["etag"]):
        kept = {name: answer.headers[name] for name in _KEPT_UNCHANGED if name in answer.headers}
        return Response(status_code=304, headers=kept)
    return answer


def new_router(noun: str, *, tag: str) -> APIRouter:
    """Make a router for the routes under `/v1/<noun>`."""
    return APIRouter(prefix=f"/v1/{noun}" if noun else "/v1", tags=[tag], route_class=Route)
