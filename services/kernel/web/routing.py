"""The router all rooms use: unknown parameters refused, answers remembered, conditional reads."""

import hashlib
from collections.abc import Callable, Coroutine, Iterator, Sequence

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from starlette._utils import get_route_path
from starlette.routing import Match
from starlette.types import Scope

from services.contracts.words import Phrase
from services.kernel.security.auth import Access, current_principal
from services.kernel.text import reader_languages
from services.kernel.web.early_responses import EarlyResponse
from services.kernel.web.errors import Invalid, InvalidField
from services.kernel.web.etags import is_known
from services.kernel.web.idempotency import HEADER as IDEMPOTENCY_KEY
from services.kernel.web.locations import add_location

Handler = Callable[[Request], Coroutine[None, None, Response]]

_PUBLIC_SECONDS = 15
# What a reader may say without being somebody. All other headers that a route reads are tokens or versions.
_OPENLY_SAID = ("Accept", "Accept-Language")
# What a 304 repeats of the answer that the reader has.
_KEPT_UNCHANGED = ("etag", "cache-control", "vary", "content-language")


def dependants(root: Dependant) -> Iterator[Dependant]:
    """Yield a route's dependency tree, root first."""
    yield root
    for child in root.dependencies:
        yield from dependants(child)


def declared_access(root: Dependant) -> Access | None:
    """Return the route's declaration of who may call it, or None: then the application does not start."""
    found = [node.call for node in dependants(root) if isinstance(node.call, Access)]
    return found[0] if found else None


def parameter_names(root: Dependant) -> frozenset[str]:
    """Return the query parameters a route understands."""
    return frozenset(
        name
        for node in dependants(root)
        for field in node.query_params
        for name in _names(field.field_info, field.alias)
    )


def _names(info: FieldInfo, alias: str) -> Iterator[str]:
    model = info.annotation
    if isinstance(model, type) and issubclass(model, BaseModel):
        yield from (inner.alias or name for name, inner in model.model_fields.items())
    else:
        yield alias


def _headers_read(root: Dependant) -> Iterator[str]:
    """Yield the request headers on which a route's answer depends: whoever caches it keeps their answers apart."""
    yield from ("Authorization", "Accept")
    for node in dependants(root):
        if node.call is reader_languages:
            yield "Accept-Language"
        yield from (field.alias for field in node.header_params)


class Route(APIRoute):
    """A route of the house."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return a word with a path of its own is never taken for a parameter: asked by a wrong method, it answers 405."""
        match, found = super().matches(scope)
        if match is not Match.NONE and self.param_convertors and get_route_path(scope) in _words(scope["app"]):
            return Match.NONE, {}
        return match, found

    def get_route_handler(self) -> Handler:
        """Wrap FastAPI's handler; runs while the request's transaction is still open."""
        answer_request = super().get_route_handler()
        known, access = parameter_names(self.dependant), declared_access(self.dependant)
        depends_on = tuple(_headers_read(self.dependant))

        async def handle(request: Request) -> Response:
            if access is not None and access.scopes:
                # Asked before all else: a stranger hears 401, whatever is wrong with the rest of the request.
                await access(await current_principal(request))
            _refuse_unknown(request, known)
            if IDEMPOTENCY_KEY in request.headers:
                # Kept for the key's fingerprint, before a form's parser takes the stream away.
                await request.body()
            try:
                answer = await answer_request(request)
            except EarlyResponse as early:
                answer = early.response
            add_location(request, answer)
            request.state.answer = answer
            return _conditional(request, answer, depends_on)

        return handle


def _words(app: FastAPI) -> frozenset[str]:
    """Return the paths without parameters."""
    found: frozenset[str] | None = getattr(app.state, "words", None)
    if found is None:
        paths = {context.path_format for context in iter_route_contexts(app.routes)}
        found = app.state.words = frozenset(path for path in paths if path and "{" not in path)
    return found


def _refuse_unknown(request: Request, known: frozenset[str]) -> None:
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        raise Invalid(
            Phrase("details.unknown-query-parameter"),
            errors=[
                InvalidField(f"/query/{name[:80]}", "unknown-parameter", Phrase("fields.unknown-parameter"))
                for name in unknown[:20]
            ],
        )


def _conditional(request: Request, answer: Response, depends_on: Sequence[str]) -> Response:
    """Give a read its ETag and cache rule; answer 304 where the reader has it already."""
    if request.method not in {"GET", "HEAD"} or answer.status_code not in {200, 304}:
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer
    private = answer.headers.get("cache-control") == "no-store" or any(
        name in request.headers for name in depends_on if name not in _OPENLY_SAID
    )
    answer.headers.setdefault("Cache-Control", "private, no-cache" if private else f"public, max-age={_PUBLIC_SECONDS}")
    varies = [name.strip() for name in answer.headers.get("vary", "").split(",") if name]
    answer.headers["Vary"] = ", ".join(dict.fromkeys([*varies, *depends_on]))
    body = getattr(answer, "body", None)
    if "etag" not in answer.headers and isinstance(body, bytes):
        answer.headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    if answer.status_code == 200 and "etag" in answer.headers and is_known(request, answer.headers["etag"]):
        kept = {name: answer.headers[name] for name in _KEPT_UNCHANGED if name in answer.headers}
        return Response(status_code=304, headers=kept)
    return answer


def new_router(noun: str, *, tag: str) -> APIRouter:
    """Return a router whose routes live under `/v1/<noun>`."""
    return APIRouter(prefix=f"/v1/{noun}" if noun else "/v1", tags=[tag], route_class=Route)
