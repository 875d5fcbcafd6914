"""The real register: the 2 775 operations of 2007-2013, imported through the routes of the imports."""

import asyncio
from pathlib import Path

from services.demo.caller import Body, Caller, DemoRefusedError

REGISTER_FILE = Path(__file__).parent / "data" / "esr_2007_2013_operations.csv"
_PATIENCE_SECONDS = 120


async def load_register(caller: Caller) -> Body:
    """Upload the register, wait for the dry run, and apply it.

    Returns: the applied import. Raises: DemoRefusedError.
    """
    started = await caller.upload("registry", "/v1/imports", REGISTER_FILE.read_bytes(), media_type="text/csv")
    address = f"/v1/imports/{started['id']}"
    await _wait_for(caller, address, "analysed")
    await caller.post("registry", f"{address}/apply")
    return await _wait_for(caller, address, "applied")


async def _wait_for(caller: Caller, address: str, state: str) -> Body:
    for _ in range(_PATIENCE_SECONDS * 10):
        started = await caller.get("registry", address)
        if started["state"] == state:
            return started
        if started["state"] in {"failed", "rejected"}:
            break
        await asyncio.sleep(0.1)
    raise DemoRefusedError(f"the import of the register did not become {state}: {started['state']}")
