"""Filling an installation with the demonstration data, before anybody is served."""

import asyncio
from functools import partial

from services.house import schemas
from services.house.addresses import INNER
from services.house.assembly import HouseSettings, assemble
from services.house.demo.caller import DemoRefusedError
from services.house.demo.load import load
from services.house.demo_state import DemoState
from services.house.errors import HouseError
from services.house.installation import STORING_SERVICES, Installation, Tell, opened
from services.house.serving import run_loop
from services.house.settings import Addresses, house_settings
from services.house.working import work_until


def fill(settings: HouseSettings, *, tell: Tell) -> None:
    """Load the demonstration data through the applications' own routes, with their workers at work.

    Raises: HouseError, in a group.
    """

    async def main(stopping: asyncio.Event) -> None:
        house = assemble(settings)
        ended = asyncio.Event()
        async with house.open(), asyncio.TaskGroup() as group:
            for service in STORING_SERVICES:
                group.create_task(work_until(ended, partial(house.worker, service)))
            loading = asyncio.create_task(load(house, tell=tell))
            told = asyncio.create_task(stopping.wait())
            try:
                await asyncio.wait({loading, told}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                ended.set()
                told.cancel()
            if not loading.done():
                loading.cancel()
                raise KeyboardInterrupt
            try:
                await loading
            except DemoRefusedError as failure:
                message = f"The demonstration data could not be loaded; --no-demo begins without it. {failure}"
                raise HouseError(message) from failure

    run_loop(main)


def load_into(installation: Installation, *, afresh: bool, tell: Tell) -> None:
    """Load the demonstration data into an installation that nobody serves now; `afresh`: in place of all data in it.

    Raises: HouseError, EmbeddedError.
    """
    with opened(installation, tell=tell) as cluster, installation.alone():
        if afresh:
            schemas.drop(cluster)
        state = DemoState(installation.demo_marker)
        if not schemas.exists(cluster):
            state.begin(wanted=True)
        schemas.bring_up_to_date(installation, cluster, installation.keys, tell=tell)
        addresses = Addresses(installation.address, INNER)
        fill(house_settings(cluster, installation.keys, addresses), tell=tell)
        state.finish()
