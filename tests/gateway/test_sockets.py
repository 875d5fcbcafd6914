"""The same over sockets: servers that break HTTP itself."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from services.contracts.roles import Grant, Role
from services.gateway import app as gateway
from services.gateway.upstreams.clock import loop_seconds
from services.gateway.upstreams.upstream import CallerContext
from services.kernel.http import InProcessTransport, socket_client
from services.kernel.security.auth import Principal
from tests.client import ApiClient
from tests.gateway.fakes import COORDINATION

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
# Nothing here takes this long, unless it waits for what never comes.
PATIENCE_SECONDS = 5
Talk = Callable[[asyncio.StreamWriter], Awaitable[None]]


async def cut_short(writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD + b'Content-Length: 1000\r\n\r\n{"surveys": 5')


async def hang_up(writer: asyncio.StreamWriter) -> None:
    writer.close()


async def not_http(writer: asyncio.StreamWriter) -> None:
    writer.write(b"\x15\x03\x01\x00\x02\x02\x46 SSH-2.0-OpenSSH\r\n\r\n")


async def a_gigabyte_declared(writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD + b"Content-Length: 1073741824\r\n\r\n" + b" " * 1000)


async def a_gigabyte_sent(writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    block = b"10000\r\n" + b" " * 65536 + b"\r\n"
    for sent in range(16_384):
        writer.write(block)
        await writer.drain()
        assert sent < 1000, "the gateway took more than it may"


async def drip(writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD + b"Content-Length: 1000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


@asynccontextmanager
async def server(talk: Talk) -> AsyncIterator[str]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await talk(writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    finally:
        listening.close()


@pytest.mark.parametrize(
    ("talk", "reason", "seconds"),
    [
        (cut_short, "connection_failed", PATIENCE_SECONDS),
        (hang_up, "connection_failed", PATIENCE_SECONDS),
        (not_http, "connection_failed", PATIENCE_SECONDS),
        (a_gigabyte_declared, "too_large", PATIENCE_SECONDS),
        (a_gigabyte_sent, "too_large", PATIENCE_SECONDS),
        (drip, "timeout", 0.2),
    ],
)
async def test_a_server_that_breaks_http_is_unavailable(gateway_settings, talk, reason, seconds):
    async with server(talk) as address, socket_client() as client:
        settings = gateway_settings(
            registry_url=address,
            events_url=address,
            feedback_url=address,
            upstream_seconds=seconds,
            connect_seconds=seconds,
            deadline_seconds=seconds,
        )
        app = gateway.build_app(settings, client)
        transport = InProcessTransport()
        transport.add("dashboard.vipu", app)
        token = app.state.runtime.issuer.mint("tester", [Grant(Role.admin)])
        async with httpx.AsyncClient(transport=transport) as front, asyncio.timeout(2 * PATIENCE_SECONDS):
            answer = await ApiClient(front, "http://dashboard.vipu", token).get(
                f"/v1/coordinations/{COORDINATION}/summary"
            )
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        caller = CallerContext(Principal("tester"), (), loop_seconds() + 1)
        reply = await app.state.clients.projects_summary(caller, ())
        assert reply.reason in {reason, "breaker_open"}
