"""Layouts: the places of a list's rows that hold values, by the model of the rows and by the rows themselves."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, reduce
from typing import Final

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from services.contracts.words import LANGUAGES
from services.kernel.text import LANGUAGE_TAG

Path = tuple[str, ...]
# Field with open keys → its known keys, and the type of each one's values.
KnownMembers = Mapping[str, Mapping[str, type]]
NO_KNOWN_MEMBERS: Final[KnownMembers] = {}
# The known members of a text by language, where the model takes any key.
BY_LANGUAGE: Final[Mapping[str, type]] = dict.fromkeys(LANGUAGES, str)


class Kind(StrEnum):
    """The meaning of a JSON string. Numbers and booleans of JSON mean themselves."""

    text = "text"
    decimal = "decimal"
    day = "day"
    instant = "instant"


_KINDS: Final = {"decimal": Kind.decimal, "date": Kind.day, "date-time": Kind.instant}


@dataclass(slots=True)
class Place:
    """A place in rows: it holds values (`kind`), named members, a list of objects (`items`), or, in a union, several.

    `others` is the shape of members whose names only the rows know. Where the place is `open`, the rows tell what it
    holds. `many` values of one row are a list of scalars.
    """

    kind: Kind | None = None
    many: bool = False
    members: dict[str, "Place"] = field(default_factory=dict)
    others: "Place | None" = None
    items: "Place | None" = None
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
        """Make room for a value that is going to be written."""
        if isinstance(value, dict):
            for name, inner in value.items():
                self._member(name).grow(inner)
        elif isinstance(value, list) and not is_plain(value):
            self.items = self.items or Place()
            self.longest = max(self.longest, len(value))
            for inner in value:
                self.items.grow(inner)
        elif value is not None and value != []:
            self.kind = self.kind or Kind.text

    def _member(self, name: str) -> "Place":
        if name not in self.members:
            self.members[name] = deepcopy(self.others) if self.others else Place()
        return self.members[name]


def is_plain(values: Sequence[object]) -> bool:
    """Return whether all values are scalars, which have one cell together."""
    return not any(isinstance(value, dict | list) for value in values)


class _Schema(GenerateJsonSchema):
    """The JSON schema of rows, in which decimals are not simply strings."""

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:  # noqa: ARG002 - Its signature.
        return {"type": "string", "format": "decimal"}


def layout_of(model: type[BaseModel], known: KnownMembers = NO_KNOWN_MEMBERS) -> Place:
    """Return a fresh layout of the model's JSON rows, with columns for the known members of fields with open keys."""
    place = _place_of_type(model)
    for name, members in known.items():
        place.members[name].members |= {member: _place_of_type(kind) for member, kind in members.items()}
    return place


def _place_of_type(kind: type) -> Place:
    return deepcopy(_described(kind))


@cache
def _described(kind: type) -> Place:
    schema = TypeAdapter(kind).json_schema(mode="serialization", schema_generator=_Schema)
    definitions = schema.get("$defs", {})
    return _place(schema, definitions, ())


def _place(schema: Mapping[str, object], definitions: Mapping[str, Mapping[str, object]], above: Path) -> Place:
    match schema:
        case {"$ref": str(address)}:
            name = address.rpartition("/")[2]
            # Of a model within itself, the rows tell how deep it goes.
            return Place(open=True) if name in above else _place(definitions[name], definitions, (*above, name))
        case {"anyOf": list(choices)} | {"oneOf": list(choices)} | {"allOf": list(choices)}:
            return reduce(_merged, (_place(choice, definitions, above) for choice in choices))
        case {"type": "object"}:
            return _object(schema, definitions, above)
        case {"type": "array"}:
            return _array(schema, definitions, above)
    return _scalar(schema)


def _scalar(schema: Mapping[str, object]) -> Place:
    match schema:
        case {"type": "null"}:
            return Place()
        case {"type": _} | {"const": _} | {"enum": _}:
            return Place(_KINDS.get(str(schema.get("format")), Kind.text))
    return Place(Kind.text, open=True)


def _object(schema: Mapping[str, object], definitions: Mapping[str, Mapping[str, object]], above: Path) -> Place:
    place = Place()
    match schema:
        case {"properties": dict(fields)}:
            place.members = {name: _place(inner, definitions, above) for name, inner in fields.items()}
    match schema:
        case {"patternProperties": dict(patterns)}:
            place.others = reduce(_merged, (_place(inner, definitions, above) for inner in patterns.values()))
            if LANGUAGE_TAG in patterns:
                place.members = {language: deepcopy(place.others) for language in LANGUAGES}
        case {"additionalProperties": dict(inner)}:
            place.others = _place(inner, definitions, above)
        case {"additionalProperties": True}:
            place.others = Place(open=True)
        case _ if not place.members:
            place.others = Place(open=True)
    return place


def _array(schema: Mapping[str, object], definitions: Mapping[str, Mapping[str, object]], above: Path) -> Place:
    choices: list[Mapping[str, object]] = []
    match schema:
        case {"prefixItems": list(first)}:
            choices += first
    match schema:
        case {"items": dict(every)}:
            choices.append(every)
    item = reduce(_merged, (_place(choice, definitions, above) for choice in choices or [{}]))
    scalar = item.kind and not (item.many or item.members or item.others or item.items)
    return Place(item.kind, many=True, open=item.open) if scalar else Place(items=item)


def _merged(one: Place, other: Place) -> Place:
    """Return the place of a value that is one or the other."""
    kinds = {place.kind for place in (one, other) if place.kind}
    names = dict.fromkeys((*one.members, *other.members))
    return Place(
        kind=kinds.pop() if len(kinds) == 1 else Kind.text if kinds else None,
        many=one.many or other.many,
        members={name: _either(one.members.get(name), other.members.get(name)) or Place() for name in names},
        others=_either(one.others, other.others),
        items=_either(one.items, other.items),
        open=one.open or other.open,
    )


def _either(one: Place | None, other: Place | None) -> Place | None:
    return _merged(one, other) if one and other else one or other


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file: its path in the rows, and what its strings mean."""

    path: Path
    kind: Kind


def columns(place: Place, path: Path = (), *, numbered: bool) -> Iterator[Column]:
    """Yield the columns; the objects of a list have columns with numbers, or none."""
    if place.kind:
        yield Column(path, place.kind)
    for name, member in place.members.items():
        yield from columns(member, (*path, name), numbered=numbered)
    if place.items and numbered:
        for number in range(1, place.longest + 1):
            yield from columns(place.items, (*path, str(number)), numbered=True)


def values(place: Place, value: object, *, numbered: bool) -> list[object]:
    """Return the values of a row, or of a part of one, in the order of `columns`."""
    found: list[object] = []
    _gather(found, place, value, numbered=numbered)
    return found


def _gather(found: list[object], place: Place, value: object, *, numbered: bool) -> None:
    if place.kind:
        found.append(None if isinstance(value, dict | list) and not _has_cell(value) else value)
    if place.members:
        inner = value if isinstance(value, dict) else {}
        for name, member in place.members.items():
            _gather(found, member, inner.get(name), numbered=numbered)
    if place.items and numbered:
        entries = objects(place, value)
        for number in range(place.longest):
            _gather(found, place.items, entries[number] if number < len(entries) else None, numbered=True)


def _has_cell(value: object) -> bool:
    return isinstance(value, list) and is_plain(value)


def objects(place: Place, value: object) -> Sequence[object]:
    """Return the list of objects that a value is, or nothing."""
    plain_column = place.kind is not None
    if not isinstance(value, list) or (plain_column and is_plain(value)):
        return ()
    return value


def lists(place: Place, path: Path = ()) -> Iterator[tuple[Path, Place]]:
    """Yield the lists of objects in a row, but not those in objects of such lists, with their paths."""
    if place.items:
        yield path, place
    for name, member in place.members.items():
        yield from lists(member, (*path, name))


def value_at(value: object, path: Path) -> object:
    """Return the value at the path, or None."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value
