"""Calendar objects: one VCALENDAR with its VEVENTs and a VTIMEZONE for Helsinki. The library folds and escapes."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, vCalAddress

HELSINKI_ZONE: Final = "Europe/Helsinki"
PRODUCT_ID: Final = "-//Vipu//Vipu events//EN"

# The rules of the European Union since 1996 (directive 2000/84/EC). Written as RRULE, because Outlook ignores RDATE.
_HELSINKI_VTIMEZONE: Final = """\
BEGIN:VTIMEZONE
TZID:Europe/Helsinki
X-LIC-LOCATION:Europe/Helsinki
BEGIN:DAYLIGHT
TZOFFSETFROM:+0200
TZOFFSETTO:+0300
TZNAME:EEST
DTSTART:19700329T030000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:+0300
TZOFFSETTO:+0200
TZNAME:EET
DTSTART:19701025T040000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
"""

# Control characters, surrogates, line and paragraph separators.
_UNPRINTED: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
_UNQUOTED: Final = str.maketrans({'"': "'", "\\": "/", "^": None})
# The signs of an address that stand as they are. `?`, `&`, `#` and `%` do not: they could add a Cc (RFC 6068 §2).
_IN_MAILTO: Final = "@!$'*+-/=^_`{|}~."


class Method(StrEnum):
    """The effect of the calendar object in the reader's calendar (RFC 5546)."""

    publish = "PUBLISH"
    request = "REQUEST"
    cancel = "CANCEL"


class Status(StrEnum):
    """The statuses of an event that Vipu writes (RFC 5545 §3.8.1.11)."""

    confirmed = "CONFIRMED"
    cancelled = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Person:
    """An e-mail address and the name beside it."""

    address: str
    name: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as a calendar shows it. `uid` never changes; a higher `sequence` replaces a lower one."""

    uid: str
    sequence: int
    stamped_at: datetime
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    summary: str
    status: Status
    description: str = ""
    location: str = ""
    url: str = ""
    organizer: Person | None = None
    attendee: Person | None = None


def write_calendar(entries: Iterable[Entry], *, method: Method, name: str = "") -> bytes:
    """Return the calendar object, lines of 75 octets ended by CRLF."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT_ID)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method.value)
    if line := " ".join(_plain(name).split()):
        calendar.add("name", line)
        calendar.add("x-wr-calname", line)
    calendar.add_component(Timezone.from_ical(_HELSINKI_VTIMEZONE))
    for entry in entries:
        calendar.add_component(_event(entry))
    written: bytes = calendar.to_ical()
    return written


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", entry.stamped_at.astimezone(UTC))
    event.add("dtstart", _local(entry.starts_at, entry.time_zone))
    event.add("dtend", _local(entry.ends_at, entry.time_zone))
    event.add("sequence", entry.sequence)
    event.add("status", entry.status.value)
    event.add("transp", "TRANSPARENT" if entry.status is Status.cancelled else "OPAQUE")
    event.add("summary", _plain(entry.summary))
    for name, value in (("description", entry.description), ("location", entry.location)):
        if value:
            event.add(name, _plain(value))
    if entry.url:
        event.add("url", entry.url)
    if entry.organizer:
        event.add("organizer", _address(entry.organizer))
    if entry.attendee:
        event.add("attendee", _attendee(entry.attendee))
    return event


def _local(instant: datetime, zone: str) -> datetime:
    """Return a Helsinki instant in local time, for which there is a VTIMEZONE, and any other in UTC."""
    return instant.astimezone(ZoneInfo(HELSINKI_ZONE) if zone == HELSINKI_ZONE else UTC)


def _address(person: Person) -> vCalAddress:
    address = vCalAddress(f"mailto:{quote(person.address, safe=_IN_MAILTO)}")
    address.params["cn"] = _parameter(person.name)
    return address


def _attendee(person: Person) -> vCalAddress:
    """Return a person who has accepted already, so that their calendar program does not ask for an answer."""
    address = _address(person)
    address.params.update({"cutype": "INDIVIDUAL", "role": "REQ-PARTICIPANT", "partstat": "ACCEPTED", "rsvp": "FALSE"})
    return address


def _plain(text: str) -> str:
    """Return the text with line feeds as its only control characters: for some readers, a CR ends a property."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign for sign in lines if sign == "\n" or unicodedata.category(sign) not in _UNPRINTED)


def _parameter(text: str) -> str:
    """Return the text without double quotes and control characters, which no parameter may have (RFC 5545 §3.2)."""
    return " ".join(_plain(text).translate(_UNQUOTED).split())
