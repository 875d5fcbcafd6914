"""Notices: what happens to an event is told to everybody who signed up, batch by batch after the commit."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.events import queries as calendar
from services.events.events.models import Event
from services.events.events.terms import EventId
from services.events.mails import service as mail
from services.events.mails.service import Recipient
from services.events.mails.terms import MailKind
from services.kernel.background import jobs
from services.kernel.background.jobs import Payload
from services.kernel.runtime import Runtime

from . import queries
from .links import issue_links
from .models import Registration
from .terms import TELL_BATCH, CancelledBy, State

TELL_REGISTERED: Final = "events.tell_registered"


async def tell_registered(session: AsyncSession, event: Event, kind: MailKind) -> None:
    """Have everybody told what has happened to the event: `event_changed` or `event_cancelled`."""
    await jobs.enqueue(
        session,
        TELL_REGISTERED,
        {"event_id": str(event.id), "kind": kind},
        dedupe_key=f"{event.id}:{kind}:{event.ical_sequence}",
    )


async def do_tell_registered(runtime: Runtime, payload: Payload) -> None:
    """Queue the mails, a batch in a transaction. Doing it again queues none twice: mails have a dedupe key."""
    event_id, kind = EventId(UUID(str(payload["event_id"]))), MailKind(str(payload["kind"]))
    after: UUID | None = None
    while True:
        async with runtime.database.transaction() as session:
            event = await calendar.lock(session, event_id)
            concerned = await _concerned(session, event, kind, after=after)
            for registration in concerned:
                await _tell(session, event, registration, kind)
        if len(concerned) < TELL_BATCH:
            return
        after = concerned[-1].id


async def _concerned(session: AsyncSession, event: Event, kind: MailKind, *, after: UUID | None) -> list[Registration]:
    condition: ColumnElement[bool]
    if kind is MailKind.event_cancelled:
        condition = (Registration.state == State.cancelled) & (Registration.cancelled_by == CancelledBy.system)
    else:
        condition = queries.LIVE
    reachable = condition & Registration.email.is_not(None)
    return await queries.of_event(session, event.id, reachable, after=after, limit=TELL_BATCH)


async def _tell(session: AsyncSession, event: Event, registration: Registration, kind: MailKind) -> None:
    """A cancelled registration needs no link to be managed by."""
    if kind is MailKind.event_cancelled:
        await mail.queue_mail(session, kind, registration, event=event)
    else:
        await mail_with_link(session, kind, registration, event)


async def mail_with_link(session: AsyncSession, kind: MailKind, registration: Recipient, event: Event) -> None:
    """Have the person told, with a fresh secret for managing the registration. Earlier links keep working."""
    await mail_with_links(session, [(kind, registration)], event)


async def mail_with_links(session: AsyncSession, told: Sequence[tuple[MailKind, Recipient]], event: Event) -> None:
    """As `mail_with_link`, for many persons at once, in their order."""
    if not told:
        return
    tokens = await issue_links(session, [registration.id for _, registration in told])
    news = [mail.News(kind, registration, token) for token, (kind, registration) in zip(tokens, told, strict=True)]
    await mail.queue_mails(session, news, event=event)
