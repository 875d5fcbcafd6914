"""Uniform answers: nearly all people gave the same one. Of these only a bound is shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from .tallying import Column, Value
from .terms import CLASS_AGREES_FROM, NEARLY_ALL


@dataclass(frozen=True, slots=True)
class Majority:
    """The values that nearly all people gave. Of all answers, each of them has at least this share."""

    values: frozenset[Value]
    share: Fraction


def majority(column: Column) -> Majority | None:
    """Return the values that nearly all independent people gave, or nearly all people; None without any.

    The share follows from "nearly all" alone, so it does not show whether 90 % or all gave the value. The independent
    people come first: of a bound on all, the organiser could subtract the answers of the others.
    """
    if values := nearly_all(column.independent_values, column.independents):
        return Majority(values, NEARLY_ALL * column.independents / column.n)
    if values := nearly_all(column.values, column.n):
        return Majority(values, NEARLY_ALL)
    return None


def nearly_all(values: Mapping[Value, int], n: int) -> frozenset[Value]:
    """Return the values that nearly all of `n` people gave."""
    return frozenset(value for value, count in values.items() if n and count >= NEARLY_ALL * n)


def agree(values: Mapping[Value, int], n: int) -> bool:
    """Say whether so many of `n` people gave the same value that all of them might have.

    With this share, one person of five to nine may have given another value, and two of ten.
    """
    return any(n and count >= CLASS_AGREES_FROM * n for count in values.values())
