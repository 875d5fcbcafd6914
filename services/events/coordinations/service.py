"""Use cases of coordinations: the copy of the leading projects follows the registry."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, cast
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.background import copies
from services.kernel.background.copies import Messages, listed_rows
from services.kernel.lists.pages import Page
from services.kernel.runtime import PeriodicTask, Runtime

from . import queries
from .models import Coordination
from .schemas import AnnouncedProject, RemovedProject

TABLE: Final = cast("Table", Coordination.__table__)


async def receive_projects(session: AsyncSession, messages: Messages) -> None:
    """Copy the leading projects that the registry announces; ignore projects that have never led."""
    projects = {project.project_id: project for project in sorted(map(_announced, messages), key=_version)}
    await copies.keep(session, TABLE, [project.row() for project in projects.values() if project.leads])
    await _drop(session, {project.project_id: project.version for project in projects.values() if not project.leads})


async def remove_projects(session: AsyncSession, messages: Messages) -> None:
    """Mark projects as removed, those that led."""
    removed = map(RemovedProject.model_validate, messages)
    await _drop(session, {project.project_id: project.version for project in removed})


def _announced(message: Mapping[str, object]) -> AnnouncedProject:
    return AnnouncedProject.model_validate(message)


def _version(project: AnnouncedProject) -> int:
    return project.version


async def reconcile_coordinations(runtime: Runtime) -> None:
    """Make the copy equal to the registry's list of leading projects. Raises UpstreamUnavailable."""
    address = f"{runtime.settings.registry_url}/v1/projects"
    leading = listed_rows(runtime, Page[AnnouncedProject], address, sort="created_at", leads="true")
    await copies.reconcile(runtime, TABLE, leading)


async def _drop(session: AsyncSession, versions: Mapping[UUID, int]) -> None:
    # Without the condition, each of the thousands of other projects would get a tombstone.
    known = await queries.known(session, versions)
    await copies.drop(session, TABLE, {project_id: versions[project_id] for project_id in known})


RECONCILE: Final = PeriodicTask("reconcile-coordinations", timedelta(minutes=10), reconcile_coordinations)
