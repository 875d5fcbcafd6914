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
    """Keep a copy of a leading project that the registry announces; ignore other projects."""
    await _keep(session, AnnouncedProject.model_validate(data))


async def reconcile_coordinations(runtime: Runtime) -> None:
    """Copy the leading projects of the registry's list, and so those whose announcements were missed."""
    try:
        projects = [project async for project in leading_projects(runtime)]
    except UpstreamUnavailable as failure:
        log.warning("coordinations.registry_unavailable", reason=str(failure))
        return
    async with runtime.database.transaction() as session:
        for project in projects:
            await _keep(session, project)


async def _keep(session: AsyncSession, project: AnnouncedProject) -> None:
    """Store the project, unless the copy has the same or a newer version."""
    if not project.leads:
        return
    values = {"slug": project.slug, "name": project.name, "version": project.version}
    statement = insert(Coordination).values(id=project.project_id, **values)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["id"], set_=values, where=Coordination.version < statement.excluded.version
        )
    )


RECONCILE: Final = PeriodicTask("reconcile-coordinations", timedelta(minutes=10), reconcile_coordinations)
