"""Serving: a socket, uvicorn on uvloop and httptools, and the signals that end it all in order."""

import asyncio
import gc
import resource
import signal
import socket
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Final

import structlog
import uvicorn
import uvloop
from starlette.types import ASGIApp

from services.installation.errors import CannotRun
from services.runner.forwarding import ForwardedCaller, proxies_in
from services.runner.protocol import BoundedProtocol

log = structlog.get_logger()

_BACKLOG = 2048
_CONNECTIONS = 2000
# Files of a process besides the connections of callers: of the database, of other services, of exports.
_OTHER_FILES = 500
# Longer than proxies keep an idle connection (nginx: 60 s): a request on one that was just closed would be lost.
_KEEP_ALIVE_SECONDS = 75
_SHUTDOWN_SECONDS = 8
# The running requests, then the connections; workers end beside them.
END_SECONDS: Final = 12.0
# How long a cancelled task may take.
_CANCEL_SECONDS: Final = 3.0
# Uvicorn's default of five is less than a process needs to start when a whole installation starts at once: the process
# was killed and started again without end.
_SIGN_OF_LIFE_SECONDS = 60
# New objects that could be garbage before the youngest are collected; Python's own figure is 700.
_COLLECT_AFTER = 10_000
_STOPPING = (signal.SIGINT, signal.SIGTERM)


def bound_socket(host: str, port: int) -> socket.socket:
    """Return a socket that has the port but does not listen yet: callers are refused until the service is ready.

    Raises: OSError when the port is taken or the host is none of this machine.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError:
        bound.close()
        raise
    return bound


def free_port(host: str, *, after: int) -> int:
    """Return the first free port above `after`. Raises CannotRun."""
    for port in range(after + 1, min(after + 200, 65536)):
        with suppress(OSError), bound_socket(host, port) as found:
            # A bound port may still be refused to a listener: another bound socket may listen meanwhile.
            found.listen(1)
            return port
    message = f"No free port was found above {after}."
    raise CannotRun(message)


def configuration(
    app: ASGIApp | Callable[[], ASGIApp], *, root_path: str, workers: int | None = None
) -> uvicorn.Config:
    """Return the configuration of uvicorn; with `workers` it makes the loops itself, and `app` makes the application.

    Each process gets `app` by pickling. The application itself finds the address of the caller (`ForwardedCaller`).
    """
    alone = workers is None
    return uvicorn.Config(
        app,
        factory=not alone,
        workers=workers,
        loop="none" if alone else "uvloop",
        lifespan="off" if alone else "on",
        http=BoundedProtocol,
        ws="none",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        root_path=root_path,
        backlog=_BACKLOG,
        # The protocol makes room at one less, so that only answers in progress are counted.
        limit_concurrency=_allowed_connections() + 1,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
        timeout_worker_healthcheck=_SIGN_OF_LIFE_SECONDS,
    )


def _allowed_connections() -> int:
    """Return how many connections a process may have, and let it open as many files where the machine allows it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = _CONNECTIONS + _OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return _CONNECTIONS if soft == resource.RLIM_INFINITY else min(_CONNECTIONS, soft - _OTHER_FILES)


class Server(uvicorn.Server):
    """Uvicorn without signal handlers, and with an event that is set when it answers."""

    def __init__(self, app: ASGIApp, *, root_path: str = "", trusted_proxies: str = "") -> None:
        """`trusted_proxies`: the proxies whose X-Forwarded-For is used, separated by commas; none by default."""
        super().__init__(configuration(ForwardedCaller(app, proxies_in(trusted_proxies)), root_path=root_path))
        self.ready = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none: the runner of the loop stops the server."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen; `ready` is set from here on."""
        await super().startup(sockets)
        self.ready.set()


def settle() -> None:
    """Exclude all present objects from garbage collection, and collect less often.

    Modules, routes and statements are never garbage, and they are two hundred thousand objects: looking through them
    took about a third of the processor's time under many callers, and a single request sometimes paid for all.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER, 10, 10)


def assert_uvloop() -> None:
    """Raise CannotRun unless the loop is uvloop: the figures of docs/operations.md rest on it."""
    if not isinstance(asyncio.get_running_loop(), uvloop.Loop):
        raise CannotRun("The event loop is not uvloop; the set-up is broken. Remove .venv and start again.")


def run_loop(main: Callable[[asyncio.Event], Coroutine[None, None, None]], *, end_seconds: float = END_SECONDS) -> None:
    """Run `main` on uvloop; its event is set by SIGINT and SIGTERM.

    It ends within `end_seconds` and some more after the event: then all tasks are cancelled, and those that go on all
    the same are named in the log and left.
    """
    loop = uvloop.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(_run_with_signals(main, end_seconds))
    finally:
        loop.run_until_complete(_end_all_tasks())
        asyncio.set_event_loop(None)
        loop.close()


async def _run_with_signals(main: Callable[[asyncio.Event], Coroutine[None, None, None]], end_seconds: float) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _STOPPING:
        loop.add_signal_handler(number, stopping.set)
    assert_uvloop()
    running = asyncio.create_task(main(stopping), name="main")
    await _first_of(running, stopping.wait())
    await asyncio.wait({running}, timeout=end_seconds)
    if running.done():
        await running


async def _end_all_tasks() -> None:
    """Cancel all tasks and wait for their end, but not for one that ignores it: the process could never end."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    _, left = await asyncio.wait(others, timeout=_CANCEL_SECONDS) if others else (set(), set())
    if left:
        log.error("end.tasks_left", tasks=sorted(f"{task.get_name()}: {task.get_coro()!r}" for task in left))
    with suppress(TimeoutError):
        await asyncio.wait_for(asyncio.get_running_loop().shutdown_asyncgens(), _CANCEL_SECONDS)


async def serve_until(
    stopping: asyncio.Event, server: Server, bound: socket.socket, when_ready: Callable[[], None]
) -> None:
    """Serve on the socket until `stopping` is set, then finish the running requests."""
    serving = asyncio.create_task(server.serve([bound]))
    await _first_of(server.ready.wait(), serving, stopping.wait())
    if server.ready.is_set() and not stopping.is_set():
        when_ready()
    await _first_of(stopping.wait(), serving)
    server.should_exit = True
    await serving


async def _first_of(*awaited: Awaitable[object]) -> None:
    tasks = [asyncio.ensure_future(awaitable) for awaitable in awaited]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task, awaitable in zip(tasks, awaited, strict=True):
        # Only tasks that were made here are cancelled; a task of the caller goes on.
        if task is not awaitable:
            task.cancel()


@contextmanager
def terminable() -> Iterator[None]:
    """Let SIGTERM unwind the work as Ctrl-C does, so that no started process stays behind."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
