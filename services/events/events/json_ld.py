"""Events as schema.org tells them to search engines. Never the join link."""

from collections.abc import Mapping, Sequence

from services.events.events.models import Event
from services.events.events.queries import seats_left
from services.events.events.terms import EventMode, EventStatus
from services.events.ical.entries import place_of
from services.kernel.text import pick

_STATUSES = {
    EventStatus.scheduled: "EventScheduled",
    EventStatus.rescheduled: "EventRescheduled",
    EventStatus.moved_online: "EventMovedOnline",
    EventStatus.postponed: "EventPostponed",
    EventStatus.cancelled: "EventCancelled",
}
_MODES = {
    EventMode.onsite: "OfflineEventAttendanceMode",
    EventMode.online: "OnlineEventAttendanceMode",
    EventMode.hybrid: "MixedEventAttendanceMode",
}


def json_ld(
    event: Event,
    *,
    organiser: Mapping[str, str] | None,
    takes_registrations: bool,
    languages: Sequence[str],
    public_url: str,
) -> tuple[dict[str, object], str]:
    """Return the event as a schema.org Event, and the language it is told in."""
    title, language = pick(event.title, languages)
    document: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": title,
        "inLanguage": language,
        "url": f"{public_url}/e/{event.slug}",
        "startDate": event.starts_at.isoformat(),
        "endDate": event.ends_at.isoformat(),
        "eventStatus": f"https://schema.org/{_STATUSES[EventStatus(event.event_status)]}",
        "eventAttendanceMode": f"https://schema.org/{_MODES[EventMode(event.mode)]}",
    }
    optional = {
        "location": _locations(event, languages, public_url) or None,
        "description": pick(event.description, languages)[0] if event.description else None,
        "previousStartDate": event.previous_starts_at.isoformat() if event.previous_starts_at else None,
        "maximumAttendeeCapacity": event.capacity,
        "remainingAttendeeCapacity": seats_left(event, over=not takes_registrations, staff=False),
        "organizer": {"@type": "Organization", "name": pick(organiser, languages)[0]} if organiser else None,
    }
    return {**document, **{name: value for name, value in optional.items() if value is not None}}, language


def _locations(event: Event, languages: Sequence[str], public_url: str) -> list[dict[str, object]]:
    """Return where one goes.

    The room online is told to confirmed persons only, so its address here is the event's page.
    """
    place = place_of(event, languages)
    places: list[dict[str, object]] = []
    if place and event.mode != EventMode.online:
        places.append({"@type": "Place", "name": place})
    if event.mode != EventMode.onsite:
        places.append({"@type": "VirtualLocation", "url": f"{public_url}/e/{event.slug}"})
    return places
