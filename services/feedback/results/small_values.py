"""Small values: answers that so few people gave that their number is not shown, and looks like none."""

from collections.abc import Collection

from services.contracts.disclosure import is_small

from .tallying import Column, Value
from .terms import SHOWN_FROM


def shown_values(column: Column, *, adds_up: bool) -> frozenset[Value]:
    """Return the values that enough people gave for their number to be shown.

    `adds_up`: each person gave one value, so the people of the other values are what is left of all. Where these are
    few, the value with the fewest people is not shown either (secondary suppression).
    """
    shown = {value for value in column.values if min(_people(column, [value])) >= SHOWN_FROM}
    if not adds_up:
        return frozenset(shown)
    while shown and any(map(is_small, _people(column, column.values.keys() - shown))):
        shown.remove(min(shown, key=lambda value: (column.values[value], str(value))))
    return frozenset(shown)


def _people(column: Column, values: Collection[Value]) -> tuple[int, int]:
    """Return how many people gave one of the values, and how many independent ones."""
    people, independents = (sum(n[value] for value in values) for n in (column.values, column.independent_values))
    return people, independents
