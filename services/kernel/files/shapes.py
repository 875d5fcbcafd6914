"""Shapes: what the values of JSON rows are, and the columns of a file that has all of them."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from enum import StrEnum

from pydantic_core import to_json

Path = tuple[str, ...]


class Kind(StrEnum):
    """The meaning of a JSON string. Numbers and booleans mean themselves."""

    text = "text"
    number = "number"
    decimal = "decimal"
    day = "day"
    instant = "instant"


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
