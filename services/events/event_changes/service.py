"""Use cases of changes: the event first, then its people, in one transaction."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.events.events import queries as calendar_queries
from services.events.events import service as calendar
from services.events.events.models import Event
from services.events.events.schemas import EventCancel, EventPatch
from services.events.mails.terms import MailKind
from services.events.registrations import service as registrations
from services.events.registrations.notifications import tell_registered
from services.kernel.security.auth import Principal


async def change_event(
    session: AsyncSession, principal: Principal, ref: str, body: EventPatch, *, read_version: int
) -> Event:
    """Change the event; seats that this frees go to those who wait; a new time or place is told to everybody.

    Raises: NotFound, Forbidden, VersionMismatch, EventIsCancelled, WouldDisplace, Invalid.
    """
    event = await calendar_queries.get_for_change(session, principal, ref)
    must_tell = await calendar.change_event(session, event, body, read_version=read_version)
    if await calendar_queries.has_ended(session, event):
        return event
    await registrations.promote_waiting(session, event)
    if must_tell:
        await tell_registered(session, event, MailKind.event_changed)
    return event


async def cancel_event(session: AsyncSession, principal: Principal, ref: str, body: EventCancel) -> Event:
    """Cancel the event and every live registration; everybody is told, nobody is moved up.

    Raises: NotFound, Forbidden, EventIsCancelled.
    """
    event = await calendar_queries.get_for_change(session, principal, ref)
    over = await calendar_queries.has_ended(session, event)
    await calendar.cancel_event(session, event, reason=body.reason)
    await registrations.cancel_all(session, event)
    if not over:
        await tell_registered(session, event, MailKind.event_cancelled)
    return event
