"""Repair of lines whose commas were never quoted.

The last four numbers and the two dates are the anchors of a row; the programme part, followed by the axis, separates
the name from the authority. A line in which an anchor is missing or fits two places is beyond repair: no cell is ever
shifted.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

from services.registry.projects.list_fields import is_programme_part

from .reading.formats import BeyondRepair

COLUMNS: Final = 14
_AMOUNTS: Final = 4
Anchor = Callable[[Sequence[str], int], bool]
_DAY = re.compile(r"\s*\d{1,2}\.\d{1,2}\.\d{4}\s*")
_AMOUNT = re.compile(r"\s*-?\d+(\.\d{1,2})?\s*")
_AXIS = re.compile(r"\s*\d{1,2}\s*")


def repair(line: str) -> list[str]:
    """Return the fourteen cells of a line. Raises BeyondRepair."""
    cells = line.rstrip("\r\n").split(",")
    head, amounts = cells[:-_AMOUNTS], cells[-_AMOUNTS:]
    if not all(_AMOUNT.fullmatch(cell) for cell in amounts) or len(cells) < COLUMNS:
        raise BeyondRepair("the line does not end in four amounts")
    start = _only_place(head, _dates_at, "the two dates")
    part = _only_place(head[: start - 1], _part_at, "the programme part")
    beneficiary = head[start + 2 :]
    if not beneficiary or _AMOUNT.fullmatch(beneficiary[-1]):
        # A fifth number might be an amount with a decimal comma: then the last four are not the amounts.
        raise BeyondRepair("more numbers than four amounts end the line")
    return [
        head[0],
        head[1],
        ",".join(head[2:part]),
        head[part],
        head[part + 1],
        ",".join(head[part + 2 : start - 1]),
        head[start - 1],
        head[start],
        head[start + 1],
        ",".join(beneficiary),
        *amounts,
    ]


def _only_place(cells: Sequence[str], is_at: Anchor, what: str) -> int:
    places = [place for place in range(2, len(cells) - 1) if is_at(cells, place)]
    if len(places) != 1:
        raise BeyondRepair(f"the place of {what} is {'ambiguous' if places else 'missing'}")
    return places[0]


def _dates_at(cells: Sequence[str], place: int) -> bool:
    return bool(_DAY.fullmatch(cells[place]) and _DAY.fullmatch(cells[place + 1]))


def _part_at(cells: Sequence[str], place: int) -> bool:
    return is_programme_part(cells[place].strip()) and bool(_AXIS.fullmatch(cells[place + 1]))
