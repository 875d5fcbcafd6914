"""Use cases of events: the copy follows the messages and the list of the events service."""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Final, cast
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.background import copies
from services.kernel.background.copies import Rows, listed_pages
from services.kernel.runtime import PeriodicTask, Runtime

from .models import Event
from .schemas import AnnouncedEvent, DeletedEvent

TABLE: Final = cast("Table", Event.__table__)


async def receive_event(session: AsyncSession, data: Mapping[str, object]) -> None:
    """Copy an event that the events service announces."""
    await copies.keep(session, TABLE, [AnnouncedEvent.model_validate(data).row()])


async def remove_event(session: AsyncSession, data: Mapping[str, object]) -> None:
    """Mark an event as removed."""
    deleted = DeletedEvent.model_validate(data)
    await copies.drop(session, TABLE, {deleted.event_id: deleted.version})


async def reconcile_events(runtime: Runtime) -> set[UUID]:
    """Make the copy equal to the list of events, drafts included. Raises UpstreamUnavailable."""
    return await copies.reconcile(runtime, TABLE, _events(runtime))


async def _events(runtime: Runtime) -> AsyncIterator[Rows]:
    async for page in listed_pages(runtime, AnnouncedEvent, f"{runtime.settings.events_url}/v1/events"):
        yield [event.row() for event in page]


async def _reconcile(runtime: Runtime) -> None:
    await reconcile_events(runtime)


RECONCILE: Final = PeriodicTask("reconcile-events", timedelta(days=1), _reconcile)
