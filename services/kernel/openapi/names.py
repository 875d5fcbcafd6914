"""Names of schemas: letters and digits alone, with the same title, because client generators name classes after it."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from services.kernel.openapi.parts import Json, JsonValue

REFERENCE: Final = "#/components/schemas/"
_NOT_PLAIN: Final = re.compile(r"[^A-Za-z0-9]+")


def with_plain_names(document: Json) -> Json:
    """Rename `Page_CodeRead_` to `PageCodeRead`, `Area-Input` to `AreaInput`, and so on. Returns the new document."""
    return renamed(document, {name: _NOT_PLAIN.sub("", name) for name in schemas_of(document)})


def renamed(document: Json, names: Mapping[str, str]) -> Json:
    """Rename schemas and set their titles. Returns the new document.

    Raises: ValueError if two schemas would have the same name.
    """

    def change(text: str) -> str:
        name = text.removeprefix(REFERENCE)
        return f"{REFERENCE}{names[name]}" if text.startswith(REFERENCE) and name in names else text

    schemas: Json = {}
    for name, schema in schemas_of(document).items():
        new = names.get(name, name)
        if new in schemas:
            raise ValueError(f"two schemas are called {new}")
        schemas[new] = {**schema, "title": new} if isinstance(schema, dict) and name in names else schema
    components = document.get("components")
    assert isinstance(components, dict)
    changed = _mapped({**document, "components": {**components, "schemas": schemas}}, change)
    assert isinstance(changed, dict)
    return changed


def schemas_of(document: Json) -> Json:
    """Return the document's schemas by name."""
    components = document.get("components")
    schemas = components.get("schemas") if isinstance(components, dict) else None
    return schemas if isinstance(schemas, dict) else {}


def _mapped(value: JsonValue, change: Callable[[str], str]) -> JsonValue:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _mapped(inner, change) for key, inner in value.items()}
    if isinstance(value, list):
        return [_mapped(inner, change) for inner in value]
    return value
