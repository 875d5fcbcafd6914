"""Use cases of organisations: the copies follow the registry's messages and lists."""

from datetime import timedelta
from typing import Final, cast

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.background import copies
from services.kernel.background.copies import Messages, listed_rows
from services.kernel.lists.pages import Page
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


async def receive_organisations(session: AsyncSession, messages: Messages) -> None:
    """Copy organisations that the registry announces."""
    rows = [AnnouncedOrganisation.model_validate(data).row() for data in messages]
    await follow(session, Copy.organisations, await copies.keep(session, ORGANISATIONS, rows))


async def remove_organisations(session: AsyncSession, messages: Messages) -> None:
    """Mark organisations as removed."""
    removed = map(RemovedOrganisation.model_validate, messages)
    versions = {gone.organisation_id: gone.version for gone in removed}
    await follow(session, Copy.organisations, await copies.drop(session, ORGANISATIONS, versions))


async def receive_spellings(session: AsyncSession, messages: Messages) -> None:
    """Copy decided spellings."""
    rows = [AnnouncedSpelling.model_validate(data).row() for data in messages]
    await follow(session, Copy.spellings, await copies.keep(session, SPELLINGS, rows))


async def withdraw_spellings(session: AsyncSession, messages: Messages) -> None:
    """Mark decided spellings as withdrawn."""
    withdrawn = map(WithdrawnSpelling.model_validate, messages)
    versions = {gone.spelling_id: gone.version for gone in withdrawn}
    await follow(session, Copy.spellings, await copies.drop(session, SPELLINGS, versions))


async def receive_projects(session: AsyncSession, messages: Messages) -> None:
    """Copy the implementers of projects that the registry announces."""
    rows = [AnnouncedImplementer.model_validate(data).row() for data in messages]
    await follow(session, Copy.implementers, await copies.keep(session, IMPLEMENTERS, rows))


async def remove_projects(session: AsyncSession, messages: Messages) -> None:
    """Mark projects as removed."""
    removed = map(RemovedProject.model_validate, messages)
    versions = {gone.project_id: gone.version for gone in removed}
    await follow(session, Copy.implementers, await copies.drop(session, IMPLEMENTERS, versions))


async def reconcile_organisations(runtime: Runtime) -> None:
    """Make the copies equal to the registry's lists, and let the registrations follow. Raises UpstreamUnavailable."""
    base = f"{runtime.settings.registry_url}/v1"
    listed = listed_rows(runtime, Page[AnnouncedOrganisation], f"{base}/organisations", sort="created_at")
    decided = listed_rows(runtime, Page[AnnouncedSpelling], f"{base}/spellings", sort="decided_at")
    implemented = listed_rows(
        runtime, Page[AnnouncedImplementer], f"{base}/projects", sort="created_at", with_merged="true"
    )
    try:
        await copies.reconcile(runtime, ORGANISATIONS, listed)
        await copies.reconcile(runtime, SPELLINGS, decided)
        await copies.reconcile(runtime, IMPLEMENTERS, implemented)
    finally:
        await follow_all(runtime)


RECONCILE: Final = PeriodicTask("reconcile-organisations", timedelta(days=1), reconcile_organisations)
