"""One service, or its worker, as a process of its own: configured by `VIPU_…` variables, stopped by a signal."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any, Final

import asyncpg
import httpx
from fastapi import FastAPI
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError
from starlette.applications import Starlette
from uvicorn.supervisors import Multiprocess

from services.events import app as events
from services.events.settings import EventsSettings
from services.feedback import app as feedback
from services.feedback.settings import FeedbackSettings
from services.gateway import app as gateway
from services.gateway.settings import GatewaySettings
from services.installation.errors import CannotRun
from services.kernel import log
from services.kernel.background.worker import Worker
from services.kernel.data.migrations import SchemaNotAtHead
from services.kernel.http import socket_client
from services.registry import app as registry
from services.registry.settings import RegistrySettings
from services.runner.services import SERVICES
from services.runner.serving import Server, bound_socket, configuration, run_loop, serve_until, settle
from services.runner.settings import FrontSettings
from services.runner.working import work_until
from services.site import Upstreams, build_pages

_LEASH_BYTES = 1024
_LOG_LEVEL = "VIPU_LOG"

_BUILDERS: Final[Mapping[str, Callable[[httpx.AsyncClient], FastAPI]]] = {
    "registry": lambda client: registry.build_app(RegistrySettings(), client),
    "events": lambda client: events.build_app(EventsSettings(), client),
    "feedback": lambda client: feedback.build_app(FeedbackSettings(), client),
    "dashboard": lambda client: gateway.build_app(GatewaySettings(), client),
}


def serve(service: str, *, host: str, port: int, trusted_proxies: str, leashed: bool) -> None:
    """Serve one service until a signal ends it. Raises CannotRun."""

    async def main(stopping: asyncio.Event) -> None:
        hold_leash(stopping, leashed=leashed)
        app = application(service)
        server = Server(app, root_path=root_path_of(service), trusted_proxies=trusted_proxies)
        async with started(app):
            await serve_until(stopping, server, bound, lambda: None)

    with _taken(host, port) as bound:
        run_loop(main)


def serve_with_workers(service: str, *, host: str, port: int, trusted_proxies: str, workers: int, level: str) -> None:
    """As `serve`, in several processes that share the port. Raises CannotRun."""

    async def begin_and_end(_stopping: asyncio.Event) -> None:
        async with started(application(service)):
            pass

    os.environ[_LOG_LEVEL] = level
    with _taken(host, port) as bound:
        # What hinders the start is told once, here; uvicorn would begin its processes again and again without a word.
        run_loop(begin_and_end)
        config = configuration(
            f"services.runner.processes:{service}_application",
            root_path=root_path_of(service),
            trusted_proxies=trusted_proxies,
            workers=workers,
        )
        Multiprocess(config, sockets=[bound]).run()


def _taken(host: str, port: int) -> socket.socket:
    try:
        return bound_socket(host, port)
    except OSError as error:
        message = f"{host}:{port} cannot be had: {error.strerror}. Say another one with --port."
        raise CannotRun(message) from error


def work(service: str, *, leashed: bool) -> None:
    """Do one service's jobs and periodic_tasks until a signal ends it. Raises CannotRun."""

    async def main(stopping: asyncio.Event) -> None:
        hold_leash(stopping, leashed=leashed)
        app = application(service)
        found = SERVICES[service]
        async with started(app):
            await work_until(
                stopping,
                lambda: Worker(app.state.runtime, handlers=found.handlers, periodic_tasks=found.periodic_tasks),
            )

    run_loop(main)


def root_path_of(service: str) -> str:
    """Return the prefix that the proxy in front takes away, for addresses that lead back to it."""
    return "" if service == "front" else f"/api/{service}"


def application(service: str) -> Starlette:
    """Return the service (or `front`: the pages alone) from the environment.

    Raises CannotRun, naming what is missing.
    """
    client = socket_client()
    try:
        app = _BUILDERS[service](client) if service in _BUILDERS else _front(client)
    except ValidationError as failure:
        wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in failure.errors())
        message = f"The settings of {service} are not complete. {wrong}"
        raise CannotRun(message) from failure
    app.router.lifespan_context = _and_close(client, app.router.lifespan_context)
    return app


def _in_worker(service: str) -> Starlette:
    """Return what a process that shares the port begins with: it has inherited the environment and nothing else."""
    log.configure(level=os.environ.get(_LOG_LEVEL, "INFO"))
    return application(service)


# What uvicorn's own processes call.
registry_application = partial(_in_worker, "registry")
events_application = partial(_in_worker, "events")
feedback_application = partial(_in_worker, "feedback")
dashboard_application = partial(_in_worker, "dashboard")
front_application = partial(_in_worker, "front")


def _front(client: httpx.AsyncClient) -> Starlette:
    settings = FrontSettings()
    return build_pages(Upstreams(client, settings.services), has_mailbox=False)


Lifespan = Callable[[Any], AbstractAsyncContextManager[Any]]


def _and_close(client: httpx.AsyncClient, lifespan: Lifespan) -> Lifespan:
    @asynccontextmanager
    async def both(app: Starlette) -> AsyncIterator[Any]:
        try:
            async with lifespan(app) as state:
                settle()
                yield state
        finally:
            await client.aclose()

    return both


@asynccontextmanager
async def started(app: Starlette) -> AsyncIterator[None]:
    """Run the application's start and end. Raises CannotRun when its database is not there or not what it needs."""
    async with AsyncExitStack() as running:
        try:
            await running.enter_async_context(app.router.lifespan_context(app))
        except SchemaNotAtHead as failure:
            message = f"{failure}."
            raise CannotRun(message) from failure
        except (OSError, DBAPIError, asyncpg.PostgresError) as failure:
            # The first line says why; what follows it is the statement.
            reason = (str(failure).splitlines() or [type(failure).__name__])[0]
            message = f"The database cannot be used: {reason}"
            raise CannotRun(message) from failure
        yield


def hold_leash(stopping: asyncio.Event, *, leashed: bool) -> None:
    """Stop when standard input ends: whoever started this process is gone then, however it ended."""
    if not leashed:
        return

    def pulled() -> None:
        if not os.read(sys.stdin.fileno(), _LEASH_BYTES):
            loop.remove_reader(sys.stdin.fileno())
            stopping.set()

    loop = asyncio.get_running_loop()
    loop.add_reader(sys.stdin.fileno(), pulled)
