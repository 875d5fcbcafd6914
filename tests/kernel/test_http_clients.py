"""The clients between services: the time limit is that of the whole answer, over sockets and inside one process."""

import asyncio
from contextlib import asynccontextmanager

import httpx
import pytest

from services.kernel.http import InProcessTransport, in_process_client, socket_client


@asynccontextmanager
async def answering(write):
    """A service on a socket that answers as `write` does."""

    async def serve(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        try:
            await write(writer)
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    server.close()


async def never(writer):
    await asyncio.sleep(2)


async def drip(writer):
    """Each byte comes in time; the whole never does."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
    for _ in range(40):
        writer.write(b"x")
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("write", [never, drip])
async def test_a_service_that_hangs_or_drips_costs_a_caller_the_limit(write):
    async with answering(write) as address, socket_client(response_seconds=0.2) as client, asyncio.timeout(1):
        with pytest.raises(httpx.ReadTimeout):
            await client.get(address)


async def test_a_service_in_the_same_process_has_the_same_limit():
    ended = asyncio.Event()

    async def app(scope, receive, send):
        try:
            await asyncio.sleep(10)
        finally:
            ended.set()

    transport = InProcessTransport()
    transport.add("events.vipu", app)
    async with in_process_client(transport) as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.get("http://events.vipu/", timeout=0.05)
    assert ended.is_set()
