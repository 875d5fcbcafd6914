"""Use cases of coordinations."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.background.upstream import UpstreamUnavailable
from services.kernel.runtime import PeriodicTask, Runtime

from .models import Coordination
from .registry import leading_projects
from .schemas import AnnouncedProject

log = structlog.get_logger()


async def receive_project(session: AsyncSession, data: Mapping[str, object]) -> None:
    """Keep what the registry tells of a project that leads; other projects are none of ours."""
    await _keep(session, AnnouncedProject.model_validate(data))


async def reconcile_coordinations(runtime: Runtime) -> None:
    """Keep what the registry's list has: also the projects it told of before we listened, or while nobody heard."""
    try:
        told = [project async for project in leading_projects(runtime)]
    except UpstreamUnavailable as silent:
        log.warning("coordinations.registry_silent", reason=str(silent))
        return
    async with runtime.database.transaction() as session:
        for project in told:
            await _keep(session, project)


async def _keep(session: AsyncSession, told: AnnouncedProject) -> None:
    """The newest version wins in whatever order they arrive."""
    if not told.leads:
        return
    values = {"slug": told.slug, "name": told.name, "version": told.version}
    arrived = insert(Coordination).values(id=told.project_id, **values)
    await session.execute(
        arrived.on_conflict_do_update(
            index_elements=["id"], set_=values, where=Coordination.version < arrived.excluded.version
        )
    )


RECONCILE: Final = PeriodicTask("look-for-coordinations", timedelta(minutes=10), reconcile_coordinations)
