"""Values that a JSON schema allows: each choice, each code and each null of it at least once."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

_FORMATS = {
    "uuid": "0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9d11",
    "date": "2026-11-20",
    "date-time": "2026-11-20T10:00:00Z",
}
# Decimals are texts without a pattern.
_TEXTS = ("1", "12", "fi", "webinar", "maakunta:05", "https://example.org/", "0" * 64)


def samples(schema: Schema, schemas: Mapping[str, Schema]) -> Iterator[Any]:
    """Yield values of the schema; `schemas` are the named ones that it refers to."""
    if "$ref" in schema:
        yield from samples(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    elif choices := schema.get("anyOf", schema.get("oneOf")):
        for choice in choices:
            yield from samples(choice, schemas)
    elif "const" in schema:
        yield schema["const"]
    elif "enum" in schema:
        yield from schema["enum"]
    else:
        yield from _of_type(schema, schemas)


def _of_type(schema: Schema, schemas: Mapping[str, Schema]) -> Iterator[Any]:
    match schema.get("type"):
        case "object":
            yield from _objects(schema, schemas)
        case "array":
            yield []
            yield from ([item] for item in samples(schema["items"], schemas))
        case "string":
            yield _text(schema)
        case "integer" | "number":
            yield max(1, schema.get("minimum", 1))
        case "boolean":
            yield from (True, False)
        case "null":
            yield None
        case _:
            yield "anything"


def _objects(schema: Schema, schemas: Mapping[str, Schema]) -> Iterator[dict[str, Any]]:
    """Yield an object with the first value of each property, then one for each further value."""
    if "properties" not in schema:
        inner = next(iter(schema.get("patternProperties", {}).values()), schema.get("additionalProperties", {}))
        yield {"fi": next(samples(inner if isinstance(inner, Mapping) else {}, schemas))}
        return
    values = {name: list(samples(inner, schemas)) for name, inner in schema["properties"].items()}
    first = {name: some[0] for name, some in values.items()}
    yield first
    for name, some in values.items():
        yield from ({**first, name: value} for value in some[1:])


def _text(schema: Schema) -> str:
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    known = [text for text in (*schema.get("examples", ()), *_TEXTS) if fitting_text(text, schema)]
    assert known, f"no sample fits {schema}"
    return known[0]


def fitting_text(text: object, schema: Schema) -> bool:
    """Return whether the schema of a string allows the text."""
    return (
        isinstance(text, str)
        and schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", len(text))
        and re.search(schema.get("pattern", ""), text) is not None
    )
