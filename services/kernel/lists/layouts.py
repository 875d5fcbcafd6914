"""Layouts: the columns of a list's file, by the JSON schema of its rows and, where it leaves them open, by the rows."""

from collections.abc import Mapping
from copy import deepcopy
from functools import cache, reduce
from typing import Final

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from services.contracts.words import LANGUAGES
from services.kernel.files.shapes import Kind, Path, Shape
from services.kernel.text import LANGUAGE_TAG

# Field with open keys → its known keys, and the type of each one's values.
KnownMembers = Mapping[str, Mapping[str, type]]
NO_KNOWN_MEMBERS: Final[KnownMembers] = {}
# The known members of a text by language, where the model takes any key.
BY_LANGUAGE: Final[Mapping[str, type]] = dict.fromkeys(LANGUAGES, str)


_BY_TYPE: Final = {"integer": Kind.number, "number": Kind.number, "boolean": Kind.number}
_BY_FORMAT: Final = {"decimal": Kind.decimal, "date": Kind.day, "date-time": Kind.instant}


class _Schema(GenerateJsonSchema):
    """The JSON schema of rows, in which decimals are not simply strings."""

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:  # noqa: ARG002 - Its signature.
        return {"type": "string", "format": "decimal"}


def layout_of(model: type[BaseModel], known: KnownMembers = NO_KNOWN_MEMBERS) -> Shape:
    """Return a fresh layout of the model's JSON rows, with columns for the known members of fields with open keys."""
    shape = _shape_of_type(model)
    for name, members in known.items():
        shape.members[name].members |= {member: _shape_of_type(kind) for member, kind in members.items()}
    return shape


def _shape_of_type(kind: type) -> Shape:
    return deepcopy(_described(kind))


@cache
def _described(kind: type) -> Shape:
    schema = TypeAdapter(kind).json_schema(mode="serialization", schema_generator=_Schema)
    definitions = schema.get("$defs", {})
    return _shape(schema, definitions, ())


def _shape(schema: Mapping[str, object], definitions: Mapping[str, Mapping[str, object]], above: Path) -> Shape:
    match schema:
        case {"$ref": str(address)}:
            name = address.rpartition("/")[2]
            # Of a model within itself, the rows tell how deep it goes.
            return Shape(open=True) if name in above else _shape(definitions[name], definitions, (*above, name))
        case {"anyOf": list(choices)} | {"oneOf": list(choices)} | {"allOf": list(choices)}:
            return reduce(_merged, (_shape(choice, definitions, above) for choice in choices))
        case {"type": "object"}:
            return _object(schema, definitions, above)
        case {"type": "array"}:
            return _array(schema, definitions, above)
    return _scalar(schema)


def _scalar(schema: Mapping[str, object]) -> Shape:
    match schema:
        case {"type": "null"}:
            return Shape()
        case {"type": _} | {"const": _} | {"enum": _}:
            plain = _BY_TYPE.get(str(schema.get("type")), Kind.text)
            return Shape(_BY_FORMAT.get(str(schema.get("format")), plain))
    return Shape(Kind.text, open=True)


def _object(schema: Mapping[str, object], definitions: Mapping[str, Mapping[str, object]], above: Path) -> Shape:
    shape = Shape()
    match schema:
        case {"properties": dict(fields)}:
            shape.members = {name: _shape(inner, definitions, above) for name, inner in fields.items()}
    match schema:
        case {"patternProperties": dict(patterns)}:
            shape.others = reduce(_merged, (_shape(inner, definitions, above) for inner in patterns.values()))
            if LANGUAGE_TAG in patterns:
                shape.members = {language: deepcopy(shape.others) for language in LANGUAGES}
        case {"additionalProperties": dict(inner)}:
            shape.others = _shape(inner, definitions, above)
        case {"additionalProperties": True}:
            shape.others = Shape(open=True)
        case _ if not shape.members:
            shape.others = Shape(open=True)
    return shape


def _array(schema: Mapping[str, object], definitions: Mapping[str, Mapping[str, object]], above: Path) -> Shape:
    choices: list[Mapping[str, object]] = []
    match schema:
        case {"prefixItems": list(first)}:
            choices += first
    match schema:
        case {"items": dict(every)}:
            choices.append(every)
    item = reduce(_merged, (_shape(choice, definitions, above) for choice in choices or [{}]))
    scalar = item.kind and not (item.many or item.members or item.others or item.items)
    return Shape(item.kind, many=True, open=item.open) if scalar else Shape(items=item)


def _merged(one: Shape, other: Shape) -> Shape:
    """Return the shape of a value that is one or the other."""
    kinds = {shape.kind for shape in (one, other) if shape.kind}
    # Beside a number, a string can only be what the other one says.
    kinds = kinds - {Kind.number} or kinds
    names = dict.fromkeys((*one.members, *other.members))
    return Shape(
        kind=kinds.pop() if len(kinds) == 1 else Kind.text if kinds else None,
        many=one.many or other.many,
        members={name: _either(one.members.get(name), other.members.get(name)) or Shape() for name in names},
        others=_either(one.others, other.others),
        items=_either(one.items, other.items),
        open=one.open or other.open,
    )


def _either(one: Shape | None, other: Shape | None) -> Shape | None:
    return _merged(one, other) if one and other else one or other
