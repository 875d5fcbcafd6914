"""The codes of Vipu's own code lists. The registry serves them, and other services count by them."""

import csv
from functools import cache
from pathlib import Path
from typing import Final

OWN_CODES: Final = Path(__file__).parent / "data" / "codes_vipu.csv"


def theme_codes() -> frozenset[str]:
    """Return the codes of the scheme `theme`."""
    return _codes_of("theme")


def organisation_kind_codes() -> frozenset[str]:
    """Return the codes of the scheme `organisation_kind`, those of ended kinds among them."""
    return _codes_of("organisation_kind")


@cache
def _codes_of(scheme: str) -> frozenset[str]:
    with OWN_CODES.open(encoding="utf-8", newline="") as file:
        return frozenset(row["code"] for row in csv.DictReader(file) if row["scheme"] == scheme)
