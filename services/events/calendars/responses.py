"""Responses that are iCalendar objects."""

from collections.abc import Iterable, Sequence

from fastapi import Response

from services.events.events.calendar_entries import public_entry
from services.events.events.models import Event
from services.events.ical.calendar_objects import Method, write_calendar

from .terms import CALENDAR_MEDIA_TYPE


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
