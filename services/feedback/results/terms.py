"""Vocabulary of results: the disclosure rule of the event profile."""

from enum import StrEnum
from fractions import Fraction
from typing import Final

from services.contracts.disclosure import MIN_CELL_COUNT

# Profile `event`: below SHOWN_FROM nothing, below EXACT_FROM a mean to one decimal. Both may only be raised.
SHOWN_FROM: Final = MIN_CELL_COUNT
EXACT_FROM: Final = 10
# How near the end of a scale a small group's mean may be shown: 1.4 and 4.6 on a scale of 1 to 5.
BLUR: Final = Fraction(1, 10)
# The share of people with one answer from which only this bound is shown.
NEARLY_ALL: Final = Fraction(9, 10)
# The share of the people of a class with one answer from which a question that shows the class is hidden. It is so much
# below NEARLY_ALL that a class whose question is hidden need not agree: of the least classes, four of five people do.
CLASS_AGREES_FROM: Final = Fraction(4, 5)
# The question whose mean is the survey's headline figure, and the one whose net promoter score is.
OVERALL: Final = "overall"
RECOMMEND: Final = "recommend"


class ResultState(StrEnum):
    """How far the release of a survey's results has come, or that its answers were lost before it."""

    collecting = "collecting"
    computing = "computing"
    hidden = "hidden"
    released = "released"
    answers_lost = "answers_lost"


class CellState(StrEnum):
    """Whether a cell is shown. A hidden cell, an empty one and one hidden by secondary suppression look the same."""

    shown = "shown"
    suppressed = "suppressed"


class Bound(StrEnum):
    """Whether a figure is itself or only a bound on it."""

    exact = "exact"
    at_most = "at_most"
    at_least = "at_least"
