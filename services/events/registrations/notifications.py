"""Notifications: mails about an event to everyone who registered, queued batch by batch after the commit."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.events import queries as event_queries
from services.events.events.models import Event
from services.events.events.terms import EventId
from services.events.mails import queries as mail_queries
from services.events.mails import service as mails
from services.events.mails.changes import as_it_was, changes_of, snapshot_of
from services.events.mails.content import reader_language
from services.events.mails.service import Notification, Recipient
from services.events.mails.terms import MailKind
from services.kernel.background import jobs
from services.kernel.background.jobs import Payload
from services.kernel.runtime import Runtime

from . import queries
from .links import issue_links
from .models import Registration
from .terms import NOTIFICATION_BATCH, CancelledBy, State

NOTIFY_REGISTERED: Final = "events.notify_registered"


async def notify_registered(session: AsyncSession, event: Event, kind: MailKind) -> None:
    """Enqueue the job that mails everyone who registered: `event_changed` or `event_cancelled`."""
    await jobs.enqueue(
        session,
        NOTIFY_REGISTERED,
        {"event_id": str(event.id), "kind": kind},
        dedupe_key=f"{event.id}:{kind}:{event.facts_revision}",
    )


async def do_notify_registered(runtime: Runtime, payload: Payload) -> None:
    """Queue the mails, one batch in a transaction. A repeated job queues none twice, because of their dedupe keys."""
    event_id, kind = EventId(UUID(str(payload["event_id"]))), MailKind(str(payload["kind"]))
    after: UUID | None = None
    while True:
        async with runtime.database.transaction() as session:
            event = await event_queries.lock(session, event_id)
            registrations = await _batch(session, event, kind, after=after)
            if kind is MailKind.event_cancelled:
                # A cancelled registration needs no manage link.
                notifications = [Notification(kind, registration) for registration in registrations]
                await mails.queue_mails(session, notifications, event=event)
            elif not await event_queries.has_ended(session, event):
                await _mail_news(session, event, registrations)
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


async def _mail_news(session: AsyncSession, event: Event, registrations: Sequence[Registration]) -> None:
    """Queue a mail with a new manage link for each person who does not know the event as it is."""
    known = await known_revisions(session, event, registrations)
    past = await event_queries.past_facts(session, event.id, set(known.values()))
    last_link = await session.scalar(select(event_queries.last_past_link(event.id)))
    now = snapshot_of(event, organiser=None)

    @cache
    def has_news(revision: int, language: str, *, has_seat: bool) -> bool:
        before = as_it_was(now, past[revision], last_link=last_link) if revision in past else now
        return bool(changes_of(before, now, language, has_seat=has_seat))

    notifications = [
        Notification(MailKind.event_changed, registration, before_revision=known[registration.id])
        for registration in registrations
        if has_news(
            known[registration.id],
            reader_language(registration.language),
            has_seat=registration.state == State.confirmed,
        )
    ]
    await mail_with_links(session, notifications, event)


async def known_revisions(
    session: AsyncSession, event: Event, registrations: Sequence[Registration]
) -> dict[UUID, int]:
    """Return the revision of the event's facts that each knows: by their last mail, else from their registering."""
    shown = await mail_queries.shown_revisions(session, [registration.id for registration in registrations])
    unmailed = [registration for registration in registrations if registration.id not in shown]
    replaced = await event_queries.replaced_at(session, event.id) if unmailed else {}
    for registration in unmailed:
        later = (revision for revision, at in replaced.items() if at > registration.created_at)
        shown[registration.id] = min(later, default=event.facts_revision)
    return shown


def link_mail_of(person: Recipient, queue_place: int | None) -> Notification:
    """Return the mail that states the seat of the person, or their place on the waiting list.

    Requires: their registration is live.
    """
    kind = MailKind.manage_link if person.is_invited else MailKind.queue_link
    return Notification(kind, person, queue_place=queue_place)


async def mail_with_links(session: AsyncSession, notifications: Sequence[Notification], event: Event) -> None:
    """Queue mails, each with a new manage link, in their order. Earlier links keep working.

    A person without an address gets neither mail nor link. The statements are sent without any person too: the time of
    an answer does not disclose whether there was one.
    """
    reachable = [mail for mail in notifications if mail.registration.email is not None]
    tokens = await issue_links(session, [mail.registration.id for mail in reachable])
    linked = [replace(mail, manage_token=token) for mail, token in zip(reachable, tokens, strict=True)]
    await mails.queue_mails(session, linked, event=event)
