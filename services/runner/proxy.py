"""A streaming reverse proxy: one service behind the front, in another process."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Final

import aiohttp
import structlog
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send
from yarl import URL

from services.kernel.web.errors import DomainError, Unavailable
from services.kernel.web.misdirection import SERVICE_HEADER
from services.kernel.web.problems import render
from services.runner.errors import ServiceNotReachable, ServiceTooSlow
from services.runner.pulse import Pulse, ServiceHangs

log = structlog.get_logger()

Headers = list[tuple[bytes, bytes]]

_CONNECT_SECONDS: Final = 2.0
# Less than the servers of the services keep an idle connection for: none is used that is being closed.
_KEEP_ALIVE_SECONDS: Final = 3.0
# Between two pieces of a response, while the service answers others. One that answers no one hangs: see `pulse`.
_SILENCE_SECONDS: Final = 60.0
# Requests to one service at a time, of readers and of others: readers do not wait behind a burst of registrations. In a
# burst, thousands of new connections would take longer than the requests.
_AT_ONCE: Final = 128
_READING: Final = frozenset({"GET", "HEAD"})
# How long a request waits for one of those to end.
_WAIT_SECONDS: Final = 4.0
# A body is read so far before the service is asked: a caller that sends slowly occupies no connection to it.
_READ_AHEAD_BYTES: Final = 64 * 1024
# RFC 9110 §7.6.1, and the obsolete ones that old clients send: they belong to one connection, not to the message.
_HOP_BY_HOP: Final = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
# The front is the edge: these headers of a caller are removed.
_SET_BY_THE_FRONT: Final = frozenset(
    {b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"forwarded", SERVICE_HEADER}
)
_NOT_ADDED: Final = ("Accept", "Accept-Encoding", "User-Agent", "Content-Type")
_RETRY: Final = {"Retry-After": "2"}


class ClientGone(Exception):
    """The caller hung up before the response was complete."""


class ServiceBusy(Exception):
    """So many requests to the service are running that this one could not begin."""


class Proxy:
    """Forwards requests to the service at `base`, without the prefix of the front, and its responses back."""

    def __init__(self, base: str, session: aiohttp.ClientSession) -> None:
        self._base = base
        self._session = session
        self._pulse = Pulse(base, session)
        self._free_to_read, self._free_to_write = asyncio.Semaphore(_AT_ONCE), asyncio.Semaphore(_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request. For a service that does not reply, the caller gets a problem document."""
        body = Body(scope, receive)
        reply = Reply(send, self._pulse)
        # The caller may hang up at any time; the request to the service is cancelled then.
        passing = asyncio.create_task(self._pass(scope, body, reply))
        leaving = asyncio.create_task(body.caller_left())
        failure: BaseException | None = None
        try:
            await self._pulse.watch({passing, leaving})
        except ServiceHangs as hanging:
            failure = hanging
        finally:
            leaving.cancel()
            passing.cancel()
        await asyncio.wait({passing})
        if not passing.cancelled():
            failure = passing.exception()
        if failure is not None and not body.caller_is_gone:
            await self._answer_for(failure, scope, receive, reply)

    async def _answer_for(self, failure: BaseException, scope: Scope, receive: Receive, reply: "Reply") -> None:
        log.warning("proxy.failed", base=self._base, reason=type(failure).__name__)
        problem = _problem_of(failure)
        if reply.begun or problem is None:
            # A part of the response is sent: only a cut connection shows that the rest is missing.
            raise failure
        await render(Request(scope, receive), problem)(scope, receive, reply.send)

    async def _pass(self, scope: Scope, body: "Body", reply: "Reply") -> None:
        await body.read_ahead()
        async with _place_in(self._free_to_read if scope["method"] in _READING else self._free_to_write):
            await self._ask(scope, body, reply)

    async def _ask(self, scope: Scope, body: "Body", reply: "Reply") -> None:
        async with self._session.request(
            scope["method"],
            URL(self._base + target_of(scope), encoded=True),
            headers=_request_headers(scope),
            data=body.pieces() if body.expected else None,
            allow_redirects=False,
            skip_auto_headers=_NOT_ADDED,
        ) as response:
            await reply.begin(response.status, _response_headers(response))
            async for piece in response.content.iter_any():
                await reply.piece(piece)
            await reply.end()


@asynccontextmanager
async def _place_in(free: asyncio.Semaphore) -> AsyncIterator[None]:
    """Occupy one of the places until the block ends. Raises ServiceBusy."""
    try:
        async with asyncio.timeout(_WAIT_SECONDS):
            await free.acquire()
    except TimeoutError as error:
        raise ServiceBusy from error
    try:
        yield
    finally:
        free.release()


def _problem_of(failure: BaseException) -> DomainError | None:
    """Return what the caller gets for the failure; None for a fault of the front itself."""
    match failure:
        case ServiceBusy():
            return Unavailable(headers=_RETRY)
        case TimeoutError() | ServiceHangs():
            return ServiceTooSlow(headers=_RETRY)
        case aiohttp.ClientError() | OSError():
            return ServiceNotReachable(headers=_RETRY)
        case _:
            return None


class Body:
    """The body that the caller sends, and whether the caller is still connected."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._receive = receive
        self._read = asyncio.Event()
        self._ahead: list[bytes] = []
        self.caller_is_gone = False
        names = {name for name, _ in scope["headers"]}
        self.expected = bool(names & {b"content-length", b"transfer-encoding"})
        if not self.expected:
            self._read.set()

    async def read_ahead(self) -> None:
        """Read the whole body, or the beginning of a large one. Raises ClientGone."""
        while not self._read.is_set() and sum(map(len, self._ahead)) < _READ_AHEAD_BYTES:
            self._ahead.append(await self._next())

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the body: what was read ahead, then as it comes. Raises ClientGone."""
        while self._ahead:
            if piece := self._ahead.pop(0):
                yield piece
        while not self._read.is_set():
            if piece := await self._next():
                yield piece

    async def _next(self) -> bytes:
        message: Message = await self._receive()
        if message["type"] == "http.disconnect":
            self.caller_is_gone = True
            raise ClientGone
        if not message.get("more_body", False):
            self._read.set()
        piece: bytes = message.get("body", b"")
        return piece

    async def caller_left(self) -> None:
        """Return when the caller has hung up."""
        # Two readers would take each other's messages: listening begins when the body is read.
        await self._read.wait()
        while not self.caller_is_gone:
            self.caller_is_gone = (await self._receive())["type"] == "http.disconnect"


class Reply:
    """The response that the caller is sent."""

    def __init__(self, send: Send, pulse: Pulse) -> None:
        self.send = send
        self.begun = False
        self._pulse = pulse

    async def begin(self, status: int, headers: Headers) -> None:
        """Send the status and the headers."""
        self._pulse.note()
        self.begun = True
        await self.send({"type": "http.response.start", "status": status, "headers": headers})

    async def piece(self, content: bytes) -> None:
        """Send a part of the body."""
        self._pulse.note()
        await self.send({"type": "http.response.body", "body": content, "more_body": True})

    async def end(self) -> None:
        """Send the end of the body."""
        await self.send({"type": "http.response.body", "body": b"", "more_body": False})


def new_session() -> aiohttp.ClientSession:
    """Return the session with the pooled connections to all services. It leaves bodies and cookies as they are."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEEP_ALIVE_SECONDS),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS, sock_read=_SILENCE_SECONDS),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
    )


def target_of(scope: Scope) -> str:
    """Return path and query as the caller wrote them, without the prefix of the front."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    path = raw.decode("latin-1").removeprefix(scope.get("root_path", "")) or "/"
    query: bytes = scope["query_string"]
    return f"{path}?{query.decode('latin-1')}" if query else path


def _request_headers(scope: Scope) -> list[tuple[str, str]]:
    kept = [(name, value) for name, value in _kept(scope["headers"]) if name not in _SET_BY_THE_FRONT]
    host = next((value for name, value in kept if name == b"host"), b"")
    client = scope.get("client")
    forwarded = [
        *([(b"x-forwarded-for", client[0].encode())] if client else []),
        (b"x-forwarded-proto", scope["scheme"].encode()),
        (b"x-forwarded-host", host),
        # A caller may list it in `Connection`, but it is the front's.
        *(pair for pair in scope["headers"] if pair[0] == SERVICE_HEADER),
    ]
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in (*kept, *forwarded)]


def _response_headers(response: aiohttp.ClientResponse) -> Headers:
    # The server of the front sets the date.
    return [(name, value) for name, value in _kept(response.raw_headers) if name != b"date"]


def _kept(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Return the headers of the message, without those of the connection."""
    lowered = [(name.lower(), value) for name, value in headers]
    named = {token.strip().lower() for name, value in lowered if name == b"connection" for token in value.split(b",")}
    return [(name, value) for name, value in lowered if name not in _HOP_BY_HOP and name not in named]
