"""Calendar entries: a published event as a public calendar shows it, without the join link."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from services.contracts.words import Phrase, language_of
from services.events.ical.calendar_objects import Entry, Status
from services.kernel.text import pick

from .facts import is_postponed
from .models import Event
from .terms import EventMode, EventStatus


def public_entry(event: Event, *, languages: Sequence[str], public_url: str) -> Entry:
    """Return the event in the first language it has.

    The same event gives the same entry, so the feed keeps its ETag.
    """
    address = f"{public_url}/e/{event.slug}"
    description = pick(event.description, languages)[0] if event.description else ""
    notice = Phrase("mails.postponed").in_language(language_of(languages)) if is_postponed(event) else ""
    return Entry(
        uid=event.ical_uid,
        sequence=event.ical_sequence,
        stamped_at=event.updated_at,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        time_zone=event.time_zone,
        summary=pick(event.title, languages)[0],
        status=_STATUSES[EventStatus(event.event_status)],
        description="\n\n".join(part for part in (notice, description, address) if part),
        location=place_of(event, languages),
        url=address,
    )


class _Placed(Protocol):
    """The facts that say where an event takes place."""

    @property
    def mode(self) -> str: ...
    @property
    def venue(self) -> Mapping[str, str] | None: ...
    @property
    def address(self) -> str | None: ...


def place_of(event: _Placed, languages: Sequence[str]) -> str:
    """Return the venue with its address, empty for an online event."""
    if event.mode == EventMode.online:
        return ""
    venue = pick(event.venue, languages)[0] if event.venue else ""
    return ", ".join(part for part in (venue, event.address) if part)


_STATUSES = {
    EventStatus.scheduled: Status.confirmed,
    EventStatus.rescheduled: Status.confirmed,
    EventStatus.moved_online: Status.confirmed,
    # A tentative entry would stay at a time that is no longer valid.
    EventStatus.postponed: Status.cancelled,
    EventStatus.cancelled: Status.cancelled,
}
