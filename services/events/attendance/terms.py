"""Vocabulary of attendance."""

from enum import StrEnum
from typing import Final


class Outcome(StrEnum):
    """The outcome of one mark."""

    marked = "marked"
    unchanged = "unchanged"
    not_found = "not_found"


MAX_BULK: Final = 500
MAX_HEADCOUNT: Final = 1_000_000
