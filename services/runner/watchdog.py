"""The guard of the embedded database: it starts a killed server again while Vipu runs."""

import asyncio
from contextlib import ExitStack, suppress

import structlog

from services.installation.installation import Installation, opened
from services.postgres import Cluster, EmbeddedError

log = structlog.get_logger()

_LOOK_EVERY_SECONDS = 2.0
_ANSWER_SECONDS = 2.0


async def guard_cluster(stopping: asyncio.Event, installation: Installation, cluster: Cluster) -> None:
    """Start the database server again when it has died, until `stopping` is set."""
    with ExitStack() as revived:
        while not await _pause(stopping):
            if await _answers(cluster):
                continue
            log.warning("database.gone", port=cluster.port)
            try:
                # To open the installation once more starts the server on the port it had before.
                again = await asyncio.to_thread(revived.enter_context, opened(installation, tell=_say_nothing))
            except EmbeddedError as error:
                log.exception("database.not_started", reason=str(error))
                continue
            log.warning("database.started", port=again.port)


async def _pause(stopping: asyncio.Event) -> bool:
    with suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), _LOOK_EVERY_SECONDS)
    return stopping.is_set()


async def _answers(cluster: Cluster) -> bool:
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            _, writer = await asyncio.open_connection(cluster.host, cluster.port)
    except TimeoutError:
        # Slow is not dead: starting a second server would not help a busy machine.
        return True
    except OSError:
        return False
    writer.close()
    return True


def _say_nothing(_sentence: str) -> None:
    """Keep the sentences of the supervisor out of the terminal: the log has them."""
