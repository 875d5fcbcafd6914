"""Use cases of event changes: the event and its registrations change in one transaction."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.events.events import queries as event_queries
from services.events.events import service as events
from services.events.events.models import Event
from services.events.events.schemas import EventCancel, EventPatch
from services.events.mails.terms import MailKind
from services.events.registrations import service as registrations
from services.events.registrations.notifications import notify_registered
from services.kernel.security.auth import Principal


async def change_event(
    session: AsyncSession, principal: Principal, ref: str, body: EventPatch, *, read_version: int
) -> Event:
    """Change the event, promote waiting persons to the seats that this frees, and notify of a new time or place.

    Raises: NotFound, Forbidden, VersionMismatch, EventIsCancelled, WouldDisplace, Invalid.
    """
    event = await event_queries.get_for_change(session, principal, ref)
    must_notify = await events.change_event(session, event, body, read_version=read_version)
    if await event_queries.has_ended(session, event):
        return event
    await registrations.promote_waiting(session, event)
    if must_notify:
        await notify_registered(session, event, MailKind.event_changed)
    return event


async def cancel_event(session: AsyncSession, principal: Principal, ref: str, body: EventCancel) -> Event:
    """Cancel the event and every live registration, and notify the registered persons. No waiting person is promoted.

    Raises: NotFound, Forbidden, EventIsCancelled.
    """
    event = await event_queries.get_for_change(session, principal, ref)
    has_ended = await event_queries.has_ended(session, event)
    await events.cancel_event(session, event, reason=body.reason)
    await registrations.cancel_all(session, event)
    if not has_ended:
        await notify_registered(session, event, MailKind.event_cancelled)
    return event
