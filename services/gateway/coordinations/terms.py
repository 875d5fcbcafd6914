"""Vocabulary of the dashboard: limits, comparisons and the parameters of its addresses."""

from enum import StrEnum
from typing import Annotated, Final

from fastapi import Path

# The list of coordination projects sends three requests for each of its rows, so its pages are shorter than others.
MAX_COORDINATIONS: Final = 50
# For so many coordination projects of a list figures are requested at once: a list must not overload a service.
MAX_AT_ONCE: Final = 8

# A series sends one request for each of its periods.
MAX_SERIES: Final = 12


class Compare(StrEnum):
    """The period that figures are compared with."""

    previous = "previous"
    same_last_year = "same-last-year"


Ref = Annotated[
    str,
    Path(
        min_length=2,
        max_length=80,
        pattern=r"^[A-Za-z0-9-]+$",
        description="The coordination project's id or slug",
        examples=["parempi-tyoelama"],
    ),
]
MeasureKey = Annotated[
    str, Path(min_length=1, max_length=40, pattern=r"^[a-z0-9_]+$", description="A measure's key", examples=["coffee"])
]
