"""Requests that do not run to their end, on real sockets: the caller hangs up, or the service hangs."""

import asyncio
from contextlib import asynccontextmanager, suppress
from uuid import uuid4

import httpx
import pytest
from prometheus_client import generate_latest

from services.kernel.runtime import Runtime
from services.kernel.web.unfinished import DeadlineMiddleware
from services.runner.serving import Server, bound_socket
from tests.factories import ADMIN

# They are the same in every test process, because all must collect the same tests.
EVENT = "8ebff60a-d498-4819-9cf5-1c431e71efdb"
OTHER = "9d1eaa23-2fc0-4765-9725-7a53dde5b2ab"
# Of each kind: a body that the framework reads, one that a dependency reads for its key, a file, a form.
REQUESTS = [
    ("registry", "POST /v1/organisations", "application/json"),
    ("registry", "POST /v1/imports", "text/csv"),
    ("registry", f"POST /v1/imports/{OTHER}/undo", "application/json"),
    ("registry", "POST /oauth/token", "application/x-www-form-urlencoded"),
    ("events", f"POST /v1/events/{EVENT}/registrations", "application/json"),
    ("events", f"POST /v1/events/{EVENT}/cancel", "application/json"),
    ("feedback", f"POST /v1/surveys/{OTHER}/responses", "application/json"),
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


async def hanging(scope, receive, send):
    """Read the body, then wait for something that never comes, and ignore the first cancellation."""
    while (await receive()).get("more_body"):
        pass
    with suppress(asyncio.CancelledError):
        await asyncio.Event().wait()
    await asyncio.sleep(0.1)


async def slowly_sent():
    for _ in range(5):
        await asyncio.sleep(0.05)
        yield b"x"


@pytest.mark.parametrize("content", [b"", slowly_sent()])
async def test_a_service_that_hangs_by_itself_answers_in_the_end(content, talking_log, capfd):
    async with served(DeadlineMiddleware(hanging, seconds=0.2)) as (host, port), httpx.AsyncClient() as client:
        refused = await client.post(f"http://{host}:{port}/v1/events", content=content)
    assert (refused.status_code, refused.json()["code"], refused.headers["retry-after"]) == (503, "unavailable", "2")
    assert "request.overdue" in capfd.readouterr().err


async def test_neither_a_slow_caller_nor_a_long_answer_is_cut_off():
    async def app(scope, receive, send):
        length = 0
        more = True
        while more:
            message = await receive()
            length, more = length + len(message["body"]), message["more_body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(5):
            await asyncio.sleep(0.05)
            await send({"type": "http.response.body", "body": str(length).encode(), "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async with served(DeadlineMiddleware(app, seconds=0.15)) as (host, port), httpx.AsyncClient() as client:
        answer = await client.post(f"http://{host}:{port}/", content=slowly_sent())
    assert (answer.status_code, answer.text) == (200, "55555")


async def test_a_request_that_its_server_cancels_is_rolled_back_first():
    rolled_back = asyncio.Event()

    async def app(scope, receive, send):
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.01)
            rolled_back.set()

    middleware = DeadlineMiddleware(app, seconds=5)
    serving = asyncio.create_task(middleware({"type": "http"}, asyncio.Event().wait, print))
    await asyncio.sleep(0.01)
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
    assert rolled_back.is_set()
