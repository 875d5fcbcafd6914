"""The time that the import of the 2 775 real operations takes over HTTP: upload, dry run, apply."""

import asyncio
import time

import httpx

from benchmarks.measuring import arguments, print_machine
from services.demo.register import REGISTER_FILE

_PATIENCE_SECONDS = 120


async def wait_for(client: httpx.AsyncClient, address: str, state: str) -> float:
    """Wait until the import is in the state. Returns the seconds."""
    began = time.perf_counter()
    while time.perf_counter() - began < _PATIENCE_SECONDS:
        present = (await client.get(address)).json()["state"]
        if present == state:
            return time.perf_counter() - began
        if present in {"failed", "rejected"}:
            break
        await asyncio.sleep(0.02)
    raise SystemExit(f"the import did not become {state} but {present}")


async def main() -> None:
    """Import into an installation; where it has the operations already, nothing changes."""
    target, _ = arguments(str(__doc__))
    print_machine()
    async with target.client(headers=target.bearer("--role", "admin")) as client:
        began = time.perf_counter()
        sent = await client.post(
            "/api/registry/v1/imports", content=REGISTER_FILE.read_bytes(), headers={"Content-Type": "text/csv"}
        )
        sent.raise_for_status()
        upload = time.perf_counter() - began
        address = f"/api/registry/v1/imports/{sent.json()['id']}"
        dry = await wait_for(client, address, "analysed")
        began = time.perf_counter()
        (await client.post(f"{address}/apply")).raise_for_status()
        await wait_for(client, address, "applied")
        applied = time.perf_counter() - began
        print(f"upload {upload:.2f} s, dry run {dry:.2f} s, apply {applied:.2f} s, all {upload + dry + applied:.2f} s")
        print((await client.get(address)).json())


asyncio.run(main())
