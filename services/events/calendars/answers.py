"""Answers that are files of a known kind rather than our own JSON."""

import json
from collections.abc import Iterable, Mapping, Sequence

from fastapi import Response

from services.events.events.models import Event
from services.events.ical.calendar_objects import Method, write_calendar
from services.events.ical.entries import public_entry

from .terms import CALENDAR_MEDIA_TYPE, JSON_LD_MEDIA_TYPE


class CalendarAnswer(Response):
    """An iCalendar object."""

    media_type = CALENDAR_MEDIA_TYPE


class JsonLdAnswer(Response):
    """A JSON-LD document."""

    media_type = JSON_LD_MEDIA_TYPE


def answer_calendar(
    events: Iterable[Event], *, languages: Sequence[str], public_url: str, file_name: str, name: str = ""
) -> CalendarAnswer:
    """Return the events as a file that calendar programs subscribe to or open."""
    entries = [public_entry(event, languages=languages, public_url=public_url) for event in events]
    headers = {"Content-Disposition": f'inline; filename="{file_name}.ics"', "Vary": "Accept-Language"}
    return CalendarAnswer(write_calendar(entries, method=Method.publish, name=name), headers=headers)


def answer_json_ld(document: Mapping[str, object], *, language: str) -> JsonLdAnswer:
    """Return the document, safe to be put inside a page's script element."""
    written = json.dumps(document, ensure_ascii=False).replace("<", "\\u003c")
    return JsonLdAnswer(written, headers={"Content-Language": language, "Vary": "Accept-Language"})
