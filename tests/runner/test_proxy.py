"""The reverse proxy: bodies as they come, headers of the message only, a failure as a problem document."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
import pytest_asyncio
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from services.runner import proxy, pulse
from services.runner.front import Front
from services.runner.proxy import Proxy, new_session
from services.runner.serving import Server, bound_socket

left = asyncio.Event


async def echo(scope, receive, send):
    """Tell what arrived."""
    request = Request(scope, receive)
    body = await request.body()
    received = {
        "path": scope["path"],
        "raw": scope["raw_path"].decode(),
        "query": scope["query_string"].decode(),
        "headers": {name: request.headers.getlist(name) for name in request.headers},
        "length": len(body),
    }
    headers = {"Connection": "x-inner", "X-Inner": "1", "X-Kept": "1"}
    await JSONResponse(received, status_code=203, headers=headers)(scope, receive, send)


async def refuse_pages(scope, receive, send):
    """Be the pages: none."""
    await Response(status_code=404)(scope, receive, send)


@asynccontextmanager
async def served(app) -> AsyncIterator[str]:
    """The application on a socket of its own; its address."""
    bound = bound_socket("127.0.0.1", 0)
    server = Server(app)
    task = asyncio.create_task(server.serve([bound]))
    await server.ready.wait()
    yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    server.should_exit = server.force_exit = True
    await task


@pytest_asyncio.fixture
async def through() -> AsyncIterator[Callable[[object], object]]:
    """`async with through(app) as client`: a client in front of the proxied application."""

    @asynccontextmanager
    async def open_client(app):
        async with served(app) as inner, new_session() as session:
            front = Front({"events": Proxy(inner, session)}, refuse_pages)
            async with served(front) as outer, httpx.AsyncClient(base_url=outer) as client:
                yield client

    return open_client


async def test_the_prefix_is_taken_away_and_the_address_kept_as_written(through):
    async with through(echo) as client:
        answer = await client.get("/api/events/v1/a%2Fb/%C3%A4?q=%26&q=+")
        assert answer.status_code == 203
        assert answer.json()["raw"] == "/v1/a%2Fb/%C3%A4"
        assert answer.json()["query"] == "q=%26&q=+"


async def test_headers_of_one_connection_do_not_pass(through):
    async with through(echo) as client:
        sent = {"Connection": "x-secret", "X-Secret": "1", "TE": "trailers", "X-Forwarded-For": "6.6.6.6", "X-Own": "1"}
        answer = await client.get("/api/events/v1", headers=sent)
        arrived = answer.json()["headers"]
        assert "x-secret" not in arrived
        assert "te" not in arrived
        assert arrived["x-own"] == ["1"]
        assert arrived["x-forwarded-for"] == ["127.0.0.1"]
        assert arrived["x-forwarded-proto"] == ["http"]
        assert arrived["host"] == arrived["x-forwarded-host"]
        assert "x-inner" not in answer.headers
        assert answer.headers["x-kept"] == "1"
        assert len(answer.headers.get_list("date")) == 1


async def test_nothing_is_added_to_a_request(through):
    async with through(echo) as client:
        del client.headers["user-agent"], client.headers["accept"], client.headers["accept-encoding"]
        arrived = (await client.get("/api/events/v1")).json()["headers"]
        assert not {"accept", "accept-encoding", "user-agent", "content-type"} & arrived.keys()


async def test_a_body_is_streamed_with_and_without_its_length(through):
    async def pieces():
        for _ in range(20):
            yield b"x" * 10_000

    async with through(echo) as client:
        assert (await client.post("/api/events/v1", content=b"x" * 200_000)).json()["length"] == 200_000
        chunked = (await client.post("/api/events/v1", content=pieces())).json()
        assert (chunked["length"], "content-length" in chunked["headers"]) == (200_000, False)
        assert (await client.post("/api/events/v1")).json()["length"] == 0


async def test_an_answer_is_passed_on_as_it_is_made(through):
    asked_for_more = asyncio.Event()

    async def lines():
        yield b"first"
        await asked_for_more.wait()
        yield b"second"

    async def app(scope, receive, send):
        await StreamingResponse(lines())(scope, receive, send)

    async with through(app) as client, client.stream("GET", "/api/events/v1") as answer:
        parts = answer.aiter_raw()
        assert await anext(parts) == b"first"
        asked_for_more.set()
        assert await anext(parts) == b"second"


async def test_a_caller_who_leaves_ends_the_work_behind(through):
    begun, ended = asyncio.Event(), asyncio.Event()

    async def app(scope, receive, send):
        begun.set()
        while (await receive())["type"] != "http.disconnect":
            pass
        ended.set()

    async with through(app) as client:
        asking = asyncio.create_task(client.get("/api/events/v1"))
        await begun.wait()
        asking.cancel()
        await asyncio.wait_for(ended.wait(), 2)


async def test_a_service_that_is_not_there_is_a_problem_document():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        unreachable = f"http://127.0.0.1:{unused.getsockname()[1]}"
        async with new_session() as session:
            front = Front({"feedback": Proxy(unreachable, session)}, refuse_pages)
            transport = httpx.ASGITransport(app=front)
            async with httpx.AsyncClient(transport=transport, base_url="http://vipu.test") as client:
                answer = await client.get("/api/feedback/v1/surveys")
    assert (answer.status_code, answer.headers["content-type"]) == (502, "application/problem+json")
    assert (answer.json()["code"], answer.json()["retryable"]) == ("service-not-reachable", True)
    assert answer.headers["retry-after"] == "2"


async def test_a_service_that_breaks_off_breaks_off_for_the_caller(through):
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"100")]})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise ConnectionError

    async with through(app) as client:
        try:
            answer = await client.get("/api/events/v1")
        except httpx.RemoteProtocolError:
            return
        assert json.dumps(answer.text) == "never complete"


async def _hanging(scope, receive, send):
    """Accept the request and answer nothing."""
    await asyncio.Event().wait()


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(pulse, "_QUIET_SECONDS", 0.2)
    monkeypatch.setattr(pulse, "_ANSWER_SECONDS", 0.1)


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_service_that_hangs_is_too_slow_within_seconds(through, impatient, method):
    async with through(_hanging) as client:
        began = asyncio.get_running_loop().time()
        answer = await client.request(method, "/api/events/v1", content=b"{}" if method == "POST" else None)
        assert asyncio.get_running_loop().time() - began < 2
    assert (answer.status_code, answer.json()["code"]) == (504, "service-too-slow")
    assert answer.headers["retry-after"] == "2"


async def test_a_long_request_of_a_service_that_answers_others_is_waited_for(through, impatient):
    asked = []

    async def app(scope, receive, send):
        if scope["path"] == "/v1/long":
            await asyncio.sleep(0.8)
        asked.append(scope["path"])
        await Response(b"done")(scope, receive, send)

    async with through(app) as client:
        answers = await asyncio.gather(*(client.get("/api/events/v1/long") for _ in range(3)))
    assert [answer.text for answer in answers] == ["done"] * 3
    # It was asked for its health once for all who waited.
    assert 1 <= asked.count("/healthz") <= 4


async def test_a_service_that_stops_in_the_middle_of_its_answer_breaks_off(through, impatient):
    async def app(scope, receive, send):
        if scope["path"] != "/v1":
            await _hanging(scope, receive, send)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        await _hanging(scope, receive, send)

    async with through(app) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get("/api/events/v1")


async def test_a_request_that_cannot_begin_is_answered_with_a_time_to_try_again(through, monkeypatch):
    monkeypatch.setattr(proxy, "_AT_ONCE", 2)
    monkeypatch.setattr(proxy, "_WAIT_SECONDS", 0.1)
    going_on = asyncio.Event()

    async def app(scope, receive, send):
        await going_on.wait()
        await Response(b"done")(scope, receive, send)

    async with through(app) as client:
        asking = [asyncio.create_task(client.get("/api/events/v1")) for _ in range(4)]
        refused = [await answer for answer in asyncio.as_completed(asking[2:])]
        going_on.set()
        served = [await answer for answer in asking[:2]]
    assert [answer.status_code for answer in served] == [200, 200]
    assert {(answer.status_code, answer.json()["code"]) for answer in refused} == {(503, "unavailable")}
    assert {answer.headers["retry-after"] for answer in refused} == {"2"}


async def test_a_caller_who_sends_slowly_occupies_no_connection_to_the_service(through, monkeypatch):
    monkeypatch.setattr(proxy, "_AT_ONCE", 1)
    going_on = asyncio.Event()

    async def slowly():
        yield b"half"
        await going_on.wait()
        yield b"whole"

    async with through(echo) as client:
        sending = asyncio.create_task(client.post("/api/events/v1", content=slowly()))
        await asyncio.sleep(0.05)
        assert (await client.get("/api/events/v1")).status_code == 203
        going_on.set()
        assert (await sending).json()["length"] == 9
