"""OpenAPI: FastAPI's document, completed with security, problems, headers and examples, for generators of clients."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard, cast

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts

from services.kernel.data.db import open_transaction, read_claim
from services.kernel.openapi import parts
from services.kernel.openapi.examples import example_of
from services.kernel.openapi.names import with_plain_names
from services.kernel.openapi.parts import Json, JsonValue
from services.kernel.web.errors import DomainError, Problem
from services.kernel.web.etags import if_match
from services.kernel.web.locations import locations_of
from services.kernel.web.rate_limits import limit_public_rate
from services.kernel.web.routing import declared_access, dependants, query_parameters

_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class _Facts:
    """The facts about an operation that the route's dependencies show."""

    scopes: tuple[str, ...]
    conditional: bool
    limited: bool
    transactional: bool
    listing: bool
    paged: bool
    located: bool


def problems(*failures: type[DomainError]) -> dict[int | str, dict[str, object]]:
    """Return the `responses` of a route with these failures. The usual failures are added to every operation."""
    by_status: dict[int | str, dict[str, object]] = {}
    for status in sorted({failure.status for failure in failures}):
        lines = [f"`{failure.code}`: {failure.title('en')}" for failure in failures if failure.status == status]
        by_status[status] = {"description": "; ".join(lines), "content": parts.problem_content()}
    return by_status


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
        description=app.description,
        routes=app.routes,
        servers=[{"url": f"/api/{service}", "description": "Under the common address of all services"}],
        license_info={"name": "European Union Public Licence 1.2", "identifier": "EUPL-1.2"},
    )
    document: dict[str, Any] = dict(with_plain_names(generated))
    components = document.setdefault("components", {})
    components["securitySchemes"] = _security_schemes()
    components["schemas"] = schemas = _schemas(components.get("schemas", {}))
    facts = _facts_by_operation(app)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _complete(operation, path, method, facts[path, method.upper()])
            _show_example(operation, schemas)
    document["tags"] = _tags(document["paths"])
    return document


def _schemas(generated: dict[str, object]) -> dict[str, object]:
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    added = {**problem.pop("$defs", {}), "Problem": {**problem, "additionalProperties": True}}
    of_fastapi = {"HTTPValidationError", "ValidationError"}
    kept = {name: schema for name, schema in generated.items() if name not in of_fastapi}
    return dict(sorted({**kept, **added}.items()))


def _security_schemes() -> Mapping[str, object]:
    return {
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "A short-lived token of Vipu's own issuer; partner systems get one at `/oauth/token`.",
        }
    }


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
        conditional=if_match in calls,
        limited=limit_public_rate in calls,
        transactional=not calls.isdisjoint({open_transaction, read_claim}),
        listing="format" in names,
        paged="cursor" in names,
        located=located,
    )


def _complete(operation: Json, path: str, method: str, facts: _Facts) -> None:
    responses = operation.setdefault("responses", {})
    assert isinstance(responses, dict)
    if _JSON in _at(responses, "422", "content"):
        del responses["422"]
    for status in sorted(_usual_failures(operation, path, method, facts)):
        _add_failure(responses, str(status), parts.DESCRIPTIONS[status])
    _complete_parameters(operation, method, facts)
    _complete_answers(responses, method, facts)
    operation["responses"] = dict(sorted(responses.items()))
    operation["security"] = [{"bearer": []}] if facts.scopes else [{}, {"bearer": []}]
    if facts.scopes:
        needed = ", ".join(f"`{scope}`" for scope in facts.scopes)
        operation["description"] = f"{operation.get('description', '')}\n\nNeeds: {needed}.".strip()
        operation["x-required-scopes"] = list(facts.scopes)


def _add_failure(responses: Json, status: str, description: str) -> None:
    """Add a usual failure. Where the route states failures of this status, its code is added to theirs."""
    stated = responses.setdefault(status, {"description": description, "content": parts.problem_content()})
    assert isinstance(stated, dict)
    if description.startswith("`") and description not in str(stated["description"]):
        stated["description"] = f"{stated['description']}; {description}"


def _usual_failures(operation: Json, path: str, method: str, facts: _Facts) -> Iterator[int]:
    """Yield the statuses of the failures that the kernel itself answers on such a route."""
    yield from (400, 401, 422, 500, 503)
    if facts.scopes:
        yield 403
    if "{" in path:
        yield 404
    if facts.limited:
        yield 429
    if facts.listing:
        yield 406
    if "requestBody" in operation:
        yield from (413, 415)
    if method in {"post", "put", "patch", "delete"}:
        yield 409
    if facts.conditional:
        yield from (412, 428)


def _complete_parameters(operation: Json, method: str, facts: _Facts) -> None:
    parameters = operation.get("parameters", [])
    assert isinstance(parameters, list)
    for parameter in parameters:
        if _is_object(parameter):
            _without_null(parameter)
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


def _show_example(operation: Json, schemas: Mapping[str, object]) -> None:
    """Add one example to each JSON request body, made of the examples of its fields."""
    media = _at(operation, "requestBody", "content", _JSON)
    schema = media.get("schema")
    if _is_object(schema) and "example" not in media and "examples" not in media:
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
