"""What the audit costs: a list that is recorded beside one that is not, by one caller and by sixteen at once."""

import asyncio
import time

import httpx

from benchmarks.measuring import arguments, one_after_another, print_machine, print_times

CALLERS = 16
# Both need a token with a scope, and both have hardly any rows.
RECORDED = "/api/registry/v1/partners"
UNRECORDED = "/api/registry/v1/spellings"


async def at_once(client: httpx.AsyncClient, address: str, rounds: int) -> tuple[list[float], float]:
    """Let sixteen callers ask. Returns the seconds that each reply took, and those that all took."""
    began = time.perf_counter()
    found = await asyncio.gather(*(one_after_another(client, address, rounds) for _ in range(CALLERS)))
    return [each for seconds in found for each in seconds], time.perf_counter() - began


async def main() -> None:
    """Ask for both lists in turn, so that the load of the machine falls on both."""
    target, options = arguments(str(__doc__), rounds=(40, 200, "Requests of each caller for each list, in four parts"))
    print_machine()
    part = max(1, options.rounds // 4)
    async with target.client(at_once=CALLERS, headers=target.bearer("--role", "admin")) as client:
        alone: dict[str, list[float]] = {RECORDED: [], UNRECORDED: []}
        together: dict[str, list[float]] = {RECORDED: [], UNRECORDED: []}
        took = dict.fromkeys(together, 0.0)
        for _ in range(4):
            for address in (UNRECORDED, RECORDED):
                alone[address] += await one_after_another(client, address, part)
                seconds, all_seconds = await at_once(client, address, part)
                together[address] += seconds
                took[address] += all_seconds
        for name, address in (("not recorded", UNRECORDED), ("recorded", RECORDED)):
            print_times(f"{name}, one caller", alone[address])
            print_times(f"{name}, {CALLERS} callers", together[address], took=took[address])


asyncio.run(main())
