"""How fast the dashboard answers: summary, measures, and the list of coordination projects."""

import asyncio

from benchmarks.measuring import arguments, one_after_another, print_machine, print_times

BASE = "/api/dashboard/v1/coordinations"


async def main() -> None:
    """Send one request after another, as one reader does."""
    target, options = arguments(str(__doc__), requests=(200, 5000, "Replies of each kind"))
    print_machine()
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
            print_times(f"{name}, first 5", await one_after_another(client, address, 5, **params))
            print_times(name, await one_after_another(client, address, options.requests, **params))


asyncio.run(main())
