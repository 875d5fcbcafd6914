"""A mailbox as a calendar program keeps it: it applies the calendar part of each mail in its order (RFC 5546)."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import icalendar
import vobject


@dataclass(frozen=True, slots=True)
class Shown:
    """What the calendar shows of an entry."""

    starts_at: datetime
    ends_at: datetime
    place: str
    status: str


@dataclass(frozen=True, slots=True)
class Part:
    """The calendar part of one mail."""

    method: str
    uid: str
    sequence: int
    stamped_at: datetime
    shown: Shown


Parser = Callable[[bytes], Part]


def by_icalendar(raw: bytes) -> Part:
    """Read the part with the library `icalendar`."""
    calendar = icalendar.Calendar.from_ical(raw)
    (event,) = calendar.walk("VEVENT")
    instants = [event.decoded(name).astimezone(UTC) for name in ("DTSTAMP", "DTSTART", "DTEND")]
    shown = Shown(instants[1], instants[2], str(event.get("LOCATION", "")), str(event["STATUS"]))
    return Part(str(calendar["METHOD"]), str(event["UID"]), int(event["SEQUENCE"]), instants[0], shown)


def by_vobject(raw: bytes) -> Part:
    """Read the part with the library `vobject`."""
    calendar = vobject.readOne(raw.decode())
    event = calendar.vevent
    starts_at, ends_at = (part.value.astimezone(UTC) for part in (event.dtstart, event.dtend))
    place = event.location.value if hasattr(event, "location") else ""
    shown = Shown(starts_at, ends_at, place, event.status.value)
    stamped_at = event.dtstamp.value.astimezone(UTC)
    return Part(calendar.method.value, event.uid.value, int(event.sequence.value), stamped_at, shown)


class Mailbox:
    """The calendar of one mailbox, and every part that came to it."""

    def __init__(self, parser: Parser) -> None:
        self._parser = parser
        self._kept: dict[str, Part] = {}
        self.parts: list[Part] = []

    def apply(self, raw: bytes) -> None:
        """Apply a part, unless the calendar has a later one of its UID.

        A cancelled entry comes back only with a higher SEQUENCE, and only a higher SEQUENCE cancels an entry.
        """
        part = self._parser(raw)
        self.parts.append(part)
        kept = self._kept.get(part.uid)
        if kept is None or self._is_later(part, kept):
            self._kept[part.uid] = part

    @staticmethod
    def _is_later(part: Part, kept: Part) -> bool:
        if part.method != kept.method:
            return part.sequence > kept.sequence
        return (part.sequence, part.stamped_at) >= (kept.sequence, kept.stamped_at)

    def calendar(self) -> Counter[Shown]:
        """The entries that the calendar shows."""
        return Counter(part.shown for part in self._kept.values() if part.method == "REQUEST")
