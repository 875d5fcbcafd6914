"""nginx with the shipped configuration, before servers of the test."""

import asyncio
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from starlette.types import ASGIApp

from services.kernel.settings import ROOT
from services.runner.serving import Server, bound_socket, free_port

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
REASON = "nginx is not installed: apt-get install nginx"
_START_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What nginx sent for a request, as it came."""

    status: int
    headers: dict[str, str]
    body: bytes


async def ask(port: int, request: bytes) -> Answer:
    """Send the bytes, and read the answer until nginx closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    received = await reader.read()
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return Answer(int(first.split()[1]), headers, body)


async def get(port: int, target: str, *lines: str, method: str = "GET", host: str = "vipu.example") -> Answer:
    """Send a request whose target and header lines are as written."""
    head = [f"{method} {target} HTTP/1.1", f"Host: {host}", "Connection: close", *lines]
    return await ask(port, ("\r\n".join(head) + "\r\n\r\n").encode("latin-1"))


def configuration_in(folder: Path, *, port: int, check_port: int, service_port: int, resolver: str) -> Path:
    """Write the shipped files into the folder, with the ports, the resolver and the folder of this test."""
    main = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    main = main.replace("listen 8080;", f"listen 127.0.0.1:{port};").replace(
        "127.0.0.1:8081", f"127.0.0.1:{check_port}"
    )
    addresses = (ROOT / "deploy" / "addresses.conf").read_text(encoding="utf-8")
    addresses = re.sub(r"(?m)^resolver 127\.0\.0\.11 ", f"resolver {resolver} ", addresses)
    (folder / "addresses.conf").write_text(addresses.replace(":8000;", f":{service_port};"), encoding="utf-8")
    written = folder / "nginx.conf"
    written.write_text(main.replace("/tmp/", f"{folder}/"), encoding="utf-8")  # noqa: S108 - The folder of the image.
    return written


@asynccontextmanager
async def reverse_proxy(folder: Path, *, port: int, service_port: int, resolver: str) -> AsyncIterator[int]:
    """Run nginx; yield the port at which it answers."""
    check_port = free_port("127.0.0.1", after=port)
    written = configuration_in(folder, port=port, check_port=check_port, service_port=service_port, resolver=resolver)
    assert NGINX is not None
    words = [NGINX, "-c", str(written), "-p", str(folder), "-g", "daemon off; master_process off;"]
    process = await asyncio.create_subprocess_exec(*words, stderr=subprocess.DEVNULL if _quiet() else None)
    try:
        await _until_it_answers(check_port, process)
        yield port
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


def _quiet() -> bool:
    return "-s" not in sys.argv


async def _until_it_answers(port: int, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(_START_SECONDS):
        while True:
            assert process.returncode is None, "nginx does not start"
            with suppress(OSError):
                assert (await get(port, "/")).status == 204
                return
            await asyncio.sleep(0.05)


@asynccontextmanager
async def listening(app: ASGIApp, host: str, port: int, *, root_path: str = "") -> AsyncIterator[None]:
    """Serve the application at the address, as `vipu serve` does, until the block ends."""
    server = Server(app, root_path=root_path)
    serving = asyncio.create_task(server.serve([bound_socket(host, port)]))
    try:
        await server.ready.wait()
        yield
    finally:
        server.should_exit = server.force_exit = True
        await serving
