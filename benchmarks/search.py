"""How fast search answers over all projects: two hundred questions once, and twenty search texts again and again."""

import asyncio
import csv
from pathlib import Path

from benchmarks.measuring import arguments, one_after_another, print_machine, print_times

TRUTH = Path(__file__).parents[1] / "tests" / "data" / "search_truth.csv"
SEARCH_TEXTS = (
    "osaaminen", "työhyvinvointi", "yrittäjyyden edistäminen", "S10370", "muutosturva", "nuorten työllistyminen",
    "maahanmuuttajat", "kehittämishanke", "koulutus", "osamisen", "tietotekniikka", "Lappi", "Pirkanmaa", "yritys",
    "työelämä", "hyvinvointi työssä", "matkailu", "kuntoutus", "projekt", "xyzzy",
)  # fmt: skip


def questions() -> list[str]:
    """Return the questions of the list that the tests judge search by: four forms of each word."""
    with TRUTH.open(encoding="utf-8") as file:
        return [row["question"] for row in csv.DictReader(file, delimiter=";")]


async def main() -> None:
    """Send one search after another."""
    target, options = arguments(str(__doc__), rounds=(10, 200, "Times that each search is repeated"))
    print_machine()
    async with target.client(headers=target.bearer("--role", "coordinator")) as client:
        once, first, again = [], [], []
        slowest = (0.0, "")
        for question in questions():
            once += await one_after_another(client, "/api/registry/v1/search", 1, q=question)
        for text in SEARCH_TEXTS:
            first += await one_after_another(client, "/api/registry/v1/search", 1, q=text)
        for text in SEARCH_TEXTS:
            took = await one_after_another(client, "/api/registry/v1/search", options.rounds, q=text)
            again += took
            slowest = max(slowest, (sorted(took)[len(took) // 2], text))
        print_times(f"{len(once)} questions, each once", once)
        print_times("search, first time", first)
        print_times("search, again", again)
        print(f"the slowest search text by its median: {slowest[1]!r}, {slowest[0] * 1000:.1f} ms")


asyncio.run(main())
