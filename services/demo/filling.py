"""The loading of the demonstration data into an installation that is not served."""

import asyncio
import os
import sys
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context, parent_process
from multiprocessing.context import SpawnProcess
from threading import Thread
from typing import TYPE_CHECKING, Final

from services.demo.caller import DemoRefusedError
from services.demo.load import load
from services.installation import schemas
from services.installation.addresses import INNER
from services.installation.demo_state import DemoState
from services.installation.errors import CannotRun
from services.installation.installation import Installation, Tell, opened
from services.installation.keys import Keys
from services.kernel import log
from services.postgres import Cluster
from services.runner.services import Applications, build_applications
from services.runner.serving import run_loop
from services.runner.settings import Addresses, all_settings
from services.runner.working import work_until

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


# The services whose workers run while the data is loaded.
_WORKING: Final = ("registry", "events")
# Longer than the end of its loop takes.
_END_SECONDS: Final = 20
# What a shell shows for a command that Ctrl-C has ended.
_INTERRUPTED: Final = 130


@dataclass(frozen=True, slots=True)
class _Report:
    """A sentence of the process that loads the data: about its progress, or about its failure."""

    sentence: str
    is_failure: bool = False


def fill(cluster: Cluster, keys: Keys, public_url: str, tell: Tell) -> None:
    """Load the demonstration data through the routes of the applications, with their workers running.

    Raises: CannotRun, in a group.
    """
    settings = all_settings(cluster, keys, Addresses(public_url, INNER))

    async def main(stopping: asyncio.Event) -> None:
        applications = build_applications(settings)
        ended = asyncio.Event()
        async with applications.open(), asyncio.TaskGroup() as group:
            for service in _WORKING:
                group.create_task(work_until(ended, partial(applications.worker, service)))
            loading = asyncio.create_task(_load_and_release(applications, tell=tell))
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


async def _load_and_release(applications: Applications, *, tell: Tell) -> None:
    """Load the data, then let the worker of feedback do what is due: it closes and releases the surveys of the past."""
    await load(applications, tell=tell)
    await applications.worker("feedback").drain()


def fill_apart(cluster: Cluster, keys: Keys, public_url: str, tell: Tell, *, level: str) -> None:
    """Load the demonstration data as `fill` does, in a process of its own: then this one keeps no memory of it.

    Raises: CannotRun.
    """
    context = get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_fill_and_report, args=(cluster, keys, public_url, sending, level))
    process.start()
    sending.close()
    try:
        _pass_on(receiving, tell)
    except BaseException:
        # A signal may have reached this process alone.
        process.terminate()
        raise
    finally:
        _end(process)
    if process.exitcode:
        raise KeyboardInterrupt


def _end(process: SpawnProcess) -> None:
    """Wait for the end of the process, and end it by force where it takes too long."""
    process.join(_END_SECONDS)
    if process.exitcode is None:
        process.kill()
        process.join()


def _fill_and_report(
    cluster: Cluster, keys: Keys, public_url: str, sending: "Connection[_Report, None]", level: str
) -> None:
    log.configure(level=level)
    Thread(target=_end_with_parent, daemon=True).start()
    with sending:
        try:
            fill(cluster, keys, public_url, lambda sentence: sending.send(_Report(sentence)))
        except* CannotRun as failures:
            sending.send(_Report(str(failures.exceptions[0]), is_failure=True))
        except* KeyboardInterrupt:
            sys.exit(_INTERRUPTED)


def _end_with_parent() -> None:
    """End this process when the one that began it is gone: the next start loads the data anew."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _pass_on(receiving: "Connection[None, _Report]", tell: Tell) -> None:
    """Tell what the other process reports until it ends. Raises CannotRun where it failed."""
    while True:
        try:
            report = receiving.recv()
        except EOFError:
            return
        if report.is_failure:
            raise CannotRun(report.sentence)
        tell(report.sentence)


def load_into(installation: Installation, *, afresh: bool, tell: Tell) -> None:
    """Load the demonstration data into an installation, with `afresh` in place of all data in it.

    Raises: CannotRun, also while a process serves the installation; EmbeddedError.
    """
    with opened(installation, tell=tell) as cluster, installation.preparing(), installation.alone():
        if afresh:
            schemas.drop(cluster)
            installation.forget_survey_keys()
        state = DemoState(installation.demo_marker)
        if not schemas.exists(cluster):
            state.begin(with_demo=True)
        schemas.bring_up_to_date(installation, cluster, installation.keys, tell=tell)
        fill(cluster, installation.keys, installation.address, tell)
        state.finish()
