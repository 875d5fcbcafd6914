"""Full rows: JSON of a model in which every field has a value, every language and open key, and every list items."""

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from tests.contract.samples import fitting_text

Schema = Mapping[str, Any]

LANGUAGES = ("fi", "sv", "en", "se", "so", "zh-Hant")
ITEMS = 3


class _Marked(GenerateJsonSchema):
    def decimal_schema(self, schema: Any) -> dict[str, Any]:  # noqa: ARG002 - Its signature.
        return {"type": "string", "format": "decimal"}


class FullRows:
    """Rows of a model, no two texts or numbers of them the same."""

    def __init__(self, model: type[BaseModel]) -> None:
        self._schema = model.model_json_schema(mode="serialization", schema_generator=_Marked)
        self._model, self._numbers = model, count(1)

    def some(self, rows: int) -> list[Any]:
        """This many rows."""
        return [self._model.model_validate(self._value(self._schema)) for _ in range(rows)]

    def _value(self, schema: Schema) -> Any:
        if "$ref" in schema:
            return self._value(self._schema["$defs"][schema["$ref"].rpartition("/")[2]])
        if choices := schema.get("anyOf", schema.get("oneOf")):
            real = [choice for choice in choices if choice.get("type") != "null"]
            return self._value(real[next(self._numbers) % len(real)])
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return schema["enum"][next(self._numbers) % len(schema["enum"])]
        return self._of_type(schema)

    def _of_type(self, schema: Schema) -> Any:
        match schema.get("type"):
            case "object":
                return dict(self._members(schema))
            case "array":
                return [self._value(schema["items"]) for _ in range(ITEMS)]
        return self._scalar(schema, next(self._numbers))

    def _scalar(self, schema: Schema, number: int) -> Any:
        match schema.get("type"):
            case "string":
                return self._text(schema, number)
            case "integer":
                return max(number, schema.get("minimum", 0))
            case "number":
                return number + 0.25
            case "boolean":
                return number % 2 == 0
        return {f"avain {number}": [number, f"arvo {number}"]}

    def _members(self, schema: Schema) -> Iterator[tuple[str, Any]]:
        for name, inner in schema.get("properties", {}).items():
            yield name, self._value(inner)
        for inner in schema.get("patternProperties", {}).values():
            yield from ((language, self._value(inner)) for language in LANGUAGES)
        if isinstance(inner := schema.get("additionalProperties"), Mapping):
            yield from ((key, self._value(inner)) for key in ("fi", "se", "Myönnetty EU", f"k{next(self._numbers)}"))

    def _text(self, schema: Schema, number: int) -> str:
        match schema.get("format"):
            case "uuid":
                return f"0192f0c1-7a52-7cc0-8f3c-{number:012d}"
            case "date":
                return f"20{number % 90 + 10}-02-{number % 28 + 1:02d}"
            case "date-time":
                return f"20{number % 90 + 10}-07-{number % 28 + 1:02d}T21:{number % 60:02d}:30.123Z"
            case "decimal":
                return f"{number}00.50"
        # Names are of one line.
        texts = (f"=teksti; {number}|" + ("" if "maxLength" in schema else "\nä"), f"teksti {number}")
        return next((text for text in texts if fitting_text(text, schema)), "") or self._known(schema)

    def _known(self, schema: Schema) -> str:
        return next(text for text in (*schema.get("examples", ()), "fi", "maakunta:05") if fitting_text(text, schema))
