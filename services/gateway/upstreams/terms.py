"""The gateway's words: services asked, sections, states, comparisons, limits."""

from enum import StrEnum
from typing import Annotated, Final

from fastapi import Path

# A coordination project's page asks three services for each of its rows, so it is shorter than other lists' pages.
MAX_COORDINATIONS: Final = 50
# Headline questions under way at once to each service: one list must not take a whole service.
MAX_AT_ONCE: Final = 8


class SectionStatus(StrEnum):
    """How a part of the answer was got. `hidden`: the caller's rights do not reach it."""

    ok = "ok"
    stale = "stale"
    unavailable = "unavailable"
    hidden = "hidden"


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
