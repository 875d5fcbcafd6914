"""Every id in a request body is of an object of that service, or its check against another service's facts is named."""

from collections.abc import Iterator
from typing import Any

import pytest

from services.contracts.services import STORING_SERVICES
from tests.contract.test_documents import document

# Objects of the service itself, which it looks up in its own tables.
OWN = {
    "registry": {
        "client_id", "business_id", "coordination_id", "organisation_id", "project_id", "other",
    },
    "events": {"registration_id", "mail_ids", "ids"},
    "feedback": {"survey_id"},
}  # fmt: skip
# Of another service's objects: the copy that decides, where an unknown one is 409 `not-known-yet`.
CHECKED = {
    ("events", "coordination_id"): "references.check_coordination: the copy of the leading projects",
    ("events", "project_ids"): "references.check_projects: the copy of the projects",
    ("events", "organisation_id"): "admissions.check_choices, organisations.check_known: the copy of the organisations",
    ("events", "project_id"): "admissions.check_choices, organisations.check_known: the copy of the projects",
    ("feedback", "event_id"): "surveys.service._event_of: the copy of the events",
    ("feedback", "coordination_id"): "surveys.service._event_of: the coordination of the copied event",
}
# Rights that only an administrator gives: the service that owns the object compares the id with its own.
RIGHTS = {("registry", "event_id")}
# No service has such objects yet. The noun under which they will come must not exist without a check.
NOT_YET = {("events", "call_ids"): "/v1/calls", ("events", "practice_ids"): "/v1/practices"}
# The id of a message, which is no object.
MESSAGES = "/v1/messages"


def ids_in_bodies(service: str) -> Iterator[str]:
    """Yield the names of the fields of request bodies that hold ids."""
    of_service = document(service)
    for path, methods in of_service["paths"].items():
        for operation in methods.values():
            if path != MESSAGES and isinstance(operation, dict) and "requestBody" in operation:
                yield from _ids(operation["requestBody"], of_service["components"]["schemas"], frozenset())


def _ids(schema: Any, schemas: dict[str, Any], seen: frozenset[str]) -> Iterator[str]:
    if isinstance(schema, list):
        for part in schema:
            yield from _ids(part, schemas, seen)
    if not isinstance(schema, dict):
        return
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    if name and name not in seen:
        yield from _ids(schemas[name], schemas, seen | {name})
    for field, value in schema.get("properties", {}).items():
        if field.endswith(("_id", "_ids")) or _is_uuid(value):
            yield field
    for part in schema.values():
        yield from _ids(part, schemas, seen)


def _is_uuid(schema: Any) -> bool:
    if isinstance(schema, list):
        return any(map(_is_uuid, schema))
    if not isinstance(schema, dict):
        return False
    inner = [schema.get(key) for key in ("anyOf", "oneOf", "allOf", "items")]
    return schema.get("format") == "uuid" or any(map(_is_uuid, inner))


@pytest.mark.parametrize("service", STORING_SERVICES)
def test_every_id_in_a_body_is_the_services_own_or_has_a_named_check(service):
    named = OWN[service] | {field for owner, field in (*CHECKED, *RIGHTS, *NOT_YET) if owner == service}
    found = set(ids_in_bodies(service))
    assert found, "The walk finds fields."
    assert found - named == set(), "Check it against announced facts and name the check here."
    others = {field for owner, field in (*CHECKED, *RIGHTS, *NOT_YET) if owner == service}
    assert others - found == set(), "Named here, but in no body any more."


@pytest.mark.parametrize("noun", NOT_YET.values())
def test_ids_of_objects_that_no_service_has_are_checked_once_one_has_them(noun):
    assert not any(path.startswith(noun) for service in STORING_SERVICES for path in document(service)["paths"])
