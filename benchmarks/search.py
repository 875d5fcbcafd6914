"""How fast search answers over all projects: twenty questions, the first time and again."""

import asyncio

from benchmarks.measuring import arguments, machine, one_after_another, told

QUESTIONS = (
    "osaaminen", "työhyvinvointi", "yrittäjyyden edistäminen", "S10370", "muutosturva", "nuorten työllistyminen",
    "maahanmuuttajat", "kehittämishanke", "koulutus", "osamisen", "tietotekniikka", "Lappi", "Pirkanmaa", "yritys",
    "työelämä", "hyvinvointi työssä", "matkailu", "kuntoutus", "projekt", "xyzzy",
)  # fmt: skip


async def main() -> None:
    """Ask one after another."""
    target, wanted = arguments(str(__doc__), rounds=(10, 200, "Times each question is put again"))
    machine()
    async with target.client(headers=target.bearer("--role", "coordinator")) as client:
        first, again = [], []
        slowest = (0.0, "")
        for question in QUESTIONS:
            first += await one_after_another(client, "/api/registry/v1/search", 1, q=question)
        for question in QUESTIONS:
            took = await one_after_another(client, "/api/registry/v1/search", wanted.rounds, q=question)
            again += took
            slowest = max(slowest, (sorted(took)[len(took) // 2], question))
        told("search, first time", first)
        told("search, again", again)
        print(f"the slowest question by its median: {slowest[1]!r}, {slowest[0] * 1000:.1f} ms")


asyncio.run(main())
