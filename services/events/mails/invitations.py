"""Invitations: the calendar part of a mail to a person who has a seat (RFC 5546)."""

from typing import Final

from services.events.events.calendar_entries import place_of
from services.events.events.terms import EventStatus
from services.events.ical.calendar_objects import Entry, Method, Person, Status, write_calendar

from .content import MailContent, has_entry, page_url, shows_join_link, title_of
from .terms import MailKind

_METHODS: Final = {
    MailKind.confirmation: Method.request,
    MailKind.promoted: Method.request,
    MailKind.event_changed: Method.request,
    MailKind.manage_link: Method.request,
    MailKind.address_corrected: Method.request,
    MailKind.address_removed: Method.cancel,
    MailKind.cancelled: Method.cancel,
    MailKind.cancelled_by_organiser: Method.cancel,
    MailKind.event_cancelled: Method.cancel,
}
# Before these, the person has no entry.
_SEATING_KINDS: Final = frozenset({MailKind.confirmation, MailKind.promoted})


def method_of(content: MailContent) -> Method | None:
    """Return what the mail does in the reader's calendar: nothing for a person who never had a seat.

    While the event is postponed, every mail but the one that gives the seat removes the entry, and the mail about the
    new date restores it. A tentative entry would stay at the old time, where Google Calendar shows it as busy.
    """
    method = _METHODS.get(content.kind) if content.is_invited else None
    if method is not Method.request or has_entry(content):
        return method
    is_removed = content.event.event_status == EventStatus.postponed and content.kind not in _SEATING_KINDS
    return Method.cancel if is_removed else None


def write_invitation(content: MailContent, *, language: str, organizer: Person, public_url: str) -> bytes | None:
    """Return the calendar object of the mail, or None. The same content always gives the same bytes."""
    method, event = method_of(content), content.event
    if method is None:
        return None
    join_url = event.join_url if shows_join_link(content) else None
    address, place = page_url(event, public_url), place_of(event, (language,))
    entry = Entry(
        uid=content.ical_uid,
        sequence=content.sequence,
        # Of two messages with one SEQUENCE, the later one holds (RFC 5546 §2.1.5).
        stamped_at=max(content.queued_at, event.changed_at),
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        time_zone=event.time_zone,
        summary=title_of(event, language),
        status=Status.cancelled if method is Method.cancel else Status.confirmed,
        description="\n".join(line for line in (join_url, address) if line),
        location="; ".join(part for part in (place, join_url) if part),
        url=address,
        organizer=organizer,
        attendee=Person(content.to_address, content.to_name),
    )
    return write_calendar([entry], method=method)
