"""How fast the dashboard answers: summary, measures, and the list of coordination projects."""

import asyncio

from benchmarks.measuring import arguments, machine, one_after_another, told

BASE = "/api/dashboard/v1/coordinations"


async def main() -> None:
    """Ask one after another, as one reader does."""
    target, wanted = arguments(str(__doc__), requests=(200, 5000, "Answers of each kind"))
    machine()
    reader = target.bearer("--role", "coordinator", "--coordination", "parempi-tyoelama")
    home = f"{BASE}/parempi-tyoelama"
    async with target.client(headers=reader) as client:
        for name, address, params in (
            ("summary", f"{home}/summary", {"period": "2026S2"}),
            ("46 measures", f"{home}/measures", {"period": "2026S2"}),
            ("46 measures, compared", f"{home}/measures", {"period": "2026S2", "compare": "previous"}),
            ("rows behind a figure", f"{home}/measures/coffee/rows", {"period": "2026S2"}),
            ("coordination projects", BASE, {}),
        ):
            told(f"{name}, first 5", await one_after_another(client, address, 5, **params))
            told(name, await one_after_another(client, address, wanted.requests, **params))


asyncio.run(main())
