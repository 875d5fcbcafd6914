"""Everything in one process on the embedded PostgreSQL, from an empty folder to ready."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

from services.contracts.roles import Grant, Role
from services.contracts.services import STORING_SERVICES
from services.events.mailbox.access import has_mailbox
from services.events.settings import EventsSettings
from services.installation import schemas
from services.installation.addresses import INNER, Address
from services.installation.demo_state import DemoState
from services.installation.installation import opened
from services.installation.keys import Keys
from services.installation.tokens import subject_of
from services.kernel.security.tokens import Issuer
from services.postgres import Cluster
from services.runner.dictionaries import dictionaries_of, dictionary_in
from services.runner.front import Front
from services.runner.key_access import require_survey_keys_of
from services.runner.services import Applications, build_applications
from services.runner.serving import Server, run_loop, serve_until, settle
from services.runner.settings import Addresses, all_settings
from services.runner.up import Launch
from services.runner.watchdog import guard_cluster
from services.runner.working import work_until
from services.site import Upstreams, build_pages


def run_in_one_process(launch: Launch, bound: socket.socket) -> None:
    """Run everything until a signal ends it; then stop all parts in order."""
    with prepared(launch) as (cluster, keys):
        settings = all_settings(cluster, keys, Addresses(launch.address.url, INNER))

        async def main(stopping: asyncio.Event) -> None:
            applications = build_applications(settings)
            async with applications.open():
                await _run(
                    launch,
                    applications,
                    stopping,
                    cluster=cluster,
                    bound=bound,
                    token=example_token(keys, launch.address),
                )

        run_loop(main)


@contextmanager
def prepared(launch: Launch) -> Iterator[tuple[Cluster, Keys]]:
    """Keep the database running and current, and the installation marked as served."""
    installation = launch.installation
    with opened(installation, tell=launch.tell) as cluster, ExitStack() as serving:
        with installation.preparing():
            serving.enter_context(installation.served())
            keys = _prepare(launch, cluster)
        yield cluster, keys


def _prepare(launch: Launch, cluster: Cluster) -> Keys:
    """Make what is missing. Returns the secrets. Requires: no other process prepares the installation."""
    installation = launch.installation
    with dictionary_in(dictionaries_of(cluster), tell=launch.tell) as dictionary_made:
        keys = installation.keys
        demo = DemoState(installation.demo_marker)
        if not schemas.exists(cluster):
            demo.begin(with_demo=launch.demo)
        elif demo.is_unfinished:
            launch.tell("The demonstration data was not finished the last time; it is loaded anew.")
            schemas.drop(cluster)
            installation.forget_survey_keys()
            demo.begin(with_demo=launch.demo)
        schemas.bring_up_to_date(installation, cluster, keys, tell=launch.tell)
        dictionary_made()
        if demo.is_unfinished:
            launch.load_demo(cluster, keys, launch.address.url)
            demo.finish()
        require_survey_keys_of(installation, cluster)
        installation.remember_address(launch.address.url)
        return keys


def example_token(keys: Keys, address: Address) -> str:
    """Return a token for the example that the operator may paste."""
    issuer, grant = Issuer(keys.signing_key, issuer=address.url), Grant(Role.coordinator)
    return issuer.mint(subject_of("example", grant), [grant])


async def _run(
    launch: Launch,
    applications: Applications,
    stopping: asyncio.Event,
    *,
    cluster: Cluster,
    bound: socket.socket,
    token: str,
) -> None:
    events = applications.runtime("events").settings
    assert isinstance(events, EventsSettings)
    pages = build_pages(Upstreams(applications.client, INNER), has_mailbox=has_mailbox(events))
    settle()
    front = Front(applications.apps, pages, hosts=launch.address.names)
    server = Server(front, trusted_proxies=launch.trusted_proxies)
    async with asyncio.TaskGroup() as group:
        group.create_task(guard_cluster(stopping, launch.installation, cluster))
        for service in STORING_SERVICES:
            group.create_task(work_until(stopping, partial(applications.worker, service)))
        await serve_until(stopping, server, bound, lambda: launch.when_ready(token))
        stopping.set()
