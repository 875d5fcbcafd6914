"""Examples of request bodies, made of the examples, choices and bounds that their fields state."""

import re
from collections.abc import Mapping
from typing import Final

_BY_FORMAT: Final = {
    "uuid": "0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9d11",
    "date-time": "2026-11-20T07:00:00Z",
    "date": "2026-11-20",
    "time": "09:00:00",
    "email": "kirjaamo@example.org",
    "uri": "https://www.example.org/",
    "duration": "PT1H",
}
_TEXT: Final = "Esimerkki"
# The texts that are tried in turn where a field has a pattern but no example.
_PATTERNED: Final = (_TEXT, "esimerkki", "fi", "2026S2", "maakunta:06", "https://www.example.org/", "1")
# Schemas may contain themselves; examples end at this depth.
_DEEPEST: Final = 8


def example_of(schema: Mapping[str, object], schemas: Mapping[str, object]) -> object:
    """Make a value that the schema accepts; an object has the fields that are required or state an example.

    `schemas` are the components of the document. A field with an unusual pattern must state an example.
    """
    return _example(schema, schemas, 0)


def _example(schema: Mapping[str, object], schemas: Mapping[str, object], depth: int) -> object:
    schema = _resolved(schema, schemas)
    stated = _stated(schema)
    if stated is not None:
        return stated
    for choice in ("anyOf", "oneOf", "allOf"):
        options = schema.get(choice)
        if isinstance(options, list) and options:
            return _example(options[0], schemas, depth)
    return _of_type(schema, schemas, depth)


def _of_type(schema: Mapping[str, object], schemas: Mapping[str, object], depth: int) -> object:
    match schema.get("type"):
        case "object":
            return _object(schema, schemas, depth)
        case "array":
            return _array(schema, schemas, depth)
        case "string":
            return _text(schema)
        case "integer" | "number":
            return _number(schema)
        case kind:
            return kind == "boolean" or None


def _resolved(schema: Mapping[str, object], schemas: Mapping[str, object]) -> Mapping[str, object]:
    reference = schema.get("$ref")
    if not isinstance(reference, str):
        return schema
    target = schemas[reference.rpartition("/")[2]]
    assert isinstance(target, dict)
    return _resolved({**target, **{name: value for name, value in schema.items() if name != "$ref"}}, schemas)


def _stated(schema: Mapping[str, object]) -> object:
    examples = schema.get("examples")
    if isinstance(examples, list) and examples:
        return examples[0]
    if "const" in schema:
        return schema["const"]
    choices = schema.get("enum")
    return choices[0] if isinstance(choices, list) and choices else schema.get("example")


def _object(schema: Mapping[str, object], schemas: Mapping[str, object], depth: int) -> dict[str, object]:
    properties, required = schema.get("properties"), schema.get("required", [])
    if not isinstance(properties, dict) or not isinstance(required, list):
        return _mapping(schema, schemas, depth)
    # An empty patch would show nothing, so where no field is required the example has the first one.
    shown = [name for name in properties if name in required or "examples" in _resolved(properties[name], schemas)]
    shown = shown or list(properties)[:1]
    if depth > _DEEPEST:
        shown = [name for name in shown if name in required]
    return {name: _example(properties[name], schemas, depth + 1) for name in shown}


def _mapping(schema: Mapping[str, object], schemas: Mapping[str, object], depth: int) -> dict[str, object]:
    values = schema.get("additionalProperties")
    return {"fi": _example(values, schemas, depth + 1)} if isinstance(values, dict) else {}


def _array(schema: Mapping[str, object], schemas: Mapping[str, object], depth: int) -> list[object]:
    items = schema.get("items")
    if not isinstance(items, dict) or depth > _DEEPEST:
        return []
    return [_example(items, schemas, depth + 1)]


def _text(schema: Mapping[str, object]) -> str:
    form = schema.get("format")
    if isinstance(form, str) and form in _BY_FORMAT:
        return _BY_FORMAT[form]
    pattern = schema.get("pattern")
    if isinstance(pattern, str):
        return next((text for text in _PATTERNED if re.search(pattern, text)), _TEXT)
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength", len(_TEXT))
    assert isinstance(shortest, int) and isinstance(longest, int)  # noqa: PT018 - Both are lengths.
    return _TEXT.ljust(shortest, "i")[: max(longest, shortest)]


def _number(schema: Mapping[str, object]) -> int | float:
    least = schema.get("minimum", schema.get("exclusiveMinimum", 0))
    assert isinstance(least, int | float)
    most = schema.get("maximum", least + 1)
    assert isinstance(most, int | float)
    return most if most < least + 1 else max(1, least) if "minimum" in schema else least + 1
