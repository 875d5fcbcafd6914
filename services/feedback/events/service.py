"""Use cases of events: the copy follows the messages and the list of the events service."""

from datetime import timedelta
from typing import Final, cast

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.background import copies
from services.kernel.background.copies import Messages, listed_rows
from services.kernel.lists.pages import Page
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


async def reconcile_events(runtime: Runtime) -> None:
    """Make the copy equal to the list of events, drafts included. Raises UpstreamUnavailable."""
    address = f"{runtime.settings.events_url}/v1/events"
    await copies.reconcile(runtime, TABLE, listed_rows(runtime, Page[AnnouncedEvent], address, sort="created_at"))


RECONCILE: Final = PeriodicTask("reconcile-events", timedelta(days=1), reconcile_events)
