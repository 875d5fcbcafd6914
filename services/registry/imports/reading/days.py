"""The day of a list, as the lines above its header and below its rows name it."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

_DAY: Final = r"(?:(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>20\d\d)|(?P<iso>20\d\d-\d\d-\d\d))(?!\d)"
# The plainest words first: the day of the facts outranks the day of printing. A day may also stand alone.
_STATEMENTS: Final = tuple(
    re.compile(before + _DAY + after, re.IGNORECASE)
    for before, after in (
        (r"\b(?:tilan(?:ne|teessa)|läget|status|as of)\b\D{0,40}", ""),
        (r"\b(?:päivitetty|päivitys|päivityspäivä|uppdaterad|updated)\b\D{0,40}", ""),
        (r"\b(?:poiminta|poimittu|ajettu|tulostettu|luotu|haettu|päiväys|päivämäärä|pvm|utskriven|date)\b\D{0,40}", ""),
        (r"\b\w*(?:lista|luettelo|hankkeet|projektit|förteckning|list)\b\D{0,40}", ""),
        (r"^\W*", r"\W*$"),
    )
)


@dataclass(frozen=True, slots=True)
class NamedDay:
    """A day that a line names, and the rank of the words that name it: a lower rank is plainer."""

    rank: int
    day: date


def named_day(text: str) -> NamedDay | None:
    """Return the day that the line says the list to be of, None where it says none."""
    for rank, statement in enumerate(_STATEMENTS):
        days = [day for match in statement.finditer(text) if (day := _day_of(match))]
        if days:
            return NamedDay(rank, days[-1])
    return None


def plainer(first: NamedDay | None, second: NamedDay | None) -> NamedDay | None:
    """Return the one of lower rank; of equal ranks the later day."""
    both = [named for named in (first, second) if named is not None]
    return min(both, key=lambda named: (named.rank, -named.day.toordinal()), default=None)


def _day_of(match: re.Match[str]) -> date | None:
    try:
        if match["iso"]:
            return date.fromisoformat(match["iso"])
        return date(int(match["y"]), int(match["m"]), int(match["d"]))
    except ValueError:
        return None
