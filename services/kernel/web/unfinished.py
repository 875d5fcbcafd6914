"""Requests that do not run to their end: the caller hangs up while sending, or the service takes too long."""

import asyncio

import structlog
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.kernel.web.errors import Unavailable
from services.kernel.web.problems import render

log = structlog.get_logger()

# Nginx's status for it, in the log and in the metrics. No caller gets it.
CLIENT_CLOSED_REQUEST = 499
# How long the rollback of a request that has been cut off may take.
_CLEAN_UP_SECONDS = 2.0


class DisconnectMiddleware:
    """Count a request whose caller hung up while sending the body as abandoned, whatever it has led to inside."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_whole = is_abandoned = False

        async def receive_and_note() -> Message:
            nonlocal is_whole, is_abandoned
            message = await receive()
            is_whole |= message["type"] == "http.request" and not message.get("more_body", False)
            is_abandoned |= message["type"] == "http.disconnect" and not is_whole
            return message

        async def send_to_who_is_there(message: Message) -> None:
            if not is_abandoned:
                await send(message)

        try:
            await self.app(scope, receive_and_note, send_to_who_is_there)
        except Exception:
            if not is_abandoned:
                raise
        if is_abandoned:
            log.info("request.abandoned")
            await send({"type": "http.response.start", "status": CLIENT_CLOSED_REQUEST, "headers": []})
            await send({"type": "http.response.body", "body": b""})


class DeadlineMiddleware:
    """Answer 503 where a request has no answer within some seconds; the time in which its caller sends does not count.

    The limits of PostgreSQL end before it. It is for what they do not reach: a server that hangs itself.
    """

    def __init__(self, app: ASGIApp, *, seconds: float) -> None:
        self.app = app
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        exchange = _Exchange(receive, send)
        serving = asyncio.ensure_future(self.app(scope, exchange.receive, exchange.send))
        try:
            while not serving.done() and (left := self.seconds - exchange.idle_seconds()) > 0:
                await asyncio.wait({serving}, timeout=left)
        finally:
            if not serving.done():
                exchange.is_over = True
                serving.cancel()
                await asyncio.wait({serving}, timeout=_CLEAN_UP_SECONDS)
        if not exchange.is_over:
            await serving
            return
        log.error("request.overdue", seconds=self.seconds)
        await render(Request(scope, receive), Unavailable())(scope, receive, send)


class _Exchange:
    """The messages between the caller and the application. None passes to the caller once it is over."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._clock = asyncio.get_running_loop().time
        self._moved_at = self._clock()
        self._is_callers_turn = False
        self.is_over = False

    def idle_seconds(self) -> float:
        """Return how long the application has let its caller wait for the beginning of the answer."""
        return 0.0 if self._is_callers_turn else self._clock() - self._moved_at

    async def receive(self) -> Message:
        """Pass on a part of the body."""
        is_first = not self._is_callers_turn
        self._is_callers_turn = True
        try:
            return await self._receive()
        finally:
            if is_first:
                self._is_callers_turn, self._moved_at = False, self._clock()

    async def send(self, message: Message) -> None:
        """Pass on a part of the answer. From its beginning on, the caller sees how it goes."""
        if not self.is_over:
            self._is_callers_turn = True
            await self._send(message)
