"""Notifications: mails about an event to everyone who registered, queued batch by batch after the commit."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.events import queries as event_queries
from services.events.events.models import Event
from services.events.events.terms import EventId
from services.events.mails import service as mails
from services.events.mails.service import Notification, Recipient
from services.events.mails.terms import MailKind
from services.kernel.background import jobs
from services.kernel.background.jobs import Payload
from services.kernel.runtime import Runtime

from . import queries
from .links import issue_links
from .models import Registration
from .queries import LivePerson
from .terms import NOTIFICATION_BATCH, CancelledBy, State

NOTIFY_REGISTERED: Final = "events.notify_registered"


async def notify_registered(session: AsyncSession, event: Event, kind: MailKind) -> None:
    """Enqueue the job that mails everyone who registered: `event_changed` or `event_cancelled`."""
    await jobs.enqueue(
        session,
        NOTIFY_REGISTERED,
        {"event_id": str(event.id), "kind": kind},
        dedupe_key=f"{event.id}:{kind}:{event.ical_sequence}",
    )


async def do_notify_registered(runtime: Runtime, payload: Payload) -> None:
    """Queue the mails, one batch in a transaction. A repeated job queues none twice, because of their dedupe keys."""
    event_id, kind = EventId(UUID(str(payload["event_id"]))), MailKind(str(payload["kind"]))
    after: UUID | None = None
    while True:
        async with runtime.database.transaction() as session:
            event = await event_queries.lock(session, event_id)
            registrations = await _batch(session, event, kind, after=after)
            for registration in registrations:
                await _notify(session, event, registration, kind)
        if len(registrations) < NOTIFICATION_BATCH:
            return
        after = registrations[-1].id


async def _batch(session: AsyncSession, event: Event, kind: MailKind, *, after: UUID | None) -> list[Registration]:
    condition: ColumnElement[bool]
    if kind is MailKind.event_cancelled:
        condition = (Registration.state == State.cancelled) & (Registration.cancelled_by == CancelledBy.system)
    else:
        condition = queries.LIVE
    reachable = condition & Registration.email.is_not(None)
    return await queries.of_event(session, event.id, reachable, after=after, limit=NOTIFICATION_BATCH)


async def _notify(session: AsyncSession, event: Event, registration: Registration, kind: MailKind) -> None:
    """Queue the mail. A cancelled registration needs no manage link."""
    if kind is MailKind.event_cancelled:
        await mails.queue_mail(session, kind, registration, event=event)
    else:
        await mail_with_link(session, kind, registration, event)


def link_mail_of(person: LivePerson) -> MailKind:
    """Return the mail that states the seat of the person, or their place on the waiting list."""
    return MailKind.manage_link if person.queue_position is None else MailKind.queue_link


async def mail_with_link(
    session: AsyncSession, kind: MailKind, registration: Recipient, event: Event, *, queue_place: int | None = None
) -> None:
    """Queue a mail with a new manage link. Earlier links keep working."""
    await mail_with_links(session, [(kind, registration)], event, places={registration.id: queue_place})


async def mail_with_links(
    session: AsyncSession,
    recipients: Sequence[tuple[MailKind, Recipient]],
    event: Event,
    *,
    places: Mapping[UUID, int | None],
) -> None:
    """Queue mails with new manage links, in the order of the recipients. Earlier links keep working.

    `places` are the places on the waiting list by registration; 1 is the first, None a person who does not wait.
    """
    if not recipients:
        return
    tokens = await issue_links(session, [registration.id for _, registration in recipients])
    notifications = [
        Notification(kind, registration, token, places.get(registration.id))
        for token, (kind, registration) in zip(tokens, recipients, strict=True)
    ]
    await mails.queue_mails(session, notifications, event=event)
