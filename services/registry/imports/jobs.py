"""The jobs of imports."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from services.kernel.background.jobs import Payload
from services.kernel.runtime import Handler, Runtime

from . import service
from .terms import ImportId


async def analyse(runtime: Runtime, payload: Payload) -> None:
    """Do the dry run of the import that the payload names."""
    await service.analyse(runtime.database, _import_id(payload))


async def apply(runtime: Runtime, payload: Payload) -> None:
    """Apply the import that the payload names."""
    await service.apply(runtime.database, _import_id(payload))


def _import_id(payload: Payload) -> ImportId:
    return ImportId(UUID(str(payload["import_id"])))


HANDLERS: Final[Mapping[str, Handler]] = {service.ANALYSE: analyse, service.APPLY: apply}
