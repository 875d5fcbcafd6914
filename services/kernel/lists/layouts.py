"""Layouts: the columns of a list's file, by the JSON schema of its rows and, where it leaves them open, by the rows."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, reduce
from typing import Final

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema, to_json

from services.contracts.words import LANGUAGES
from services.kernel.text import LANGUAGE_TAG

Path = tuple[str, ...]
# Field with open keys → its known keys, and the type of each one's values.
KnownMembers = Mapping[str, Mapping[str, type]]
NO_KNOWN_MEMBERS: Final[KnownMembers] = {}
# The known members of a text by language, where the model takes any key.
BY_LANGUAGE: Final[Mapping[str, type]] = dict.fromkeys(LANGUAGES, str)


class Kind(StrEnum):
    """The meaning of a JSON string. Numbers and booleans mean themselves."""

    text = "text"
    number = "number"
    decimal = "decimal"
    day = "day"
    instant = "instant"


_BY_TYPE: Final = {"integer": Kind.number, "number": Kind.number, "boolean": Kind.number}
_BY_FORMAT: Final = {"decimal": Kind.decimal, "date": Kind.day, "date-time": Kind.instant}


@dataclass(slots=True)
class Shape:
    """The shape of a value in rows: a scalar (`kind`), an object with members, a list of objects, or any of these.

    `many` scalars are a list that has one cell. `others` is the shape of members whose names only the rows know. The
    rows tell what an `open` shape holds, and how many objects the `longest` list of `items` has.
    """

    kind: Kind | None = None
    many: bool = False
    members: dict[str, "Shape"] = field(default_factory=dict)
    others: "Shape | None" = None
    items: "Shape | None" = None
    longest: int = 1
    open: bool = False

    @property
    def grows(self) -> bool:
        """Whether the columns depend on the rows."""
        return (
            self.open
            or self.others is not None
            or self.items is not None
            or any(member.grows for member in self.members.values())
        )

    def grow(self, value: object) -> None:
        """Add the columns that a value needs."""
        if isinstance(value, dict):
            for name, inner in value.items():
                self._member(name).grow(inner)
        elif isinstance(value, list) and not is_plain(value):
            self.items = self.items or Shape()
            self.longest = max(self.longest, len(value))
            for inner in value:
                self.items.grow(inner)
        elif value is not None and value != []:
            self.kind = self.kind or Kind.text

    def _member(self, name: str) -> "Shape":
        if name not in self.members:
            self.members[name] = deepcopy(self.others) if self.others else Shape()
        return self.members[name]


def is_plain(values: Sequence[object]) -> bool:
    """Return whether all values are scalars, which have one cell."""
    return not any(isinstance(value, dict | list) for value in values)


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


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file: its path in the rows, and what its strings mean."""

    path: Path
    kind: Kind


def columns(shape: Shape, path: Path = (), *, numbered: bool) -> Iterator[Column]:
    """Yield the columns; the objects of a list have columns with numbers, or none."""
    if shape.kind:
        yield Column(path, shape.kind)
    for name, member in shape.members.items():
        yield from columns(member, (*path, name), numbered=numbered)
    if shape.items and numbered:
        for number in range(1, shape.longest + 1):
            yield from columns(shape.items, (*path, str(number)), numbered=True)


def values(shape: Shape, value: object, *, numbered: bool) -> list[object]:
    """Return the values of a row, or of a part of one, in the order of `columns`."""
    found: list[object] = []
    _gather(found, shape, value, numbered=numbered)
    return found


def _gather(found: list[object], shape: Shape, value: object, *, numbered: bool) -> None:
    if shape.kind:
        found.append(_own_value(shape, value))
    if shape.members:
        inner = value if isinstance(value, dict) else {}
        for name, member in shape.members.items():
            _gather(found, member, inner.get(name), numbered=numbered)
    if shape.items and numbered:
        entries = objects(shape, value)
        for number in range(shape.longest):
            _gather(found, shape.items, entries[number] if number < len(entries) else None, numbered=True)


def _own_value(shape: Shape, value: object) -> object:
    """Return the scalars of a value. A value that the schema does not describe is not lost, but returned as JSON."""
    if not isinstance(value, dict | list) or (isinstance(value, list) and is_plain(value)):
        return value
    return None if shape.members or shape.items else to_json(value).decode()


def objects(shape: Shape, value: object) -> Sequence[object]:
    """Return the list of objects that a value is, or nothing."""
    plain_column = shape.kind is not None
    if not isinstance(value, list) or (plain_column and is_plain(value)):
        return ()
    return value


def lists(shape: Shape, path: Path = ()) -> Iterator[tuple[Path, Shape]]:
    """Yield the lists of objects in a row, but not those in objects of such lists, with their paths."""
    if shape.items:
        yield path, shape
    for name, member in shape.members.items():
        yield from lists(member, (*path, name))


def value_at(value: object, path: Path) -> object:
    """Return the value at the path, or None."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value
