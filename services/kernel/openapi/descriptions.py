"""Descriptions of the fields of bodies and of parameters, from the catalogue of the contracts."""

from collections.abc import Mapping

from services.contracts.fields import field_description
from services.kernel.openapi.parts import Json


def describe_fields(schemas: Mapping[str, object]) -> None:
    """Give every property of the document's schemas its description in the catalogue; one that has its own keeps it."""
    for name, schema in schemas.items():
        properties = schema.get("properties") if isinstance(schema, dict) else None
        for field, described in properties.items() if isinstance(properties, dict) else ():
            _describe(described, name, field)


def describe_parameter(parameter: Json) -> None:
    """Give a parameter its description in the catalogue; one that has its own keeps it."""
    _describe(parameter, str(parameter["in"]), str(parameter["name"]))


def _describe(described: Json, owner: str, field: str) -> None:
    description = field_description(owner, field)
    if description is not None:
        described.setdefault("description", description)
