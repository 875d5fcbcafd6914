"""Responses that are iCalendar objects."""

from collections.abc import Iterable, Sequence
from typing import Final

from fastapi import Response

from services.events.events.calendar_entries import public_entry
from services.events.events.models import Event
from services.events.ical.calendar_objects import Method, write_calendar

from .terms import CALENDAR_MEDIA_TYPE

# What the documents show of such a response.
EXAMPLE: Final = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Vipu//events//FI
METHOD:PUBLISH
BEGIN:VEVENT
UID:0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9d11@vipu.example
DTSTAMP:20261101T080000Z
SEQUENCE:0
SUMMARY:Hankekahvit
DTSTART:20261120T070000Z
DTEND:20261120T080000Z
STATUS:CONFIRMED
END:VEVENT
END:VCALENDAR
"""
CALENDAR_ANSWER: Final[dict[int | str, dict[str, object]]] = {
    200: {
        "description": "An iCalendar object (RFC 5545)",
        "content": {CALENDAR_MEDIA_TYPE: {"example": EXAMPLE.replace("\n", "\r\n")}},
    }
}


class CalendarResponse(Response):
    """An iCalendar object."""

    media_type = CALENDAR_MEDIA_TYPE


def calendar_response(
    events: Iterable[Event], *, languages: Sequence[str], public_url: str, file_name: str, name: str = ""
) -> CalendarResponse:
    """Return the events as a file that calendar programs subscribe to or open."""
    entries = [public_entry(event, languages=languages, public_url=public_url) for event in events]
    headers = {"Content-Disposition": f'inline; filename="{file_name}.ics"', "Vary": "Accept-Language"}
    return CalendarResponse(write_calendar(entries, method=Method.publish, name=name), headers=headers)
