"""Vocabulary of outcomes."""

from enum import StrEnum


class Weight(StrEnum):
    """How far an event dealt with a theme."""

    main = "main"
    touched = "touched"
