"""Calendar entries: a published event as a public calendar shows it, without the join link."""

from collections.abc import Sequence

from services.events.ical.calendar_objects import Entry, Status
from services.kernel.text import pick

from .models import Event
from .terms import EventStatus


def public_entry(event: Event, *, languages: Sequence[str], public_url: str) -> Entry:
    """Return the event in the first language it has.

    The same event gives the same entry, so the feed keeps its ETag.
    """
    address = f"{public_url}/e/{event.slug}"
    description = pick(event.description, languages)[0] if event.description else ""
    return Entry(
        uid=event.ical_uid,
        sequence=event.ical_sequence,
        stamped_at=event.updated_at,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        time_zone=event.time_zone,
        summary=pick(event.title, languages)[0],
        status=_STATUSES[EventStatus(event.event_status)],
        description="\n\n".join(part for part in (description, address) if part),
        location=place_of(event, languages),
        url=address,
    )


def place_of(event: Event, languages: Sequence[str]) -> str:
    """Return the venue with its address, empty for an online event."""
    venue = pick(event.venue, languages)[0] if event.venue else ""
    return ", ".join(part for part in (venue, event.address) if part)


_STATUSES = {
    EventStatus.scheduled: Status.confirmed,
    EventStatus.rescheduled: Status.confirmed,
    EventStatus.moved_online: Status.confirmed,
    EventStatus.postponed: Status.tentative,
    EventStatus.cancelled: Status.cancelled,
}
