"""Vocabulary of code lists."""

from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

from services.kernel.text import Code

# A code list's name; the year is part of it where a list has editions.
Scheme = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", min_length=1, max_length=40)]
# A code with its scheme in one text, for addresses: `maakunta:05`. Never a code without its scheme.
SchemeAndCode = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}:[A-Za-z0-9._:+-]{1,64}$", max_length=105)
]

__all__ = ["AreaScheme", "Code", "LinkKind", "Scheme", "SchemeAndCode", "split_code"]


class AreaScheme(StrEnum):
    """The code lists whose codes are areas."""

    maakunta = "maakunta"
    kunta = "kunta"
    ely = "ely"
    elinvoimakeskus = "elinvoimakeskus"
    hyvinvointialue = "hyvinvointialue"
    tyollisyysalue = "tyollisyysalue"
    yhteistyoalue = "yhteistyoalue"
    suuralue = "suuralue"
    avi = "avi"
    nuts1_2021 = "nuts1_2021"
    nuts2_2021 = "nuts2_2021"
    nuts3_2021 = "nuts3_2021"
    nuts1_2024 = "nuts1_2024"
    nuts2_2024 = "nuts2_2024"
    nuts3_2024 = "nuts3_2024"


class LinkKind(StrEnum):
    """How a code came to be another one.

    `same` and `renamed` are one area under two codes; `merged` went wholly into a larger one; `split` in part.
    """

    same = "same"
    merged = "merged"
    divided = "split"
    renamed = "renamed"


def split_code(text: str) -> tuple[str, str]:
    """`maakunta:05` as scheme and code."""
    scheme, _, code = text.partition(":")
    return scheme, code
