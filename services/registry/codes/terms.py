"""Vocabulary of code lists."""

from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

# A code list's name; the year is part of it where a list has editions.
Scheme = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", min_length=1, max_length=40)]
# A code with its scheme in one text, for addresses: `maakunta:05`. Never a code without its scheme.
SchemeAndCode = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}:[A-Za-z0-9._:+-]{1,64}$", max_length=105)
]


class LinkKind(StrEnum):
    """The kind of a step of the crosswalk.

    `same` and `renamed`: one area under two codes. `merged`: the old area became part of a larger one. `split`: the
    old area was divided among several.
    """

    same = "same"
    merged = "merged"
    divided = "split"
    renamed = "renamed"
