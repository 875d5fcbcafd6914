"""The measures' names: Finnish from the catalogue, Swedish and English from our own translation."""

import csv
from functools import cache

from services.kernel.measures import catalogue
from services.kernel.settings import DATA


@cache
def measure_names() -> dict[str, dict[str, str]]:
    """By key: the name in fi, sv and en."""
    with (DATA / "measure_names.csv").open(encoding="utf-8", newline="") as file:
        translated = {row["key"]: {"sv": row["sv"], "en": row["en"]} for row in csv.DictReader(file)}
    return {row.key: {"fi": row.name_fi, **translated[row.key]} for row in catalogue()}
