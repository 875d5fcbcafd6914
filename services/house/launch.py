"""Launching: everything in one process on the embedded PostgreSQL, from nothing to ready."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from services.events.mail.access import has_mailbox
from services.events.settings import EventsSettings
from services.house import schemas
from services.house.addresses import INNER, Address
from services.house.assembly import House, assemble
from services.house.demo_state import DemoState
from services.house.front import Front
from services.house.guard import guard_cluster
from services.house.installation import STORING_SERVICES, Installation, Tell, opened
from services.house.keys import Keys
from services.house.pages import Siblings, build_pages
from services.house.serving import Server, run_loop, serve_until, settle
from services.house.settings import Addresses, house_settings
from services.house.working import work_until
from services.kernel.security.auth import Grant, Role
from services.kernel.security.tokens import Issuer
from services.postgres import Cluster


@dataclass(frozen=True, slots=True)
class Launch:
    """What the person asked for."""

    installation: Installation
    address: Address
    demo: bool
    tell: Tell
    level: str
    # Hears a token for the example once everything answers.
    when_ready: Callable[[str], None]


def run_in_one_process(launch: Launch, bound: socket.socket) -> None:
    """Have everything running until a signal ends it; then all is stopped in order."""
    with prepared(launch) as (cluster, keys):
        settings = house_settings(cluster, keys, Addresses(launch.address.url, INNER))

        async def main(stopping: asyncio.Event) -> None:
            house = assemble(settings)
            async with house.open():
                await _run(
                    launch, house, stopping, cluster=cluster, bound=bound, token=example_token(keys, launch.address)
                )

        run_loop(main)


@contextmanager
def prepared(launch: Launch) -> Iterator[tuple[Cluster, Keys]]:
    """Have the database running and current, and the installation known as served."""
    installation = launch.installation
    with opened(installation, tell=launch.tell) as cluster, installation.served():
        keys = installation.keys
        demo = DemoState(installation.demo_marker)
        if not schemas.exists(cluster):
            demo.begin(wanted=launch.demo)
        elif demo.is_unfinished:
            launch.tell("The demonstration data was not finished the last time; beginning anew.")
            schemas.drop(cluster)
            demo.begin(wanted=launch.demo)
        schemas.bring_up_to_date(installation, cluster, keys, tell=launch.tell)
        if demo.is_unfinished:
            from services.house.filling import fill  # noqa: PLC0415  Only the first start loads anything.

            fill(house_settings(cluster, keys, Addresses(launch.address.url, INNER)), tell=launch.tell)
            demo.finish()
        installation.remember_address(launch.address.url)
        yield cluster, keys


def example_token(keys: Keys, address: Address) -> str:
    """A token for the example that the person may paste."""
    issuer = Issuer(keys.signing_key, issuer=address.url)
    return issuer.mint("operator:coordinator", [Grant(Role.coordinator)])


async def _run(
    launch: Launch, house: House, stopping: asyncio.Event, *, cluster: Cluster, bound: socket.socket, token: str
) -> None:
    events = house.runtime("events").settings
    assert isinstance(events, EventsSettings)
    pages = build_pages(Siblings(house.client, INNER), has_mailbox=has_mailbox(events))
    settle()
    server = Server(Front(house.apps, pages, hosts=launch.address.names))
    async with asyncio.TaskGroup() as group:
        group.create_task(guard_cluster(stopping, launch.installation, cluster))
        for service in STORING_SERVICES:
            group.create_task(work_until(stopping, partial(house.worker, service)))
        await serve_until(stopping, server, bound, lambda: launch.when_ready(token))
        stopping.set()
