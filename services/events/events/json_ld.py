"""Events as schema.org describes them to search engines, without the join link."""

import json
from collections.abc import Mapping, Sequence
from typing import Final

from fastapi import Response

from services.kernel.text import pick

from .calendar_entries import place_of
from .facts import is_postponed
from .models import Event
from .queries import seats_left
from .terms import JSON_LD_MEDIA_TYPE, EventMode, EventStatus

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


# What the documents say of such a response.
JSON_LD_ANSWER: Final[dict[int | str, dict[str, object]]] = {
    200: {
        "description": "An Event of schema.org",
        "content": {
            JSON_LD_MEDIA_TYPE: {
                "schema": {"type": "object", "additionalProperties": True},
                "example": {
                    "@context": "https://schema.org",
                    "@type": "Event",
                    "name": "Hankekahvit",
                    "startDate": "2026-11-20T09:00:00+02:00",
                    "endDate": "2026-11-20T10:00:00+02:00",
                    "eventStatus": "https://schema.org/EventScheduled",
                    "eventAttendanceMode": "https://schema.org/OnlineEventAttendanceMode",
                },
            }
        },
    }
}


class JsonLdResponse(Response):
    """A JSON-LD document."""

    media_type = JSON_LD_MEDIA_TYPE


def json_ld_response(
    event: Event,
    *,
    organiser: Mapping[str, str] | None,
    takes_registrations: bool,
    languages: Sequence[str],
    public_url: str,
) -> JsonLdResponse:
    """Return the event as a schema.org Event, in the first of the languages that it has.

    The document can be put into a page's script element as it is.
    """
    document, language = _json_ld(
        event,
        organiser=organiser,
        takes_registrations=takes_registrations,
        languages=languages,
        public_url=public_url,
    )
    body = json.dumps(document, ensure_ascii=False).replace("<", "\\u003c")
    return JsonLdResponse(body, headers={"Content-Language": language, "Vary": "Accept-Language"})


def _json_ld(
    event: Event,
    *,
    organiser: Mapping[str, str] | None,
    takes_registrations: bool,
    languages: Sequence[str],
    public_url: str,
) -> tuple[dict[str, object], str]:
    """Return the document and its language."""
    title, language = pick(event.title, languages)
    document: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": title,
        "inLanguage": language,
        "url": f"{public_url}/e/{event.slug}",
        # A postponed event keeps its old start here, without its end, until the new one is known. Source: Google's
        # guide to structured data of events, which requires a start.
        "startDate": event.starts_at.isoformat(),
        "eventStatus": f"https://schema.org/{_STATUSES[EventStatus(event.event_status)]}",
        "eventAttendanceMode": f"https://schema.org/{_MODES[EventMode(event.mode)]}",
    }
    previous = event.starts_at if is_postponed(event) else event.previous_starts_at
    optional = {
        "endDate": None if is_postponed(event) else event.ends_at.isoformat(),
        "location": _locations(event, languages, public_url) or None,
        "description": pick(event.description, languages)[0] if event.description else None,
        "previousStartDate": previous.isoformat() if previous else None,
        "maximumAttendeeCapacity": event.capacity,
        "remainingAttendeeCapacity": seats_left(event, over=not takes_registrations, staff=False),
        "organizer": {"@type": "Organization", "name": pick(organiser, languages)[0]} if organiser else None,
    }
    return {**document, **{name: value for name, value in optional.items() if value is not None}}, language


def _locations(event: Event, languages: Sequence[str], public_url: str) -> list[dict[str, object]]:
    """Return the places of the event.

    Only confirmed persons get the join link, so the address of an online event is its page.
    """
    place = place_of(event, languages)
    places: list[dict[str, object]] = []
    if place:
        places.append({"@type": "Place", "name": place})
    if event.mode != EventMode.onsite:
        places.append({"@type": "VirtualLocation", "url": f"{public_url}/e/{event.slug}"})
    return places
