"""The jobs of imports."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from services.kernel.background.jobs import Payload
from services.kernel.runtime import Handler, Runtime

from . import service
from .terms import ImportId


async def analyse(runtime: Runtime, payload: Payload) -> None:
    """Do the dry run of the import named."""
    await service.analyse(runtime.database, _named(payload))


async def apply(runtime: Runtime, payload: Payload) -> None:
    """Apply the import named."""
    await service.apply(runtime.database, _named(payload))


def _named(payload: Payload) -> ImportId:
    return ImportId(UUID(str(payload["import_id"])))


HANDLERS: Final[Mapping[str, Handler]] = {service.ANALYSE: analyse, service.APPLY: apply}
