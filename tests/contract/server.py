"""All services behind one port of this machine, for clients that use sockets."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.responses import PlainTextResponse

from services.kernel import log
from services.runner.front import Front
from services.runner.services import AllSettings, build_applications


@contextmanager
def running_server(settings: AllSettings) -> Iterator[str]:
    """Run all services until the context ends. Yields their address."""
    log.configure(level="ERROR")
    listening = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    servers: list[uvicorn.Server] = []
    ready = threading.Event()

    async def serve() -> None:
        services = build_applications(settings)
        async with services.open():
            front = Front(services.apps, PlainTextResponse("", status_code=404))
            config = uvicorn.Config(front, lifespan="off", log_config=None, access_log=False)
            servers.append(uvicorn.Server(config))
            ready.set()
            await servers[0].serve(sockets=[listening])

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(20), "the services did not start"
    try:
        yield address
    finally:
        servers[0].should_exit = True
        thread.join(20)
        listening.close()
