"""One service, or its worker, as a process of its own: configured by `VIPU_…` variables, stopped by a signal."""

import asyncio
import os
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import structlog
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError
from starlette.applications import Starlette
from starlette.types import ASGIApp
from uvicorn.supervisors import Multiprocess

from services.contracts.services import SITE
from services.installation.errors import CannotRun
from services.kernel import log
from services.kernel.data.migrations import SchemaNotAtHead
from services.kernel.http import name_services, socket_client
from services.kernel.runtime import Core, Runtime
from services.kernel.settings import faults_of
from services.runner import liveness
from services.runner.forwarding import ForwardedCaller, proxies_in
from services.runner.key_access import refuse_survey_keys, require_survey_keys
from services.runner.services import SERVICE_BY_NAME
from services.runner.serving import Server, bound_socket, configuration, run_loop, serve_until, settle
from services.runner.settings import SiteSettings
from services.runner.working import work_until
from services.site import Upstreams, build_pages

logger = structlog.get_logger()

_LEASH_BYTES = 1024
# Longer than a process needs to finish its requests and to close its connections.
_END_SECONDS = 15.0


def serve(service: str, *, host: str, port: int, trusted_proxies: str, leashed: bool) -> None:
    """Serve one service until a signal ends it. Raises CannotRun."""

    async def main(stopping: asyncio.Event) -> None:
        hold_leash(stopping, leashed=leashed)
        app = serving_application(service)
        server = Server(app, root_path=root_path_of(service), trusted_proxies=trusted_proxies)
        async with started(app):
            await serve_until(stopping, server, bound, lambda: None)

    with _taken(host, port) as bound:
        run_loop(main)


def serve_with_workers(service: str, *, host: str, port: int, trusted_proxies: str, workers: int, level: str) -> None:
    """Serve one service in several processes that share the port, until a signal ends them. Raises CannotRun."""

    async def begin_and_end(_stopping: asyncio.Event) -> None:
        async with started(serving_application(service)):
            pass

    with _taken(host, port) as bound:
        # A failure of the start is reported once, here: uvicorn would start its processes again and again in silence.
        run_loop(begin_and_end)
        config = configuration(
            partial(application_of_process, service, level=level, trusted_proxies=trusted_proxies),
            root_path=root_path_of(service),
            workers=workers,
        )
        Processes(config, sockets=[bound]).run()


class Processes(Multiprocess):
    """Uvicorn's processes. Those that do not end within some seconds are killed; uvicorn would wait for ever."""

    def join_all(self) -> None:
        """Wait for the end of all processes."""
        deadline = time.monotonic() + _END_SECONDS
        for process in self.processes:
            process.process.join(max(0.0, deadline - time.monotonic()))
            if process.exitcode is None:
                logger.error("process.killed", pid=process.pid)
                process.process.kill()
        super().join_all()


def _taken(host: str, port: int) -> socket.socket:
    try:
        return bound_socket(host, port)
    except OSError as error:
        message = f"{host}:{port} cannot be had: {error.strerror}. Say another one with --port."
        raise CannotRun(message) from error


def work(service: str, *, leashed: bool, liveness_file: Path | None) -> None:
    """Do one service's jobs and periodic tasks until a signal ends it; touch the file meanwhile. Raises CannotRun."""

    async def main(stopping: asyncio.Event) -> None:
        hold_leash(stopping, leashed=leashed)
        app = application(service)
        async with started(app):
            runtime: Runtime = app.state.runtime
            await require_survey_keys(runtime.settings, runtime.database)
            refuse_unwritable(liveness_file)
            await work_until(stopping, lambda: SERVICE_BY_NAME[service].worker(runtime), liveness_file=liveness_file)

    run_loop(main)


def refuse_unwritable(liveness_file: Path | None) -> None:
    """Check that a worker can give its sign of life. Raises CannotRun."""
    try:
        if liveness_file is not None:
            liveness.touch(liveness_file)
    except OSError as error:
        message = f"VIPU_LIVENESS_FILE: {liveness_file} cannot be written: {error.strerror}."
        raise CannotRun(message) from error


def root_path_of(service: str) -> str:
    """Return the prefix that the proxy removes, for addresses that lead back to the service."""
    return "" if service == SITE else f"/api/{service}"


def application(service: str) -> Starlette:
    """Return the service (or `site`: the pages alone) from the environment.

    Raises CannotRun, naming what is missing.
    """
    client = socket_client()
    try:
        app = _site(client) if service == SITE else _service(service, client)
    except ValidationError as failure:
        message = f"The settings of {service} are not complete. {faults_of(failure)}"
        raise CannotRun(message) from failure
    app.router.lifespan_context = _and_close(client, app.router.lifespan_context)
    return app


def serving_application(service: str) -> Starlette:
    """Return the application of a process that serves. Raises CannotRun where it could do what a worker alone may."""
    app = application(service)
    if service != SITE:
        core: Core = app.state.runtime
        refuse_survey_keys(core.settings)
    return app


def application_of_process(service: str, *, level: str, trusted_proxies: str) -> ASGIApp:
    """Return the application of a process that shares the port. It has inherited nothing but the environment."""
    log.configure(level=level)
    return ForwardedCaller(serving_application(service), proxies_in(trusted_proxies))


def _service(name: str, client: httpx.AsyncClient) -> Starlette:
    service = SERVICE_BY_NAME[name]
    settings = service.settings()
    name_services(client, settings.addresses)
    return service.build(settings, client)


def _site(client: httpx.AsyncClient) -> Starlette:
    settings = SiteSettings()
    name_services(client, {address: name for name, address in settings.services.items()})
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
    """Run the application's start and end. Raises CannotRun when its database is missing or has another schema."""
    async with AsyncExitStack() as running:
        try:
            await running.enter_async_context(app.router.lifespan_context(app))
        except SchemaNotAtHead as failure:
            message = f"{failure}."
            raise CannotRun(message) from failure
        except (OSError, DBAPIError, asyncpg.PostgresError) as failure:
            # The first line is the reason; the statement follows it.
            reason = (str(failure).splitlines() or [type(failure).__name__])[0]
            message = f"The database cannot be used: {reason}"
            raise CannotRun(message) from failure
        yield


def hold_leash(stopping: asyncio.Event, *, leashed: bool) -> None:
    """Stop when standard input ends: the process that started this one has ended then, in whatever way."""
    if not leashed:
        return

    def pulled() -> None:
        if not os.read(sys.stdin.fileno(), _LEASH_BYTES):
            loop.remove_reader(sys.stdin.fileno())
            stopping.set()

    loop = asyncio.get_running_loop()
    loop.add_reader(sys.stdin.fileno(), pulled)
