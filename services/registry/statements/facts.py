"""Facts in the form of statements: each line under its key, each value in its one normal form."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from services.kernel.background.messages import JsonValue
from services.kernel.text import pick

from .terms import DERIVED_MEMBERS, GROUP_MEMBERS, KEY_MEMBERS, ONLY, RANKS, SINGLE, STATE, TEXTS, Facts

Line = dict[str, JsonValue]
# Between the members of a key. No text has this control character.
SEPARATOR: Final = "\x1f"
# Decimals have one form, so that `620000` and `620000.00` are the same amount.
_DECIMALS: Final = {"amount": Decimal("0.01"), "share": Decimal("0.0001")}


def key_of(field: str, line: Mapping[str, JsonValue]) -> str:
    """Return the key of a line of a list: its members in the order of `KEY_MEMBERS`.

    The key of a milestone has the name in the language that is shown first.
    """
    return SEPARATOR.join(_plain(line.get(member)) for member in KEY_MEMBERS[field])


def _plain(member: JsonValue) -> str:
    if isinstance(member, dict):
        return pick({tag: str(text) for tag, text in member.items()})[0]
    return "" if member is None else str(member)


def members_of(field: str, key: str) -> Line:
    """Return the members that a key is made of."""
    return {name: value or None for name, value in zip(KEY_MEMBERS[field], key.split(SEPARATOR), strict=True)}


def group_of(field: str, key: str) -> str:
    """Return the part of the key that is one field in a list: a newer list replaces all its lines."""
    return SEPARATOR.join(key.split(SEPARATOR)[: GROUP_MEMBERS.get(field)])


def rank_of(key: str) -> int:
    """Return the place of a line of a list among the others, by the first member of its key."""
    return RANKS.get(key.partition(SEPARATOR)[0], len(RANKS))


def value_of(field: str, line: Mapping[str, JsonValue]) -> Line:
    """Return what a line says beside its key, without the members that are null."""
    # The name of a milestone is in its key only in one language.
    in_key = {"first_on"} if field == "milestones" else set(KEY_MEMBERS[field])
    return {
        name: _normal(name, value)
        for name, value in line.items()
        if value is not None and name not in in_key and name not in DERIVED_MEMBERS
    }


def _normal(name: str, value: JsonValue) -> JsonValue:
    return str(Decimal(str(value)).quantize(_DECIMALS[name])) if name in _DECIMALS else value


def lines(field: str, listed: Iterable[Mapping[str, JsonValue]]) -> dict[str, JsonValue]:
    """Return the lines of a list by their keys. Of two lines with one key the last one stays."""
    return {key_of(field, line): value_of(field, line) for line in listed}


def line_of(field: str, key: str, value: JsonValue) -> Line:
    """Return a line as it is shown: its key's members and what is said beside them."""
    if not isinstance(value, dict):
        raise TypeError(field)
    return {**members_of(field, key), **value}


def facts_of(values: Mapping[str, JsonValue]) -> Facts:
    """Return the fields of a project's document in the form of statements. An empty value says nothing.

    Fields that are no statements, such as `identifiers`, are left out.
    """
    facts: Facts = {}
    for field in (*SINGLE, STATE):
        if values.get(field) is not None:
            facts[field] = {ONLY: values[field]}
    for field in (*TEXTS, *KEY_MEMBERS):
        said = _many(field, values.get(field))
        if said:
            facts[field] = said
    return facts


def _many(field: str, value: JsonValue) -> dict[str, JsonValue]:
    if isinstance(value, dict):
        return {tag: text for tag, text in value.items() if text is not None}
    if isinstance(value, list):
        return lines(field, [line for line in value if isinstance(line, dict)])
    return {}
