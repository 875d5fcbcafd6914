"""Callers who hang up in the middle of their request, on real sockets: no trace, no 500, nothing half done."""

import asyncio
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from prometheus_client import generate_latest

from services.kernel.runtime import Runtime
from services.runner.serving import Server, bound_socket
from tests.factories import ADMIN

EVENT = uuid4()
# Of each kind: a body that the framework reads, one that a dependency reads for its key, a file, a form.
REQUESTS = [
    ("registry", "POST /v1/organisations", "application/json"),
    ("registry", "POST /v1/imports", "text/csv"),
    ("registry", f"POST /v1/imports/{uuid4()}/undo", "application/json"),
    ("registry", "POST /oauth/token", "application/x-www-form-urlencoded"),
    ("events", f"POST /v1/events/{EVENT}/registrations", "application/json"),
    ("events", f"POST /v1/events/{EVENT}/cancel", "application/json"),
    ("feedback", f"POST /v1/surveys/{uuid4()}/responses", "application/json"),
]


@asynccontextmanager
async def served(app):
    bound = bound_socket("127.0.0.1", 0)
    server = Server(app)
    task = asyncio.create_task(server.serve([bound]))
    await server.ready.wait()
    yield bound.getsockname()
    server.should_exit = server.force_exit = True
    await task


def counted(app, status):
    lines = generate_latest(app.state.metrics).decode().splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if f'status="{status}"' in line and "_total" in line)


@pytest.mark.parametrize(("service", "target", "media_type"), REQUESTS)
@pytest.mark.parametrize("framing", ["Content-Length: 1000", "Transfer-Encoding: chunked"])
async def test_a_caller_who_drops_while_sending_is_no_failure(
    applications, talking_log, capfd, service, target, media_type, framing
):
    app = applications.apps[service]
    runtime: Runtime = app.state.runtime
    before = {status: counted(app, status) for status in (499, 500)}
    head = (
        f"{target} HTTP/1.1\r\nHost: vipu.test\r\nContent-Type: {media_type}\r\n{framing}\r\n"
        f"Authorization: Bearer {runtime.issuer.mint('tester', [ADMIN])}\r\nIdempotency-Key: {uuid4()}\r\n\r\n"
    )
    begun = '{"half": ' if "Length" in framing else '9\r\n{"half": \r\n'
    async with served(app) as address:
        _, writer = await asyncio.open_connection(*address)
        writer.write((head + begun).encode())
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.close()
        for _ in range(100):
            await asyncio.sleep(0.02)
            if counted(app, 499) > before[499]:
                break
    assert {status: counted(app, status) - before[status] for status in (499, 500)} == {499: 1, 500: 0}
    logged = capfd.readouterr().err
    assert "request.abandoned" in logged
    assert not any(word in logged for word in ("Traceback", '"error"', "request.failed"))
    assert runtime.database.writer.pool.checkedout() == 0


async def test_a_caller_who_drops_while_reading_is_no_failure(applications, talking_log, capfd):
    app = applications.apps["registry"]
    async with served(app) as address:
        reader, writer = await asyncio.open_connection(*address, limit=1024)
        writer.write(b"GET /v1/codes?format=csv HTTP/1.1\r\nHost: vipu.test\r\n\r\n")
        assert b"200 OK" in await reader.readline()
        writer.transport.abort()
        logged = ""
        for _ in range(100):
            await asyncio.sleep(0.02)
            logged += capfd.readouterr().err
            if "request.answered" in logged:
                break
    assert "request.answered" in logged
    assert not any(word in logged for word in ("Traceback", '"error"', "request.failed", "Exception in"))
    assert app.state.runtime.database.reader.pool.checkedout() == 0
