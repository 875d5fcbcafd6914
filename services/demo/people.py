"""Invented people of invented organisations. Their names are words of nature; their addresses end in `.example`."""

from dataclasses import dataclass
from random import Random

_GIVEN = ("Havu", "Kaisla", "Lumi", "Meri", "Pilvi", "Sade", "Tuuli", "Usva", "Vaahtera", "Kanerva", "Lehto", "Routa")
_FAMILY = (
    "Esimerkki", "Keksitty", "Kuviteltu", "Malli", "Näyte", "Oletettu", "Sepitetty", "Tarina", "Testaaja", "Vertaus",
)  # fmt: skip
PLACES = ("Aapala", "Hilla", "Jänkä", "Kataja", "Lakka", "Mustikka", "Pihlaja", "Rahka", "Suvanto", "Vanamo")
_SORTS = ("-hanke", "n kunta", "n kehitys Oy", "n ammattiopisto", "n yhdistys ry", "n yrittäjät", "n säätiö")


@dataclass(frozen=True, slots=True)
class Person:
    """An invented person."""

    name: str
    email: str
    organisation: str
    language: str


def invent_people(chance: Random, count: int) -> list[Person]:
    """Return this many different people; the same ones for the same seed."""
    organisations = [place + sort for place in PLACES for sort in _SORTS]
    return [_person(chance, organisations, number) for number in range(1, count + 1)]


def _person(chance: Random, organisations: list[str], number: int) -> Person:
    return Person(
        name=f"{chance.choice(_GIVEN)} {chance.choice(_FAMILY)} {number}",
        email=f"henkilo{number}@keksitty.example",
        # A few organisations send many people, many send one.
        organisation=organisations[min(int(chance.expovariate(0.06)), len(organisations) - 1)],
        language=chance.choices(("fi", "sv", "en"), (88, 8, 4))[0],
    )
