"""The OpenAPI documents: they are valid, complete, and sufficient for generators of clients."""

import json
import re
from collections.abc import Iterator
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import pytest
from openapi_spec_validator import validate
from pydantic import BaseModel

from services.checks import openapi
from services.contracts.fields import field_descriptions
from services.contracts.services import SERVICE_NAMES, STORING_SERVICES
from services.gateway.upstreams import responses

WHOLE = pytest.param("vipu", marks=pytest.mark.slow)
ALL = [*SERVICE_NAMES, "vipu"]


@cache
def documents() -> dict[str, dict[str, Any]]:
    return {name.removesuffix(".json"): json.loads(text) for name, text in openapi.texts().items()}


def document(name: str) -> dict[str, Any]:
    return documents()[name]


def operations(name: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document(name)["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


@pytest.mark.slow
def test_the_committed_documents_are_those_of_the_code():
    assert openapi.check() == [], "run `vipu openapi`"


@pytest.mark.parametrize("name", [*SERVICE_NAMES, WHOLE])
def test_a_document_is_valid(name):
    validate(document(name))


@pytest.mark.parametrize("name", ALL)
def test_every_operation_describes_itself_its_access_and_its_failures(name):
    for method, path, operation in operations(name):
        operation_name = f"{method} {path}"
        assert operation["summary"] and operation["description"] and operation["tags"], operation_name
        assert security_of(operation, document(name)), operation_name
        assert {"400", "401", "422", "500", "503"} <= operation["responses"].keys(), operation_name
        for status, answer in operation["responses"].items():
            if not status.startswith(("2", "3")):
                assert list(answer["content"]) == ["application/problem+json"], operation_name


def security_of(operation: dict[str, Any], whole: dict[str, Any]) -> bool:
    """Return whether the operation names its scopes with OAuth 2, or can be called without a token."""
    needed, schemes = operation.get("x-required-scopes", []), whole["components"]["securitySchemes"]
    with_token = [{"oauth2": needed}, {"bearer": []}]
    allowed = [with_token] if needed else [[{}, *with_token], [{"client": []}, {}]]
    known = schemes.get("oauth2", {}).get("flows", {}).get("clientCredentials", {"scopes": {}})["scopes"]
    return operation["security"] in allowed and set(needed) <= known.keys()


@pytest.mark.parametrize("name", ALL)
def test_a_document_says_whom_to_ask_and_which_rules_all_operations_keep(name):
    information = document(name)["info"]
    assert information["contact"]["name"] and information["license"]["identifier"] == "EUPL-1.2"
    for rule in ("Versions", "Deprecation", "Limits", "Pages", "Repeating", "Failures"):
        assert f"**{rule}.**" in information["description"]


@pytest.mark.parametrize("name", ALL)
def test_operations_have_names_of_their_own(name):
    names = [operation["operationId"] for _, _, operation in operations(name)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", ALL)
def test_every_property_and_every_parameter_is_described(name):
    schemas = document(name)["components"]["schemas"]
    properties = {
        f"{title}.{field}": it for title, of in schemas.items() for field, it in of.get("properties", {}).items()
    }
    parameters = {
        f"{method} {path} {it['name']}": it
        for method, path, each in operations(name)
        for it in each.get("parameters", [])
    }
    assert [where for where, it in (properties | parameters).items() if not it.get("description")] == []


def test_every_description_of_the_catalogue_is_used():
    shown = {
        it["description"]
        for name in SERVICE_NAMES
        for of in document(name)["components"]["schemas"].values()
        for it in of.get("properties", {}).values()
    } | {
        it["description"]
        for name in SERVICE_NAMES
        for *_, each in operations(name)
        for it in each.get("parameters", [])
    }
    assert [row for row, description in field_descriptions().items() if description not in shown] == []


@pytest.mark.parametrize("name", SERVICE_NAMES)
def test_every_list_is_offered_as_a_file(name):
    for method, path, operation in operations(name):
        if any(parameter["name"] == "format" for parameter in operation.get("parameters", [])):
            offered = operation["responses"]["200"]["content"].keys()
            assert {"application/json", "text/csv", "application/jsonl"} <= offered, f"{method} {path}"


def test_the_whole_document_has_every_operation_of_the_parts():
    whole = {(method, path) for method, path, _ in operations("vipu")}
    parts = {
        (method, f"/api/{name}{path}" if path.startswith("/v1") else path)
        for name in SERVICE_NAMES
        for method, path, _ in operations(name)
    }
    assert whole == parts


def test_a_schema_that_means_two_things_is_named_after_its_service():
    def part(**schemas: Any) -> dict[str, Any]:
        answer = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Page"}}}}
        operation = {"operationId": "list", "tags": ["rows"], "responses": {"200": answer}}
        return {"paths": {"/v1/rows": {"get": operation}}, "components": {"schemas": schemas}, "tags": []}

    page = {"type": "array", "items": {"$ref": "#/components/schemas/Row"}}
    same = {"type": "boolean"}
    parts = {
        "registry": part(Page=page, Row={"type": "string"}, Same=same),
        "events": part(Page=page, Row={"type": "integer"}, Same=same),
    }
    whole = openapi.merged(parts)
    names = ["EventsPage", "EventsRow", "RegistryPage", "RegistryRow", "Same"]
    assert list(whole["components"]["schemas"]) == names
    assert whole["components"]["schemas"]["EventsPage"]["items"] == {"$ref": "#/components/schemas/EventsRow"}
    operation = whole["paths"]["/api/events/v1/rows"]["get"]
    assert (operation["operationId"], operation["tags"]) == ("events_list", ["events: rows"])
    assert whole["components"]["schemas"]["EventsRow"]["title"] == "EventsRow"
    validated = operation["responses"]["200"]["content"]["application/json"]["schema"]
    assert validated == {"$ref": "#/components/schemas/EventsPage"}


@pytest.mark.parametrize("name", ALL)
def test_schemas_are_called_by_plain_words_and_titled_so(name):
    for called, schema in document(name)["components"]["schemas"].items():
        assert re.fullmatch(r"[A-Z][A-Za-z0-9]*", called)
        # Client generators name their classes after the title; two of one name would lose operations.
        assert schema["title"] == called


@pytest.mark.parametrize("name", ALL)
def test_no_pattern_escapes_what_ecma_does_not(name):
    """JSON Schema's patterns are read as ECMA-262 with the flag `u`, where an idle backslash is an error."""
    allowed = r"\\([dDsSwWbBfnrtv0^$\\.*+?()\[\]{}|/-]|c[A-Za-z]|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|[pP]\{)"
    for pattern in patterns(document(name)):
        assert "\\" not in re.sub(allowed, "", pattern), pattern


def patterns(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        found = value.get("pattern")
        yield from [found] if isinstance(found, str) else []
        yield from value.get("patternProperties", {})
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from patterns(inner)


READ_BY_THE_GATEWAY = [
    ("registry", "/v1/projects/{ref}", responses.ProjectResponse),
    ("registry", "/v1/projects", responses.ProjectsResponse),
    ("registry", "/v1/summary", responses.ProjectsSummary),
    ("events", "/v1/summary", responses.EventsSummary),
    ("feedback", "/v1/summary", responses.FeedbackSummary),
    *((name, "/v1/measures", responses.MeasuresResponse) for name in STORING_SERVICES),
]


@pytest.mark.parametrize(("service", "path", "model"), READ_BY_THE_GATEWAY)
def test_every_field_that_the_gateway_reads_is_promised(service, path, model):
    answer = document(service)["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert list(missing(model, answer, document(service)["components"]["schemas"])) == []


def missing(model: type[BaseModel], schema: dict[str, Any], schemas: dict[str, Any], at: str = "") -> Iterator[str]:
    """Return the fields of the model that the schema does not promise."""
    options = [resolved(option, schemas) for option in flat(resolved(schema, schemas), schemas)]
    objects = [option for option in options if option.get("type") == "object"]
    assert objects, f"{at} is no object: {schema}"
    for name, field in model.model_fields.items():
        inner = inner_model(field.annotation)
        for found in objects:
            if name not in found.get("required", []):
                yield f"{at}/{name}"
            elif inner is not None:
                yield from missing(inner, found["properties"][name], schemas, f"{at}/{name}")


def flat(schema: dict[str, Any], schemas: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "anyOf" in schema:
        for option in schema["anyOf"]:
            yield from flat(resolved(option, schemas), schemas)
    elif schema.get("type") == "array":
        yield from flat(resolved(schema["items"], schemas), schemas)
    else:
        yield schema


def resolved(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    return schema


def inner_model(annotation: Any) -> type[BaseModel] | None:
    if get_origin(annotation) in {list, Union, UnionType, Annotated}:
        return next((found for kind in get_args(annotation) if (found := inner_model(kind))), None)
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None
