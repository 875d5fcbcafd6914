"""OpenAPI: FastAPI's document, completed with security, problems, headers and examples, for generators of clients."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard, cast

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts

from services.kernel.data.db import open_transaction, read_claim
from services.kernel.lists.pages import ListQuery
from services.kernel.openapi import information, parts
from services.kernel.openapi.descriptions import describe_fields, describe_parameter
from services.kernel.openapi.examples import example_of
from services.kernel.openapi.failures import add_failures, codes_of, failure_examples, problems
from services.kernel.openapi.mappings import with_typed_mappings
from services.kernel.openapi.names import with_plain_names
from services.kernel.openapi.parts import Json, JsonValue
from services.kernel.openapi.security import security_of, security_schemes
from services.kernel.security.auth import current_principal
from services.kernel.web import errors
from services.kernel.web.errors import DomainError, Problem
from services.kernel.web.etags import if_match
from services.kernel.web.locations import locations_of
from services.kernel.web.rate_limits import limit_public_rate
from services.kernel.web.routing import declared_access, dependants, query_parameters

__all__ = ["build_document", "install", "problems"]

_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class _Facts:
    """The facts about an operation that the route's dependencies show."""

    scopes: tuple[str, ...]
    reads_token: bool
    conditional: bool
    limited: bool
    transactional: bool
    listing: bool
    paged: bool
    located: bool
    sort_keys: tuple[str, ...]


def install(app: FastAPI, service: str) -> None:
    """Replace the application's generated document by the completed one."""
    cached: dict[str, object] = {}

    def document() -> dict[str, object]:
        if not cached:
            cached.update(build_document(app, service))
        return cached

    app.openapi = document  # type: ignore[method-assign]


def build_document(app: FastAPI, service: str) -> dict[str, object]:
    """Build the OpenAPI 3.1 document of the service, whose routes are under `/api/<service>`."""
    generated = get_openapi(
        title=app.title,
        version=app.version,
        description=information.described(app.description),
        routes=app.routes,
        servers=[{"url": f"/api/{service}", "description": "Under the common address of all services"}],
        license_info=information.LICENCE,
    )
    document = cast("dict[str, Any]", with_typed_mappings(with_plain_names(generated)))
    # Not an argument of FastAPI's function, which takes no relative address.
    document["info"]["contact"] = information.CONTACT
    components = document.setdefault("components", {})
    components["schemas"] = schemas = _schemas(components.get("schemas", {}))
    describe_fields(schemas)
    facts = _facts_by_operation(app)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _complete(operation, path, method, facts[path, method.upper()])
            _show_examples(operation, schemas)
    components["examples"] = dict(failure_examples(_codes(document["paths"])))
    components["securitySchemes"] = security_schemes(_schemes(document["paths"]))
    document["tags"] = _tags(document["paths"])
    return document


def _schemas(generated: dict[str, object]) -> dict[str, object]:
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    added = {**problem.pop("$defs", {}), "Problem": {**problem, "additionalProperties": True}}
    of_fastapi = {"HTTPValidationError", "ValidationError"}
    kept = {name: schema for name, schema in generated.items() if name not in of_fastapi}
    return dict(sorted({**kept, **added}.items()))


def _operations(paths: Mapping[str, Mapping[str, Json]]) -> Iterator[Json]:
    for operations in paths.values():
        yield from operations.values()


def _codes(paths: Mapping[str, Mapping[str, Json]]) -> Iterator[str]:
    for operation in _operations(paths):
        for answer in _at(operation, "responses").values():
            yield from codes_of(answer) if _is_object(answer) else ()


def _schemes(paths: Mapping[str, Mapping[str, Json]]) -> Iterator[str]:
    for operation in _operations(paths):
        for alternative in cast("list[Json]", operation["security"]):
            yield from alternative


def _tags(paths: Mapping[str, Mapping[str, Mapping[str, list[str]]]]) -> list[dict[str, str]]:
    names = {tag for operations in paths.values() for operation in operations.values() for tag in operation["tags"]}
    return [{"name": name, "description": f"{name.replace('-', ' ').capitalize()}."} for name in sorted(names)]


def _facts_by_operation(app: FastAPI) -> dict[tuple[str, str], _Facts]:
    facts_by_operation: dict[tuple[str, str], _Facts] = {}
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute) and (access := declared_access(route.dependant)) is not None:
            located = "POST" in (route.methods or ()) and route.path_format in locations_of(app)
            facts = _facts(route, tuple(str(scope) for scope in access.scopes), located=located)
            operations = [(route.path_format, method) for method in route.methods or ()]
            facts_by_operation.update(dict.fromkeys(operations, facts))
    return facts_by_operation


def _facts(route: APIRoute, scopes: tuple[str, ...], *, located: bool) -> _Facts:
    calls = {node.call for node in dependants(route.dependant)}
    names = query_parameters(route.dependant)
    return _Facts(
        scopes=scopes,
        reads_token=current_principal in calls,
        conditional=if_match in calls,
        limited=limit_public_rate in calls,
        transactional=not calls.isdisjoint({open_transaction, read_claim}),
        listing="format" in names,
        paged="cursor" in names,
        located=located,
        sort_keys=tuple(_sort_keys(route.dependant)),
    )


def _sort_keys(root: Dependant) -> Iterator[str]:
    for node in dependants(root):
        for field in node.query_params:
            model = field.field_info.annotation
            if isinstance(model, type) and issubclass(model, ListQuery):
                yield from model.sort_keys


def _complete(operation: Json, path: str, method: str, facts: _Facts) -> None:
    responses = operation.setdefault("responses", {})
    assert isinstance(responses, dict)
    if _JSON in _at(responses, "422", "content"):
        del responses["422"]
    add_failures(responses, _usual_failures(operation, path, method, facts))
    _complete_parameters(operation, method, facts)
    _complete_answers(responses, method, facts)
    operation["responses"] = dict(sorted(responses.items()))
    operation.setdefault("security", security_of(facts.scopes, reads_token=facts.reads_token))
    if facts.scopes:
        needed = ", ".join(f"`{scope}`" for scope in facts.scopes)
        operation["description"] = f"{operation.get('description', '')}\n\nNeeds: {needed}.".strip()
        operation["x-required-scopes"] = list(facts.scopes)


def _usual_failures(operation: Json, path: str, method: str, facts: _Facts) -> Iterator[type[DomainError]]:
    """Yield the failures that the kernel itself answers on such a route."""
    yield from (errors.BadRequest, errors.Unauthenticated, errors.Invalid, errors.InternalError, errors.Unavailable)
    if facts.scopes:
        yield errors.Forbidden
    if "{" in path:
        yield errors.NotFound
    if facts.limited or facts.listing:
        yield errors.TooManyRequests
    if facts.listing:
        yield from (errors.NotAcceptable, errors.ExportBusy)
    if facts.paged:
        yield errors.InvalidCursor
    if facts.sort_keys:
        yield errors.InvalidSort
    yield from _failures_of_writing(operation, method, facts)


def _failures_of_writing(operation: Json, method: str, facts: _Facts) -> Iterator[type[DomainError]]:
    if "requestBody" in operation:
        yield from (errors.BodyTooLarge, errors.UnsupportedMediaType)
    if method in {"post", "put", "patch", "delete"}:
        yield errors.StateConflict
    if method == "post" and facts.transactional:
        yield from (errors.IdempotencyInProgress, errors.IdempotencyKeyReused)
    if facts.conditional:
        yield from (errors.VersionMismatch, errors.PreconditionRequired)


def _complete_parameters(operation: Json, method: str, facts: _Facts) -> None:
    parameters = operation.get("parameters", [])
    assert isinstance(parameters, list)
    for parameter in parameters:
        if _is_object(parameter):
            _without_null(parameter)
            _name_sort_keys(parameter, facts.sort_keys)
            describe_parameter(parameter)
    if facts.conditional:
        parameters[:] = [p for p in parameters if not (_is_object(p) and p["name"] == "If-Match")]
        parameters.append(parts.IF_MATCH)
    if method == "get":
        parameters.append(parts.IF_NONE_MATCH)
    if method == "post" and facts.transactional:
        parameters.append(parts.IDEMPOTENCY_KEY)
    if parameters:
        operation["parameters"] = parameters


def _without_null(parameter: Json) -> None:
    """Remove null from the parameter's types: a query parameter or a header is left out, never null."""
    schema = parameter.get("schema")
    if not _is_object(schema) or "anyOf" not in schema:
        return
    options = schema["anyOf"]
    assert isinstance(options, list)
    kept = [option for option in options if option != {"type": "null"}]
    if len(kept) == 1 and _is_object(kept[0]):
        rest = {name: value for name, value in schema.items() if name != "anyOf"}
        parameter["schema"] = {**kept[0], **rest}


def _name_sort_keys(parameter: Json, keys: Sequence[str]) -> None:
    """State the keys of a list's `sort` parameter as a pattern and a realistic example."""
    schema = parameter.get("schema")
    if parameter["name"] == "sort" and keys and _is_object(schema):
        key = f"-?({'|'.join(keys)})"
        schema.update(pattern=f"^{key}(,{key})*$", examples=[",".join([f"-{keys[0]}", *keys[1:2]])])


def _complete_answers(responses: Json, method: str, facts: _Facts) -> None:
    for status, answer in responses.items():
        if not _is_object(answer):
            continue
        headers = dict(_at(answer, "headers"))
        headers["X-Request-Id"] = parts.REQUEST_ID
        if status.startswith("2"):
            headers.update(_success_headers(method, facts))
        if status in {"429", "503"}:
            headers["Retry-After"] = parts.RETRY_AFTER
        answer["headers"] = headers
    success = responses.get("200")
    if not _is_object(success) or method != "get":
        return
    responses.setdefault("304", {"description": "The reader has it already", "headers": {"ETag": parts.ETAG}})
    if facts.listing:
        success["content"] = {**_at(success, "content"), **parts.FILES}


def _success_headers(method: str, facts: _Facts) -> Iterator[tuple[str, JsonValue]]:
    if method == "get" or facts.conditional:
        yield "ETag", parts.ETAG
    if facts.paged:
        yield "Link", parts.LINK
    if facts.located:
        yield "Location", parts.LOCATION
    if facts.limited:
        yield from parts.RATE_LIMIT.items()
    if method == "post" and facts.transactional:
        yield "Idempotency-Replayed", parts.REPLAYED


def _show_examples(operation: Json, schemas: Mapping[str, object]) -> None:
    """Add one example to each body of a request and of a success, made of the examples of its fields."""
    _show_example(_at(operation, "requestBody"), schemas)
    for status, answer in _at(operation, "responses").items():
        if status.startswith("2") and _is_object(answer):
            _show_example(answer, schemas)


def _show_example(body: Json, schemas: Mapping[str, object]) -> None:
    for media in _at(body, "content").values():
        if not _is_object(media) or media.keys() & {"example", "examples"}:
            continue
        # A file is no JSON value, and has no example made of fields.
        if (schema := _at(media, "schema")).get("type") != "string":
            media["example"] = cast("JsonValue", example_of(schema, schemas))


def _at(value: JsonValue, *keys: str) -> Json:
    """Return the object at the end of the keys, or an empty one."""
    for key in keys:
        if not _is_object(value):
            return {}
        value = value.get(key)
    return value if _is_object(value) else {}


def _is_object(value: object) -> TypeGuard[Json]:
    return isinstance(value, dict)
