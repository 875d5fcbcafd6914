"""Every body and every failure of the documents shows an example, which its schema and its model accept."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from jsonschema import Draft202012Validator, FormatChecker
from pydantic import TypeAdapter, ValidationError

from services.contracts.services import SERVICE_NAMES
from tests.contract.test_documents import ALL, document, operations

VALIDATOR = partial(Draft202012Validator, format_checker=FormatChecker())
# Every list is also a file, which "Lists as files" of docs/partners.md describes.
FILES = {"text/csv", "application/jsonl", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def bodies(operation: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the status, or `request`, the media type and the description of each body but of failures and files."""
    for status, answer in {"request": operation.get("requestBody", {}), **operation["responses"]}.items():
        for kind, media in answer.get("content", {}).items():
            if status == "request" or (status.startswith("2") and kind not in FILES):
                yield status, kind, media


@pytest.mark.parametrize("name", SERVICE_NAMES)
def test_every_body_shows_a_valid_example(name):
    for method, path, operation in operations(name):
        for status, kind, media in bodies(operation):
            if media["schema"].get("format") == "binary" or kind == "multipart/form-data":
                continue
            shown = [one["value"] for one in media["examples"].values()] if "examples" in media else [media["example"]]
            schema = {**media["schema"], "components": document(name)["components"]}
            for example in shown:
                found = [error.message for error in VALIDATOR(schema).iter_errors(example)]
                assert found == [], f"{method} {path} {status} shows {example}"


@pytest.mark.parametrize("name", SERVICE_NAMES)
def test_every_example_of_an_answer_is_read_by_its_model(name, applications):
    for context in iter_route_contexts(applications.apps[name].routes):
        route = context.original_route
        if isinstance(route, APIRoute) and route.include_in_schema and route.response_model is not None:
            for method in route.methods:
                operation = document(name)["paths"][route.path_format][method.lower()]
                media = operation["responses"][str(route.status_code or 200)]["content"]["application/json"]
                assert refused(route.response_model, media["example"]) == [], f"{method} {route.path_format}"


def refused(model: Any, example: Any) -> list[str]:
    """Return what the model of an answer refuses of its example, but for the values that it computes itself."""
    try:
        TypeAdapter(model).validate_python(example)
    except ValidationError as refusal:
        return [str(error) for error in refusal.errors() if error["type"] != "extra_forbidden"]
    return []


@pytest.mark.parametrize("name", ALL)
def test_every_failure_shows_an_example_of_each_code(name):
    examples = document(name)["components"]["examples"]
    problem = {"$ref": "#/components/schemas/Problem", "components": document(name)["components"]}
    for code, example in examples.items():
        assert list(VALIDATOR(problem).iter_errors(example["value"])) == [], code
    used = set()
    for method, path, operation in operations(name):
        for status, answer in operation["responses"].items():
            if not status.startswith(("2", "3")):
                codes = answer["content"]["application/problem+json"]["examples"]
                assert codes, f"{method} {path} {status}"
                assert [f"`{code}`" in answer["description"] for code in codes] == [True] * len(codes)
                assert {examples[code]["value"]["status"] for code in codes} == {int(status)}
                assert all(reference["$ref"].endswith(f"/{code}") for code, reference in codes.items())
                used |= codes.keys()
    assert used == examples.keys()
