"""A streaming reverse proxy: one service behind the front, in another process."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Final

import aiohttp
import structlog
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send
from yarl import URL

from services.kernel.web.problems import render
from services.runner.errors import ServiceNotReachable, ServiceTooSlow

log = structlog.get_logger()

Headers = list[tuple[bytes, bytes]]

_CONNECT_SECONDS = 0.5
# Between two pieces of an answer; an import with its dry run takes a few seconds before it says anything.
_SILENCE_SECONDS = 60.0
# RFC 9110 §7.6.1, and the obsolete ones that old clients send: they speak of one connection, not of the message.
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
# The front is the edge: what a caller says of itself here is not believed.
_SAID_BY_US: Final = frozenset({b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"forwarded"})
_NOT_ADDED: Final = ("Accept", "Accept-Encoding", "User-Agent", "Content-Type")
_RETRY: Final = {"Retry-After": "2"}


class ClientGone(Exception):
    """The caller hung up before the answer was complete."""


class Proxy:
    """Passes requests on to the service at `base`, without the front's own prefix, and its answers back."""

    def __init__(self, base: str, session: aiohttp.ClientSession) -> None:
        self._base = base
        self._session = session

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request. A service that does not answer is a problem document of ours."""
        body = Body(scope, receive)
        answer = Answer(send)
        # Whoever asked may leave at any time; the service's work for nobody ends then.
        passing = asyncio.create_task(self._pass(scope, body, answer))
        leaving = asyncio.create_task(body.caller_left())
        try:
            await asyncio.wait({passing, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            passing.cancel()
        await asyncio.wait({passing})
        failure = None if passing.cancelled() else passing.exception()
        if failure is not None and not body.caller_is_gone:
            await self._tell(failure, scope, receive, answer)

    async def _tell(self, failure: BaseException, scope: Scope, receive: Receive, answer: "Answer") -> None:
        log.warning("proxy.failed", base=self._base, reason=type(failure).__name__)
        if answer.begun or not isinstance(failure, TimeoutError | aiohttp.ClientError | OSError):
            # Half an answer is out: only cutting the connection tells that the rest is missing.
            raise failure
        kind = ServiceTooSlow if isinstance(failure, TimeoutError) else ServiceNotReachable
        await render(Request(scope, receive), kind(headers=_RETRY))(scope, receive, answer.send)

    async def _pass(self, scope: Scope, body: "Body", answer: "Answer") -> None:
        async with self._session.request(
            scope["method"],
            URL(self._base + target_of(scope), encoded=True),
            headers=_request_headers(scope),
            data=body.pieces() if body.expected else None,
            allow_redirects=False,
            skip_auto_headers=_NOT_ADDED,
        ) as response:
            await answer.begin(response.status, _answer_headers(response))
            async for piece in response.content.iter_any():
                await answer.piece(piece)
            await answer.end()


class Body:
    """What the caller sends, and whether it is still there."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._receive = receive
        self._read = asyncio.Event()
        self.caller_is_gone = False
        names = {name for name, _ in scope["headers"]}
        self.expected = bool(names & {b"content-length", b"transfer-encoding"})
        if not self.expected:
            self._read.set()

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the body as it comes. Raises ClientGone."""
        more = True
        while more:
            message: Message = await self._receive()
            if message["type"] == "http.disconnect":
                self.caller_is_gone = True
                raise ClientGone
            more = message.get("more_body", False)
            if message.get("body"):
                yield message["body"]
        self._read.set()

    async def caller_left(self) -> None:
        """Return when the caller has hung up."""
        # Two readers would take each other's messages: listening begins when the body is read.
        await self._read.wait()
        while not self.caller_is_gone:
            self.caller_is_gone = (await self._receive())["type"] == "http.disconnect"


class Answer:
    """What the caller is sent."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.begun = False

    async def begin(self, status: int, headers: Headers) -> None:
        """Send status and headers."""
        self.begun = True
        await self.send({"type": "http.response.start", "status": status, "headers": headers})

    async def piece(self, content: bytes) -> None:
        """Send a part of the body."""
        await self.send({"type": "http.response.body", "body": content, "more_body": True})

    async def end(self) -> None:
        """Say that all is sent."""
        await self.send({"type": "http.response.body", "body": b"", "more_body": False})


def new_session() -> aiohttp.ClientSession:
    """Return the pooled connections to all services. Neither bodies nor cookies are touched."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=30),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS, sock_read=_SILENCE_SECONDS),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
    )


def target_of(scope: Scope) -> str:
    """Path and query as the caller wrote them, without the front's prefix."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    path = raw.decode("latin-1").removeprefix(scope.get("root_path", "")) or "/"
    query: bytes = scope["query_string"]
    return f"{path}?{query.decode('latin-1')}" if query else path


def _request_headers(scope: Scope) -> list[tuple[str, str]]:
    kept = [(name, value) for name, value in _kept(scope["headers"]) if name not in _SAID_BY_US]
    host = next((value for name, value in kept if name == b"host"), b"")
    client = scope.get("client")
    said = [
        *([(b"x-forwarded-for", client[0].encode())] if client else []),
        (b"x-forwarded-proto", scope["scheme"].encode()),
        (b"x-forwarded-host", host),
    ]
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in (*kept, *said)]


def _answer_headers(response: aiohttp.ClientResponse) -> Headers:
    # The front's own server says when it answered.
    return [(name, value) for name, value in _kept(response.raw_headers) if name != b"date"]


def _kept(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Return the headers of the message itself, not of the connection it came on."""
    lowered = [(name.lower(), value) for name, value in headers]
    named = {token.strip().lower() for name, value in lowered if name == b"connection" for token in value.split(b",")}
    return [(name, value) for name, value in lowered if name not in _HOP_BY_HOP and name not in named]
