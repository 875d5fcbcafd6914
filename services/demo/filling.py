"""The loading of the demonstration data into an installation that is not served."""

import asyncio
from functools import partial

from services.contracts.services import STORING_SERVICES
from services.demo.caller import DemoRefusedError
from services.demo.load import load
from services.installation import schemas
from services.installation.addresses import INNER
from services.installation.demo_state import DemoState
from services.installation.errors import CannotRun
from services.installation.installation import Installation, Tell, opened
from services.installation.keys import Keys
from services.postgres import Cluster
from services.runner.services import build_applications
from services.runner.serving import run_loop
from services.runner.settings import Addresses, all_settings
from services.runner.working import work_until


def fill(cluster: Cluster, keys: Keys, public_url: str, tell: Tell) -> None:
    """Load the demonstration data through the routes of the applications, with their workers running.

    Raises: CannotRun, in a group.
    """
    settings = all_settings(cluster, keys, Addresses(public_url, INNER))

    async def main(stopping: asyncio.Event) -> None:
        applications = build_applications(settings)
        ended = asyncio.Event()
        async with applications.open(), asyncio.TaskGroup() as group:
            for service in STORING_SERVICES:
                group.create_task(work_until(ended, partial(applications.worker, service)))
            loading = asyncio.create_task(load(applications, tell=tell))
            stop = asyncio.create_task(stopping.wait())
            try:
                await asyncio.wait({loading, stop}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                ended.set()
                stop.cancel()
            if not loading.done():
                loading.cancel()
                raise KeyboardInterrupt
            try:
                await loading
            except DemoRefusedError as failure:
                message = f"The demonstration data could not be loaded; --no-demo starts without them. {failure}"
                raise CannotRun(message) from failure

    run_loop(main)


def load_into(installation: Installation, *, afresh: bool, tell: Tell) -> None:
    """Load the demonstration data into an installation, with `afresh` in place of all data in it.

    Raises: CannotRun, also while a process serves the installation; EmbeddedError.
    """
    with opened(installation, tell=tell) as cluster, installation.alone():
        if afresh:
            schemas.drop(cluster)
        state = DemoState(installation.demo_marker)
        if not schemas.exists(cluster):
            state.begin(with_demo=True)
        schemas.bring_up_to_date(installation, cluster, installation.keys, tell=tell)
        fill(cluster, installation.keys, installation.address, tell)
        state.finish()
