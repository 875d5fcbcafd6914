"""Use cases of coordinations: the copy of the leading projects follows the registry."""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Final, cast
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.background import copies
from services.kernel.background.copies import Rows, listed_pages
from services.kernel.runtime import PeriodicTask, Runtime

from . import queries
from .models import Coordination
from .schemas import AnnouncedProject, RemovedProject

TABLE: Final = cast("Table", Coordination.__table__)


async def receive_project(session: AsyncSession, data: Mapping[str, object]) -> None:
    """Copy a leading project that the registry announces; ignore a project that has never led."""
    project = AnnouncedProject.model_validate(data)
    if project.leads:
        await copies.keep(session, TABLE, [project.row()])
    else:
        await _drop(session, project.project_id, project.version)


async def remove_project(session: AsyncSession, data: Mapping[str, object]) -> None:
    """Mark a project as removed, if it led."""
    removed = RemovedProject.model_validate(data)
    await _drop(session, removed.project_id, removed.version)


async def reconcile_coordinations(runtime: Runtime) -> set[UUID]:
    """Make the copy equal to the registry's list of leading projects. Raises UpstreamUnavailable."""
    return await copies.reconcile(runtime, TABLE, _leading_projects(runtime))


async def _leading_projects(runtime: Runtime) -> AsyncIterator[Rows]:
    address = f"{runtime.settings.registry_url}/v1/projects"
    async for page in listed_pages(runtime, AnnouncedProject, address, leads="true"):
        yield [project.row() for project in page]


async def _drop(session: AsyncSession, project_id: UUID, version: int) -> None:
    # Without the condition, each of the thousands of other projects would get a tombstone.
    if await queries.is_known(session, project_id):
        await copies.drop(session, TABLE, {project_id: version})


async def _reconcile(runtime: Runtime) -> None:
    await reconcile_coordinations(runtime)


RECONCILE: Final = PeriodicTask("reconcile-coordinations", timedelta(minutes=10), _reconcile)
