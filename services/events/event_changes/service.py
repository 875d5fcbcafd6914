"""Use cases of event changes: the event and its registrations change in one transaction."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from services.events.events import queries as event_queries
from services.events.events import service as events
from services.events.events.models import Event
from services.events.events.schemas import EventCancel, EventPatch
from services.events.mails.terms import MailKind
from services.events.registrations import service as registrations
from services.events.registrations.notifications import notify_registered
from services.kernel.runtime import PeriodicTask, Runtime
from services.kernel.security.auth import Principal
from services.kernel.web.errors import InvalidField


async def change_event(
    session: AsyncSession,
    principal: Principal,
    ref: str,
    body: EventPatch,
    *,
    read_version: int,
    news_after: timedelta,
) -> tuple[Event, Sequence[InvalidField]]:
    """Change the event and promote waiting persons to the seats that this frees. The registered are mailed later.

    Returns: the event, and what the caller should look at.
    Raises: NotFound, Forbidden, VersionMismatch, EventIsCancelled, EventHasAttendance, WouldDisplace, Invalid.
    """
    event = await event_queries.get_for_change(session, principal, ref)
    warnings = await events.change_event(session, event, body, read_version=read_version, news_after=news_after)
    await registrations.promote_waiting(session, event)
    return event, warnings


async def send_due_news(runtime: Runtime) -> None:
    """Enqueue the mails about changed events that are due. Several changes of an event until then are one mail."""
    async with runtime.database.transaction() as session:
        for event in await events.take_due_news(session):
            await notify_registered(session, event, MailKind.event_changed)


async def cancel_event(session: AsyncSession, principal: Principal, ref: str, body: EventCancel) -> Event:
    """Cancel the event and every live registration, and notify the registered persons. No waiting person is promoted.

    Raises: NotFound, Forbidden, EventIsCancelled, EventHasAttendance, EventIsOver.
    """
    event = await event_queries.get_for_change(session, principal, ref)
    await events.cancel_event(session, event, reason=body.reason)
    await registrations.cancel_all(session, event)
    await notify_registered(session, event, MailKind.event_cancelled)
    return event


# Its interval adds to the time that changes are gathered.
SEND_NEWS: Final = PeriodicTask("send-news", timedelta(seconds=1), send_due_news)
