"""A connection: what a caller sends and reads is bounded in size and time, and a refusal is a problem document."""

import asyncio
import json
from contextlib import asynccontextmanager

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse

from services.runner import protocol
from services.runner.serving import Server, bound_socket


async def application(scope, receive, send):
    """Answer with the size of the body; `/early` does not read it, and `/slow` takes its time."""
    request = Request(scope, receive)
    if scope["path"] == "/much":
        answer = StreamingResponse(much())
    elif scope["path"] == "/early":
        answer = PlainTextResponse("early")
    elif scope["path"] == "/headers":
        await request.body()
        answer = PlainTextResponse(" ".join(name.decode() for name, _ in scope["headers"]))
    else:
        await asyncio.sleep(0.1 if scope["path"] == "/slow" else 0)
        answer = PlainTextResponse(str(len(await request.body())))
    await answer(scope, receive, send)


async def much():
    for _ in range(1000):
        yield b"x" * 65536


@asynccontextmanager
async def serving():
    with bound_socket("127.0.0.1", 0) as bound:
        server = Server(application)
        running = asyncio.create_task(server.serve([bound]))
        await server.ready.wait()
        server.address = bound.getsockname()
        try:
            yield server
        finally:
            server.should_exit = server.force_exit = True
            await running


class Connection:
    """A caller that writes bytes and reads answers."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    async def send(self, data):
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self):
        """Return status, headers and body of the next answer."""
        head = (await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 5)).decode().split("\r\n")
        fields = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        body = await self.reader.readexactly(int(fields["content-length"]))
        return int(head[0].split()[1]), fields, body

    async def problem(self):
        """Return status and code of a problem document; the connection ends with it."""
        status, fields, body = await self.answer()
        assert fields["content-type"] == "application/problem+json"
        assert fields["connection"] == "close" and fields["x-content-type-options"] == "nosniff"
        told = json.loads(body)
        assert told["status"] == status and told["instance"] == f"urn:uuid:{fields['x-request-id']}"
        return status, told["code"]

    async def ended(self):
        """Say whether the server closes the connection now, without a word."""
        try:
            return await asyncio.wait_for(self.reader.read(), 5) == b""
        except ConnectionError:
            return True


@asynccontextmanager
async def calling(server):
    reader, writer = await asyncio.open_connection(*server.address)
    try:
        yield Connection(reader, writer)
    finally:
        writer.transport.abort()


GET = b"GET / HTTP/1.1\r\nHost: x\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\n"


async def test_requests_within_the_bounds_are_answered_one_after_another():
    async with serving() as server, calling(server) as caller:
        await caller.send(
            GET + b"\r\n" + POST + b"Content-Length: 3\r\n\r\nabc" + POST + b"Transfer-Encoding: chunked\r\n"
        )
        await caller.send(b"\r\n2;x=y\r\nab\r\n1\r\nc\r\n0\r\nTrailer: t\r\n\r\n" + GET)
        await caller.send(b"Cookie: " + b"a" * 30_000 + b"\r\n\r\n" + POST + b"Content-Length: 200000\r\n\r\n")
        await caller.send(b"b" * 200_000)
        assert [(await caller.answer())[2] for _ in range(5)] == [b"0", b"3", b"3", b"0", b"200000"]


@pytest.mark.parametrize(
    "head",
    [
        GET + b"Cookie: " + b"a" * 50_000_000,
        GET + b"Cookie: a\r\n" * 5_000_000,
        GET + b"A: " + b"a" * 20_000 + b"\r\nB: " + b"b" * 20_000 + b"\r\nC: " + b"c" * 30_000 + b"\r\n\r\n",
        GET + b"a: b\r\n" * 101 + b"\r\n",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
        GET + b"a" * 70_000,
        b"\r\n" * 40_000 + GET,
    ],
    ids=["one-of-50-MB", "many-of-50-MB", "together", "too-many", "address", "name", "empty-lines"],
)
async def test_a_head_has_a_bound(head):
    async with serving() as server, calling(server) as caller:
        sending = asyncio.create_task(caller.send(head))
        assert await caller.problem() == (431, "headers-too-large")
        sending.cancel()
        await asyncio.wait({sending})


@pytest.mark.parametrize("trailer", [b"T: " + b"t" * 300_000, b"t: t\r\n" * 60_000], ids=["one", "many"])
async def test_trailers_have_the_bound_too(trailer):
    async with serving() as server, calling(server) as caller:
        await caller.send(POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n" + trailer)
        assert await caller.problem() == (431, "headers-too-large")


async def test_a_trailer_is_no_header():
    async with serving() as server, calling(server) as caller:
        head = b"POST /headers HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        await caller.send(head + b"1\r\na\r\n0\r\nX-Forwarded-For: 1.1.1.1\r\n\r\n")
        assert (await caller.answer())[2] == b"host transfer-encoding"


@pytest.mark.parametrize(
    "head", [b"\0\0\0\r\n\r\n", b"GET http://[ HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\na b\r\n\r\n"]
)
async def test_what_is_no_request_is_a_problem_document(head):
    async with serving() as server, calling(server) as caller:
        await caller.send(head)
        assert await caller.problem() == (400, "bad-request")


async def test_half_sent_heads_end_and_silent_connections_too(monkeypatch):
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.1)
    async with serving() as server, calling(server) as half, calling(server) as silent, calling(server) as again:
        await half.send(GET)
        await again.send(GET + b"\r\n")
        assert (await again.answer())[0] == 200
        await again.send(b"\r\n")
        assert await half.problem() == (408, "request-too-slow")
        assert await again.problem() == (408, "request-too-slow")
        assert await silent.ended()


async def test_a_trickle_does_not_keep_a_head_open(monkeypatch):
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.1)

    async def trickle():
        while True:
            await caller.send(b"a")
            await asyncio.sleep(0.01)

    async with serving() as server, calling(server) as caller:
        await caller.send(GET)
        trickling = asyncio.create_task(trickle())
        assert await caller.problem() == (408, "request-too-slow")
        trickling.cancel()
        await asyncio.wait({trickling})


async def test_a_body_that_brings_little_ends(monkeypatch):
    monkeypatch.setattr(protocol, "BODY_SECONDS", 0.1)
    monkeypatch.setattr(protocol, "BODY_BYTES", 1000)
    async with serving() as server, calling(server) as slow, calling(server) as steady:
        await slow.send(POST + b"Content-Length: 5000\r\n\r\n")
        await steady.send(POST + b"Content-Length: 9000\r\n\r\n")
        for _ in range(9):
            await steady.send(b"a" * 1000)
            await asyncio.sleep(0.03)
        assert (await steady.answer())[2] == b"9000"
        assert await slow.problem() == (408, "request-too-slow")


async def test_a_caller_who_is_refused_early_gets_the_answer_and_not_for_ever(monkeypatch):
    monkeypatch.setattr(protocol, "LINGER_BYTES", 300_000)
    async with serving() as server, calling(server) as caller, calling(server) as endless:
        head = b"POST /early HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
        await caller.send(head % 200_000 + b"a" * 200_000)
        assert (await caller.answer())[2] == b"early"
        await caller.send(GET + b"\r\n")
        assert (await caller.answer())[2] == b"0"
        await endless.send(head % 10**15)
        assert (await endless.answer())[2] == b"early"
        with pytest.raises(ConnectionError):
            for _ in range(10_000):
                await endless.send(b"a" * 65_536)
                await asyncio.sleep(0)


async def test_an_answer_that_is_not_read_ends(monkeypatch):
    monkeypatch.setattr(protocol, "WRITE_SECONDS", 0.1)
    async with serving() as server, calling(server) as caller:
        caller.writer.transport.pause_reading()
        await caller.send(b"GET /much HTTP/1.1\r\nHost: x\r\n\r\n")
        await asyncio.sleep(0.05)
        assert len(server.server_state.connections) == 1
        [task] = server.server_state.tasks
        await asyncio.wait_for(task, 5)
        await asyncio.sleep(0.01)
        assert not server.server_state.connections


async def test_a_refusal_is_not_mixed_into_the_answer_before_it(monkeypatch):
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.05)
    async with serving() as server:
        for second in (GET + b"Cookie: " + b"a" * 70_000, b"no request\r\n\r\n", GET):
            async with calling(server) as caller:
                await caller.send(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n" + second)
                assert (await caller.answer())[2] == b"0"
                assert await caller.ended()


async def test_half_sent_requests_give_way_to_others_when_there_are_too_many():
    async with serving() as server:
        server.config.limit_concurrency = 6
        halves = [await asyncio.open_connection(*server.address) for _ in range(20)]
        for _, writer in halves:
            writer.write(GET)
        await asyncio.sleep(0.05)
        async with calling(server) as caller:
            await caller.send(GET + b"\r\n")
            assert (await caller.answer())[0] == 200
            assert len(server.server_state.connections) == 5
        for _, writer in halves:
            writer.transport.abort()


async def test_too_many_requests_at_once_are_told_to_come_back():
    async with serving() as server:
        server.config.limit_concurrency = 3
        busy = [await asyncio.open_connection(*server.address) for _ in range(2)]
        for _, writer in busy:
            writer.write(POST + b"Content-Length: 5\r\n\r\n")
        await asyncio.sleep(0.05)
        async with calling(server) as caller:
            await caller.send(GET + b"Accept-Language: sv\r\n\r\n")
            status, fields, body = await caller.answer()
            assert (status, fields["retry-after"], fields["connection"]) == (503, "2", "close")
            assert json.loads(body)["code"] == "unavailable" and fields["content-language"] == "sv"
        for reader, writer in busy:
            writer.write(b"abcde")
            assert (await Connection(reader, writer).answer())[2] == b"5"
            writer.transport.abort()
