"""HTTP on a connection: uvicorn's protocol with bounds on the size and the time of what a caller sends and reads.

httptools has no bounds of its own, and uvicorn's `h11_max_incomplete_event_size` is for another parser.
"""

import asyncio
from collections.abc import Callable
from enum import Enum, auto
from http import HTTPStatus
from typing import Final, cast

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn._types import ASGI3Application
from uvicorn.config import Config
from uvicorn.protocols.http.flow_control import service_unavailable
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from services.kernel.data.ids import new_private_id
from services.kernel.web.errors import BadRequest, DomainError, HeadersTooLarge, RequestTooSlow, Unavailable
from services.kernel.web.middleware import with_security_headers
from services.kernel.web.problems import render

# Of the request line and all headers, and also of the trailers of a body in chunks.
HEAD_BYTES: Final = 64 * 1024
HEADER_FIELDS: Final = 100
HEAD_SECONDS: Final = 20
# In each interval a body brings this much, or its end, while the application reads it.
BODY_SECONDS: Final = 30
BODY_BYTES: Final = 60_000
# A reader takes some of its answer in this time.
WRITE_SECONDS: Final = 60
# What a caller still sends after the answer is read and dropped: on a closed socket, it would cost the answer itself.
LINGER_SECONDS: Final = 30
LINGER_BYTES: Final = 64 * 1024 * 1024
_RETRY: Final = {"Retry-After": "2"}


class _Stage(Enum):
    """The part of a request that a caller sends next."""

    nothing = auto()
    head = auto()
    body = auto()


class BoundedProtocol(HttpToolsProtocol):
    """A connection that is closed, with a problem document where no answer has begun, once a bound is exceeded."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, object],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._stage = _Stage.nothing
        # Counts where there is no other bound: in the head, and in a body from the size of a chunk to its first byte.
        self._counting = True
        self._head_left = HEAD_BYTES
        self._refusal: DomainError = BadRequest()
        self._refused = False
        self._body_bytes = 0
        self._was_paused = False
        self._dropped_bytes = 0
        self._reading_timer: asyncio.TimerHandle | None = None
        self._writing_timer: asyncio.TimerHandle | None = None
        self.waiting_since = self.loop.time()

    @property
    def is_waiting(self) -> bool:
        """Whether no request of this connection is being answered."""
        return self.cycle is None or self.cycle.response_complete

    # The connection.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin. At the greatest number of connections, the one that has waited longest for a request is closed."""
        super().connection_made(transport)
        self._wait(HEAD_SECONDS, self._head_is_late)
        if self.limit_concurrency is not None and len(self.connections) >= self.limit_concurrency:
            others = cast("set[BoundedProtocol]", self.connections) - {self}
            waiting = (other for other in others if other.is_waiting)
            oldest = min(waiting, key=lambda other: other.waiting_since, default=None)
            if oldest is not None:
                self.connections.discard(oldest)
                oldest.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._wait(None)
        self.resume_writing()
        super().connection_lost(exc)

    # What the caller sends.

    def data_received(self, data: bytes) -> None:
        """Read a part of a request. A head is read no further than its bound."""
        if self._refused:
            self._drop(len(data))
            return
        while data and not self._refused and not self.transport.is_closing():
            taken = data[: self._head_left] if self._counting else data
            data = data[len(taken) :]
            self._head_left -= len(taken)
            if self._stage is _Stage.nothing:
                self._stage = _Stage.head
            super().data_received(taken)
            if self._counting and self._head_left <= 0 and not self._refused:
                self._refuse(HeadersTooLarge())
        if self._reading_timer is None and not self._refused:
            self._watch()

    def _watch(self) -> None:
        if self._stage is _Stage.head:
            self._wait(HEAD_SECONDS, self._head_is_late)
        elif self._stage is _Stage.body:
            self._body_bytes = 0
            self._wait(BODY_SECONDS, self._judge_body)

    def on_message_begin(self) -> None:
        """Begin a request."""
        self._stage = _Stage.head
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Add a header. A trailer comes when the application has read the headers, and is ignored."""
        if self._stage is _Stage.body:
            return
        if len(self.headers) >= HEADER_FIELDS:
            # The parser turns any exception into its own, and the protocol then refuses the request.
            self._refusal = HeadersTooLarge()
            raise self._refusal
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Start the application."""
        self._stage = _Stage.body
        self._count(begins=False)
        self._wait(None)
        super().on_headers_complete()

    def on_chunk_header(self) -> None:
        """Begin a chunk of a body. After the last one, which is empty, trailers may come."""
        self._count(begins=True)

    def on_body(self, body: bytes) -> None:
        """Read a part of the body."""
        self._count(begins=False)
        self._body_bytes += len(body)
        if self.is_waiting:
            self._drop(len(body))
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End the body."""
        self._stage = _Stage.nothing
        self._count(begins=True)
        self._wait(None)
        super().on_message_complete()

    def _count(self, *, begins: bool) -> None:
        self._counting = begins
        self._head_left = HEAD_BYTES

    # What is too late or too much.

    def _head_is_late(self) -> None:
        self._reading_timer = None
        if self._stage is _Stage.nothing:
            self.transport.close()
        else:
            self._refuse(RequestTooSlow())

    def _judge_body(self) -> None:
        """Refuse a body that brought little, unless it waited for the application."""
        self._reading_timer = None
        paused = self.flow.read_paused or self._was_paused
        if self._body_bytes < BODY_BYTES and not paused:
            self._refuse(RequestTooSlow())
            return
        self._was_paused = self.flow.read_paused
        self._watch()

    def _drop(self, count: int) -> None:
        self._dropped_bytes += count
        if self._dropped_bytes > LINGER_BYTES:
            self.transport.close()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - The base class calls it for what it cannot parse.
        """Refuse the request."""
        self._refuse(self._refusal)

    def _refuse(self, failure: DomainError) -> None:
        """Answer with a problem document, if no answer has begun, and read no further request."""
        if not self.is_waiting and self._stage is not _Stage.body:
            # The answer to the request before this one is not mixed with another one.
            self.cycle.keep_alive = False
            self.flow.pause_reading()
        elif not self.is_waiting and self.cycle.response_started:
            self.transport.close()
        else:
            self._answer_and_end(failure)

    def _answer_and_end(self, failure: DomainError) -> None:
        self._refused = True
        if not self.is_waiting:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        answer = problem_of({"type": "http", "headers": self.headers or []}, failure)
        self.transport.write(_as_bytes(answer))
        self.flow.resume_reading()
        self.transport.write_eof()
        self._wait(LINGER_SECONDS, self.transport.close)

    # What the caller reads.

    def pause_writing(self) -> None:
        """Stop writing, until the caller has read some of the answer; not for ever."""
        super().pause_writing()
        self._writing_timer = self._writing_timer or self.loop.call_later(WRITE_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Write again."""
        if self._writing_timer is not None:
            self._writing_timer.cancel()
            self._writing_timer = None
        super().resume_writing()

    def on_response_complete(self) -> None:
        """Wait for the next request; where the body of this one goes on, not for long."""
        self.waiting_since = self.loop.time()
        self._dropped_bytes = 0
        super().on_response_complete()
        if self._stage is _Stage.body and self.is_waiting:
            self._wait(LINGER_SECONDS, self.transport.close)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        full = app is service_unavailable
        super()._start_asgi_task(cycle, cast("ASGI3Application", overloaded) if full else app)

    def _wait(self, seconds: float | None, then: Callable[[], None] | None = None) -> None:
        """Call a function in so many seconds, in place of the one before; with None, call none."""
        if self._reading_timer is not None:
            self._reading_timer.cancel()
        self._reading_timer = None if seconds is None or then is None else self.loop.call_later(seconds, then)


async def overloaded(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer that there are too many requests at once."""
    answer: ASGIApp = problem_of(scope, Unavailable(headers=_RETRY))
    await answer(scope, receive, send)


def problem_of(scope: Scope, failure: DomainError) -> Response:
    """Return the problem document of a failure that no application has seen; the connection ends with it."""
    request_id = new_private_id()
    answer = render(Request({**scope, "vipu_request_id": request_id}), failure)
    answer.headers["Connection"] = "close"
    answer.raw_headers[:] = with_security_headers(answer.raw_headers, request_id)
    return answer


def _as_bytes(answer: Response) -> bytes:
    status = f"HTTP/1.1 {answer.status_code} {HTTPStatus(answer.status_code).phrase}\r\n".encode()
    fields = (name + b": " + value + b"\r\n" for name, value in answer.raw_headers)
    return b"".join((status, *fields, b"\r\n", bytes(answer.body)))
