"""Use cases of events: the copy follows the messages and the list of the events service."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final, cast
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.background import copies
from services.kernel.background.copies import Messages, Rows, listed_pages
from services.kernel.runtime import PeriodicTask, Runtime

from .models import Event
from .schemas import AnnouncedEvent, DeletedEvent

TABLE: Final = cast("Table", Event.__table__)


async def receive_events(session: AsyncSession, messages: Messages) -> None:
    """Copy events that the events service announces."""
    await copies.keep(session, TABLE, [AnnouncedEvent.model_validate(data).row() for data in messages])


async def remove_events(session: AsyncSession, messages: Messages) -> None:
    """Mark events as removed."""
    deleted = map(DeletedEvent.model_validate, messages)
    await copies.drop(session, TABLE, {event.event_id: event.version for event in deleted})


async def reconcile_events(runtime: Runtime) -> set[UUID]:
    """Make the copy equal to the list of events, drafts included. Raises UpstreamUnavailable."""
    return await copies.reconcile(runtime, TABLE, _events(runtime))


async def _events(runtime: Runtime) -> AsyncIterator[Rows]:
    async for page in listed_pages(runtime, AnnouncedEvent, f"{runtime.settings.events_url}/v1/events"):
        yield [event.row() for event in page]


async def _reconcile(runtime: Runtime) -> None:
    await reconcile_events(runtime)


RECONCILE: Final = PeriodicTask("reconcile-events", timedelta(days=1), _reconcile)
