"""Ground for tests of mail: an event, somebody registered, and the mails as somebody else's reader sees them."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any
from uuid import uuid4

import asyncpg
import icalendar

from services.events.events.models import Event
from services.events.mails.service import queue_mail
from services.events.mails.terms import MailKind
from services.events.registrations.models import Registration
from services.kernel.collation import finnish_sort_key
from services.runner.services import Applications

JOIN_URL = "https://meet.example/secret-room"


async def an_event(applications: Applications, **facts: Any) -> Event:
    """A published event in Helsinki on 12 November 2026 at 9."""
    event_id = uuid4()
    values = {
        "id": event_id,
        "slug": f"hankekahvit-{event_id.hex[:8]}",
        "coordination_id": uuid4(),
        "type": "hankekahvit",
        "title": {"fi": "Hankekahvit", "sv": "Projektkaffe", "en": "Project coffee"},
        "sort_key": finnish_sort_key("Hankekahvit"),
        "publication_status": "published",
        "scope": "national",
        "mode": "hybrid",
        "venue": {"fi": "Säätytalo"},
        "address": "Snellmaninkatu 9, Helsinki",
        "join_url": JOIN_URL,
        "starts_at": datetime(2026, 11, 12, 7, tzinfo=UTC),
        "ends_at": datetime(2026, 11, 12, 8, 30, tzinfo=UTC),
        "time_zone": "Europe/Helsinki",
        "ical_uid": f"{event_id}@vipu.test",
        **facts,
    }
    async with applications.runtime("events").database.transaction() as session:
        event = Event(**values)
        session.add(event)
    return event


async def a_registration(applications: Applications, event: Event, **facts: Any) -> Registration:
    """Somebody with a seat at the event."""
    [registration] = await some_registrations(applications, event, 1, **facts)
    return registration


async def some_registrations(applications: Applications, event: Event, count: int, **facts: Any) -> list[Registration]:
    """So many people with seats at the event."""
    registrations = [_registration(event, facts) for _ in range(count)]
    async with applications.runtime("events").database.transaction() as session:
        session.add_all(registrations)
    return registrations


def _registration(event: Event, facts: dict[str, Any]) -> Registration:
    key = uuid4()
    values = {
        "event_id": event.id,
        "state": "confirmed",
        "name": "Maija Mäkelä",
        "email": f"maija-{key.hex[:6]}@project.example",
        "person_key": key.bytes,
        "language": "fi",
        "origin": "public",
        "entered_by": "person",
        **facts,
    }
    values["sort_key"] = finnish_sort_key(values["name"])
    return Registration(**values)


async def tell(
    applications: Applications, kind: MailKind, registration: Registration, event: Event, token: str | None = None
) -> None:
    """Queue a mail as a use case does."""
    async with applications.runtime("events").database.transaction() as session:
        await queue_mail(session, kind, registration, event=event, manage_token=token)


async def received(superuser: asyncpg.Connection) -> list[EmailMessage]:
    """The mails of the mailbox, oldest first, as the standard library's parser reads them."""
    rows = await superuser.fetch("SELECT raw FROM events.mailbox_messages ORDER BY at, id")
    return [parsed(row["raw"]) for row in rows]


def parsed(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    assert not any(part.defects for part in message.walk())
    return message


def text_of(message: EmailMessage, kind: str = "plain") -> str:
    body = message.get_body(preferencelist=(kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def calendar_part(message: EmailMessage) -> EmailMessage | None:
    return next((part for part in message.walk() if part.get_content_type() == "text/calendar"), None)


def calendar_bytes(message: EmailMessage) -> bytes:
    part = calendar_part(message)
    assert part is not None
    return bytes(part.get_payload(decode=True))


def only_event(written: bytes) -> icalendar.Event:
    (event,) = icalendar.Calendar.from_ical(written).walk("VEVENT")
    return event


async def states(superuser: asyncpg.Connection) -> list[tuple[str, int, str | None]]:
    rows = await superuser.fetch("SELECT state, attempts, last_error FROM events.mails ORDER BY queued_at, id")
    return [(row["state"], row["attempts"], row["last_error"]) for row in rows]


async def make_due(superuser: asyncpg.Connection) -> None:
    """Let the waiting be over."""
    await superuser.execute("UPDATE events.mails SET due_at = clock_timestamp() WHERE state IN ('queued', 'sending')")
