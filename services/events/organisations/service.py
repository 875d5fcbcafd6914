"""Use cases of organisations: the copies follow the registry's messages and lists."""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Final, cast

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.background import copies
from services.kernel.background.copies import Rows, listed_pages
from services.kernel.runtime import PeriodicTask, Runtime

from .following import follow, follow_all
from .models import DecidedSpelling, Implementer, Organisation
from .schemas import (
    AnnouncedImplementer,
    AnnouncedOrganisation,
    AnnouncedSpelling,
    RemovedOrganisation,
    RemovedProject,
    WithdrawnSpelling,
)
from .terms import Copy

ORGANISATIONS: Final = cast("Table", Organisation.__table__)
SPELLINGS: Final = cast("Table", DecidedSpelling.__table__)
IMPLEMENTERS: Final = cast("Table", Implementer.__table__)


async def receive_organisation(session: AsyncSession, data: Mapping[str, object]) -> None:
    """Copy an organisation that the registry announces."""
    changed = await copies.keep(session, ORGANISATIONS, [AnnouncedOrganisation.model_validate(data).row()])
    await follow(session, Copy.organisations, changed)


async def remove_organisation(session: AsyncSession, data: Mapping[str, object]) -> None:
    """Mark an organisation as removed."""
    removed = RemovedOrganisation.model_validate(data)
    changed = await copies.drop(session, ORGANISATIONS, {removed.organisation_id: removed.version})
    await follow(session, Copy.organisations, changed)


async def receive_spelling(session: AsyncSession, data: Mapping[str, object]) -> None:
    """Copy a decided spelling."""
    changed = await copies.keep(session, SPELLINGS, [AnnouncedSpelling.model_validate(data).row()])
    await follow(session, Copy.spellings, changed)


async def withdraw_spelling(session: AsyncSession, data: Mapping[str, object]) -> None:
    """Mark a decided spelling as withdrawn."""
    withdrawn = WithdrawnSpelling.model_validate(data)
    changed = await copies.drop(session, SPELLINGS, {withdrawn.spelling_id: withdrawn.version})
    await follow(session, Copy.spellings, changed)


async def receive_project(session: AsyncSession, data: Mapping[str, object]) -> None:
    """Copy the implementer of a project that the registry announces."""
    changed = await copies.keep(session, IMPLEMENTERS, [AnnouncedImplementer.model_validate(data).row()])
    await follow(session, Copy.implementers, changed)


async def remove_project(session: AsyncSession, data: Mapping[str, object]) -> None:
    """Mark a project as removed."""
    removed = RemovedProject.model_validate(data)
    changed = await copies.drop(session, IMPLEMENTERS, {removed.project_id: removed.version})
    await follow(session, Copy.implementers, changed)


async def reconcile_organisations(runtime: Runtime) -> None:
    """Make the copies equal to the registry's lists, and let the registrations follow. Raises UpstreamUnavailable."""
    base = f"{runtime.settings.registry_url}/v1"
    try:
        await copies.reconcile(runtime, ORGANISATIONS, _organisations(runtime, f"{base}/organisations"))
        await copies.reconcile(runtime, SPELLINGS, _spellings(runtime, f"{base}/spellings"))
        await copies.reconcile(runtime, IMPLEMENTERS, _implementers(runtime, f"{base}/projects"))
    finally:
        await follow_all(runtime)


RECONCILE: Final = PeriodicTask("reconcile-organisations", timedelta(days=1), reconcile_organisations)


async def _organisations(runtime: Runtime, address: str) -> AsyncIterator[Rows]:
    async for page in listed_pages(runtime, AnnouncedOrganisation, address):
        yield [organisation.row() for organisation in page]


async def _spellings(runtime: Runtime, address: str) -> AsyncIterator[Rows]:
    async for page in listed_pages(runtime, AnnouncedSpelling, address):
        yield [spelling.row() for spelling in page]


async def _implementers(runtime: Runtime, address: str) -> AsyncIterator[Rows]:
    async for page in listed_pages(runtime, AnnouncedImplementer, address, with_merged="true"):
        yield [project.row() for project in page]
