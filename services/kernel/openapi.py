"""OpenAPI: what FastAPI finds, completed with security, problems and headers so that a client can be generated."""

from collections.abc import Mapping

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts

from services.kernel.errors import PROBLEM_MEDIA_TYPE, DomainError, Problem
from services.kernel.routing import declared_access

Json = dict[str, "JsonValue"]
JsonValue = str | int | float | bool | None | list["JsonValue"] | Json

_ALWAYS = (400, 422, 429, 500, 503)


def problems(*failures: type[DomainError]) -> dict[int | str, dict[str, object]]:
    """The `responses` of a route that can fail so. The usual ones are added to every operation anyway."""
    by_status: dict[int | str, dict[str, object]] = {}
    for status in sorted({failure.status for failure in failures}):
        lines = [f"`{failure.code}`: {failure.titles['en']}" for failure in failures if failure.status == status]
        by_status[status] = {"description": "; ".join(lines), "content": _problem_content()}
    return by_status


def _problem_content() -> dict[str, object]:
    return {PROBLEM_MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}


def install(app: FastAPI, service: str) -> None:
    """Replace the application's generated document by the completed one."""
    made: dict[str, object] = {}

    def document() -> dict[str, object]:
        if not made:
            made.update(build_document(app, service))
        return made

    app.openapi = document  # type: ignore[method-assign]


def build_document(app: FastAPI, service: str) -> dict[str, object]:
    """The service's OpenAPI 3.1 document, served from `/api/<service>`."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        servers=[{"url": f"/api/{service}"}],
        license_info={"name": "European Union Public Licence 1.2", "identifier": "EUPL-1.2"},
    )
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas["Problem"] = {**problem, "additionalProperties": True}
    components["securitySchemes"] = _security_schemes()
    components["schemas"] = dict(sorted(schemas.items()))
    access = _access_by_operation(app)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _complete(operation, path, method, access.get((path, method.upper()), ()))
    return document


def _security_schemes() -> Mapping[str, object]:
    return {
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "A short-lived token of Vipu's own issuer; partner systems get one at `/oauth/token`.",
        }
    }


def _access_by_operation(app: FastAPI) -> dict[tuple[str, str], tuple[str, ...]]:
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute) and (access := declared_access(route.dependant)) is not None:
            for method in route.methods or ():
                found[route.path_format, method] = tuple(str(scope) for scope in access.scopes)
    return found


def _complete(operation: dict[str, object], path: str, method: str, scopes: tuple[str, ...]) -> None:
    responses = operation.setdefault("responses", {})
    assert isinstance(responses, dict)
    statuses = [*_ALWAYS, *([401, 403] if scopes else [401]), *([404] if "{" in path else [])]
    if method in {"post", "put", "patch", "delete"}:
        statuses += [409, 412, 413, 415, 428]
    if "422" in responses and "application/json" in responses["422"].get("content", {}):
        del responses["422"]
    for status in sorted(set(statuses)):
        responses.setdefault(str(status), {"description": _DESCRIPTIONS[status], "content": _problem_content()})
    responses.setdefault("default", {"description": "Any other failure", "content": _problem_content()})
    operation["security"] = [{"bearer": []}] if scopes else [{}, {"bearer": []}]
    if scopes:
        needed = ", ".join(f"`{scope}`" for scope in scopes)
        operation["description"] = f"{operation.get('description', '')}\n\nNeeds: {needed}.".strip()
        operation["x-required-scopes"] = list(scopes)


_DESCRIPTIONS = {
    400: "The request is malformed",
    401: "No valid token",
    403: "The token may not do this",
    404: "Nothing here that the caller may see",
    409: "The current state does not allow this",
    412: "The resource has changed meanwhile",
    413: "The body is too large",
    415: "The content type is not supported",
    422: "The request is not valid",
    428: "If-Match is missing",
    429: "Too many requests",
    500: "A bug of ours",
    503: "Not available right now",
}
