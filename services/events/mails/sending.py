"""Sending: the periodic task that sends waiting mails at least once, in the order of their queueing."""

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy import delete, func
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.settings import EventsSettings
from services.kernel.background import leased
from services.kernel.background.leased import LeasedQueue, LeasedState
from services.kernel.data.db import Database
from services.kernel.runtime import PeriodicTask, Runtime

from . import queries
from .composing import Uncomposable, compose
from .content import MailContent
from .models import Mail
from .secrets import delete_secrets
from .terms import LEASE, LONGEST_WAIT, MAX_ATTEMPTS, RUN_SECONDS, SENDING_BATCH, MailId, MailKind
from .transports import Transport, Undelivered, open_transport

log = structlog.get_logger()
_MAILS: Final = Mail.metadata.tables[Mail.__tablename__]
_QUEUE: Final = LeasedQueue(_MAILS, _MAILS.c.id, lease=LEASE, longest_wait=LONGEST_WAIT)


async def send_waiting(runtime: Runtime) -> None:
    """Send the due mails, batch by batch. Failed mails are due again later, or parked with the reason."""
    settings, started = runtime.settings, time.monotonic()
    assert isinstance(settings, EventsSettings)
    async with open_transport(settings, runtime.database) as transport:
        while time.monotonic() - started < RUN_SECONDS:
            if not await _send_batch(runtime.database, transport, settings):
                return


async def _send_batch(database: Database, transport: Transport, settings: EventsSettings) -> bool:
    """Send one batch. Returns False where no mail was due, or where the mail server takes none now."""
    # Leased, not locked: no transaction stays open while a mail server answers.
    async with database.transaction() as session:
        attempts = await _lease(session)
    async with database.reading() as reading:
        contents = await queries.contents(reading, list(attempts)) if attempts else []
    failures = []
    for content in contents:
        if content.says_nothing_new():
            await _drop(database, content)
            continue
        failure = await _send(content, transport, settings)
        failures.append(failure)
        async with database.transaction() as session:
            await _conclude(session, content, failure, attempts=attempts[MailId(content.mail_id)])
    return bool(contents) and not any(failure and failure.for_all for failure in failures)


async def _lease(session: AsyncSession) -> Mapping[MailId, int]:
    """Lease the mails of a batch. Returns for each the number of its attempts, this one included."""
    among = queries.first_of_their_mailboxes()
    rows = await leased.lease(session, _QUEUE, among, order_by=(Mail.due_at,), limit=SENDING_BATCH)
    return {MailId(row["id"]): row["attempts"] for row in rows}


async def _drop(database: Database, content: MailContent) -> None:
    """Delete a mail about a change that was taken back while it waited."""
    async with database.transaction() as session:
        await delete_secrets(session, [content.mail_id])
        await session.execute(delete(Mail).where(Mail.id == content.mail_id))


async def _send(content: MailContent, transport: Transport, settings: EventsSettings) -> Undelivered | None:
    try:
        await transport.deliver(compose(content, settings))
    except Undelivered as failure:
        return failure
    except Uncomposable as error:
        return Undelivered(f"uncomposable-{error}", permanent=True)
    return None


_EMPTIED: Final = {"to_address": None, "to_name": None, "reason": None}


async def _conclude(session: AsyncSession, content: MailContent, failure: Undelivered | None, *, attempts: int) -> None:
    """Store the outcome. A mail that is sent or parked loses name, address, secret and reason.

    A parked one that takes a calendar entry back from an earlier address keeps this address: no registration has it.
    """
    mail_id = content.mail_id
    if failure is None:
        shown = {"sent_at": func.clock_timestamp(), "shown_revision": content.facts_revision}
        await leased.conclude(session, _QUEUE, Mail.id == mail_id, **shown, **_EMPTIED)
        await delete_secrets(session, [mail_id])
        return
    kept = "to_address" if content.kind == MailKind.address_removed else None
    log.warning("mail.not_sent", mail_id=str(mail_id), reason=failure.reason, attempts=attempts)
    state = await leased.fail(
        session,
        _QUEUE,
        mail_id,
        attempts=attempts,
        max_attempts=1 if failure.permanent else MAX_ATTEMPTS,
        error=failure.reason,
        **{name: value for name, value in _EMPTIED.items() if name != kept},
    )
    if state is LeasedState.parked:
        await delete_secrets(session, [mail_id])


SEND_MAILS: Final = PeriodicTask("send-mails", timedelta(seconds=1), send_waiting)
