"""Split: one process per service and worker on the embedded PostgreSQL, behind one front port."""

import asyncio
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import httpx
import structlog

from services.contracts.services import SERVICE_NAMES, STORING_SERVICES
from services.installation.installation import Tell
from services.kernel.http import name_services, socket_client
from services.postgres import Cluster
from services.runner.front import Front
from services.runner.one_process import example_token, prepared
from services.runner.proxy import Proxy, new_session
from services.runner.serving import END_SECONDS, Server, free_port, run_loop, serve_until
from services.runner.settings import Addresses, environment_of, worker_environment_of
from services.runner.up import Launch
from services.runner.watchdog import guard_cluster
from services.site import Upstreams, build_pages

log = structlog.get_logger()

_LOCAL = "127.0.0.1"
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 15.0
_STEADY_SECONDS = 30.0
# Longer than a part needs, which ends its loop by itself.
_STOP_SECONDS = 20.0
_READY_SECONDS = 60.0
_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Part:
    """A process to be kept running: its name, the words of its command, and the address at which it answers, if any.

    `variables` are those of its environment that no other process is given.
    """

    name: str
    words: tuple[str, ...]
    address: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)


def run_split(launch: Launch, bound: socket.socket) -> None:
    """Run each part in a process of its own until a signal ends it; then stop all parts in order."""
    inner = _inner_addresses(launch.address.port)
    with prepared(launch) as (cluster, keys):
        environment = environment_of(cluster, keys, Addresses(launch.address.url, inner))
        token = example_token(keys, launch.address)

        async def main(stopping: asyncio.Event) -> None:
            await _run(launch, stopping, bound, cluster=cluster, inner=inner, environment=environment, token=token)

        # First the front ends its requests, then each part.
        run_loop(main, end_seconds=END_SECONDS + _STOP_SECONDS)


def _inner_addresses(front_port: int) -> dict[str, str]:
    addresses: dict[str, str] = {}
    port = front_port
    for name in SERVICE_NAMES:
        port = free_port(_LOCAL, after=port)
        addresses[name] = f"http://{_LOCAL}:{port}"
    return addresses


def parts_of(inner: Mapping[str, str], cluster: Cluster, *, level: str) -> list[Part]:
    """Return the processes of an installation: one for each service, and one for each worker."""
    common = ("--leashed", "--log", level.lower())
    serving = [
        Part(name, ("serve", name, "--port", address.rpartition(":")[2], *common), address)
        for name, address in inner.items()
    ]
    # Keys of surveys are for the worker alone: the process that takes answers cannot open them.
    own = {"feedback": worker_environment_of(cluster)}
    return [
        *serving,
        *(Part(f"{name} worker", ("work", name, *common), variables=own.get(name, {})) for name in STORING_SERVICES),
    ]


async def _run(
    launch: Launch,
    stopping: asyncio.Event,
    bound: socket.socket,
    *,
    cluster: Cluster,
    inner: Mapping[str, str],
    environment: Mapping[str, str],
    token: str,
) -> None:
    children_stopping = asyncio.Event()
    async with new_session() as session, socket_client() as client, asyncio.TaskGroup() as group:
        name_services(client, {address: name for name, address in inner.items()})
        pages = build_pages(Upstreams(client, inner), has_mailbox=environment["VIPU_MAIL_TRANSPORT"] == "mailbox")
        proxies = {name: Proxy(address, session) for name, address in inner.items()}
        front = Front(proxies, pages, hosts=launch.address.names)
        server = Server(front, trusted_proxies=launch.trusted_proxies)
        group.create_task(guard_cluster(stopping, launch.installation, cluster))
        for part in parts_of(inner, cluster, level=launch.level):
            group.create_task(keep_running(part, environment, children_stopping, tell=launch.tell))
        try:
            await _wait_until_ready(client, inner, stopping, tell=launch.tell)
            await serve_until(stopping, server, bound, lambda: launch.when_ready(token))
        finally:
            # The front has finished its requests: no caller needs the services any more.
            stopping.set()
            children_stopping.set()


async def _wait_until_ready(
    client: httpx.AsyncClient, inner: Mapping[str, str], stopping: asyncio.Event, *, tell: Tell
) -> None:
    """Wait for the services; report those that take too long, and go on without them."""
    deadline = asyncio.get_running_loop().time() + _READY_SECONDS
    for name, address in inner.items():
        while not stopping.is_set() and not await _is_ready(client, address):
            if asyncio.get_running_loop().time() > deadline:
                tell(f"{name} is not ready; its messages stand above. The others are served.")
                break
            await asyncio.sleep(_POLL_SECONDS)


async def _is_ready(client: httpx.AsyncClient, address: str) -> bool:
    try:
        return (await client.get(f"{address}/readyz")).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


async def keep_running(part: Part, environment: Mapping[str, str], stopping: asyncio.Event, *, tell: Tell) -> None:
    """Keep the process running until `stopping` is set.

    A process that breaks down is started again, with a longer pause each time. A process that an operator stopped
    (SIGTERM, SIGINT) has ended with 0 and stays stopped: that is how a single service is taken down.
    """
    loop, pause = asyncio.get_running_loop(), _FIRST_PAUSE_SECONDS
    while not stopping.is_set():
        began_at = loop.time()
        code = await _run_once(part, environment, stopping, tell=tell)
        if stopping.is_set():
            return
        if code == 0:
            tell(f"{part.name} was stopped on purpose and stays stopped; start Vipu anew to run it again.")
            return
        pause = _FIRST_PAUSE_SECONDS if loop.time() - began_at > _STEADY_SECONDS else pause
        tell(f"{part.name} ended with {code}; it is started again in {pause:.1f} s.")
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), pause)
        pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)


async def _run_once(part: Part, environment: Mapping[str, str], stopping: asyncio.Event, *, tell: Tell) -> int:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.cli",
        *part.words,
        env={**environment, **part.variables},
        # The pipe closes when this process ends, and the child stops then.
        stdin=asyncio.subprocess.PIPE,
        # Ctrl-C in the terminal reaches this process alone, which then stops its children in order.
        start_new_session=True,
    )
    tell(f"{part.name}: process {child.pid}" + (f" at {part.address}" if part.address else ""))
    ending, stop = asyncio.create_task(child.wait()), asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({ending, stop}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stop.cancel()
        if not ending.done():
            child.terminate()
    with suppress(TimeoutError):
        return await asyncio.wait_for(asyncio.shield(ending), _STOP_SECONDS)
    log.warning("child.killed", part=part.name, pid=child.pid)
    child.kill()
    return await ending
