"""Callers that cost little: prepared requests over kept connections, so that the figures are those of the server."""

import asyncio
import json
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit
from uuid import uuid4


@dataclass(frozen=True, slots=True)
class Reply:
    """The reply to a request."""

    status: int
    head: bytes
    body: bytes

    def json(self) -> dict[str, object]:
        """Return the body as an object."""
        body: dict[str, object] = json.loads(self.body)
        return body


class Connection(asyncio.Protocol):
    """A connection for one request at a time. It reads the replies of Vipu's servers: HTTP/1.1 with Content-Length."""

    def __init__(self) -> None:
        self._came = bytearray()
        self._transport: asyncio.Transport | None = None
        self._reply: asyncio.Future[Reply] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)  # That of uvloop is none by its class.

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail the waiting request."""
        if self._reply is not None and not self._reply.done():
            self._reply.set_exception(exc or ConnectionResetError("the server hung up"))

    def data_received(self, data: bytes) -> None:
        """Complete the waiting request when head and body have come."""
        self._came += data
        end = self._came.find(b"\r\n\r\n")
        if end < 0 or self._reply is None:
            return
        head = bytes(self._came[:end])
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
        if len(self._came) >= end + 4 + length:
            body = bytes(self._came[end + 4 : end + 4 + length])
            del self._came[: end + 4 + length]
            self._reply.set_result(Reply(int(head[9:12]), head, body))

    async def send(self, request: bytes) -> Reply:
        """Send a prepared request. Returns the reply."""
        assert self._transport is not None
        self._reply = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._reply

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()


async def connect(url: str, count: int) -> list[Connection]:
    """Open this many connections to the server of the address."""
    where, loop = urlsplit(url), asyncio.get_running_loop()
    return [(await loop.create_connection(Connection, where.hostname, where.port))[1] for _ in range(count)]


def prepared(method: str, url: str, body: object = None) -> bytes:
    """Return a request as it goes over the wire; a POST has an Idempotency-Key of its own."""
    where, content = urlsplit(url), b"" if body is None else json.dumps(body).encode()
    head = f"{method} {where.path}{'?' if where.query else ''}{where.query} HTTP/1.1\r\nHost: {where.netloc}\r\n"
    if method == "POST":
        head += f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\nIdempotency-Key: {uuid4()}\r\n"
    return f"{head}\r\n".encode() + content
