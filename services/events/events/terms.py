"""Vocabulary of events."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Annotated, Final, NewType
from uuid import UUID
from zoneinfo import available_timezones

from fastapi import Path
from pydantic import AfterValidator, AwareDatetime, Field

from services.contracts.measures import EVENTS_OF, keys_of
from services.contracts.vocabulary import Code
from services.contracts.words import InvalidValue
from services.kernel.text import clean_line

EventId = NewType("EventId", UUID)


class PublicationStatus(StrEnum):
    """The visibility of an event. It only moves forward."""

    draft = "draft"
    published = "published"
    archived = "archived"


class EventStatus(StrEnum):
    """The status of an event. Cancelled is final. While an event is postponed, its times are those that do not hold."""

    scheduled = "scheduled"
    rescheduled = "rescheduled"
    postponed = "postponed"
    moved_online = "moved_online"
    cancelled = "cancelled"


class LiveStatus(StrEnum):
    """The statuses that a change may set. Cancelling is a command of its own."""

    scheduled = "scheduled"
    rescheduled = "rescheduled"
    postponed = "postponed"
    moved_online = "moved_online"


class RegistrationState(StrEnum):
    """Whether people can register now, by the database's clock."""

    not_open = "not_open"
    open = "open"
    open_waitlist = "open_waitlist"
    full = "full"
    closed = "closed"
    cancelled = "cancelled"
    none_required = "none_required"


# People cannot register in these, so free seats are of no use to the public.
OVER_STATES: Final = frozenset({RegistrationState.closed, RegistrationState.cancelled, RegistrationState.none_required})


class EventMode(StrEnum):
    """Whether an event takes place on site or online."""

    onsite = "onsite"
    online = "online"
    hybrid = "hybrid"


class HeadsQualifier(StrEnum):
    """How exactly heads were counted. A sum with an inexact part is inexact too."""

    exact = "exact"
    about = "about"
    over = "over"


class WaitingList(StrEnum):
    """Whether people may wait for a seat. `auto` promotes the first on the waiting list as soon as a seat is free."""

    off = "off"
    auto = "auto"


class Mark(StrEnum):
    """The mark that demonstration data carries."""

    invented = "invented"


JSON_LD_MEDIA_TYPE: Final = "application/ld+json"
MAX_CAPACITY: Final = 100_000
MAX_EVENT_DAYS: Final = 31
MAX_LINKS: Final = 50
MAX_BEFORE_START: Final = timedelta(days=366)

FIRST_INSTANT: Final = datetime(1990, 1, 1, tzinfo=UTC)
LAST_INSTANT: Final = datetime(2100, 1, 1, tzinfo=UTC)


def known_instant(instant: datetime) -> datetime:
    """Return the instant in UTC, if it is in the years that Vipu covers. Raises ValueError."""
    if not FIRST_INSTANT <= instant < LAST_INSTANT:
        raise InvalidValue("fields.instant-out-of-range")
    return instant.astimezone(UTC)


@cache
def _zones() -> frozenset[str]:
    """Return the names of all IANA time zones, read once, because listing them takes tens of milliseconds."""
    return frozenset(available_timezones())


def whole_seconds(duration: timedelta) -> timedelta:
    """Return the duration, if it has no part of a second. Raises ValueError."""
    if duration.microseconds:
        raise InvalidValue("fields.not-whole-seconds")
    return duration


def known_zone(name: str) -> str:
    """Return the IANA time zone, if the time zone database has it. Raises ValueError."""
    if name not in _zones():
        raise InvalidValue("fields.not-a-time-zone")
    return name


def not_a_uuid(slug: str) -> str:
    """Return the slug, if it cannot be mistaken for an id. Raises ValueError."""
    if as_uuid(slug) is not None:
        raise InvalidValue("fields.slug-looks-like-an-id")
    return slug


def as_uuid(ref: str) -> UUID | None:
    """Return the id that a part of an address is, or None where it is a slug."""
    try:
        return UUID(ref) if len(ref) == 36 else None
    except ValueError:
        return None


Instant = Annotated[AwareDatetime, Field(examples=["2026-10-14T06:00:00Z"]), AfterValidator(known_instant)]
BeforeStart = Annotated[
    timedelta, Field(ge=timedelta(0), le=MAX_BEFORE_START, examples=["P2D"]), AfterValidator(whole_seconds)
]
ZoneName = Annotated[str, Field(max_length=64, examples=["Europe/Helsinki"]), AfterValidator(known_zone)]
JoinUrl = Annotated[
    str,
    Field(max_length=2000, pattern=r'^https://[^\s<>"\\]+$', examples=["https://meet.example.org/abc"]),
    AfterValidator(clean_line),
]
# The part of a path that names an event: its id or its slug.
EventRef = Annotated[str, Path(min_length=2, max_length=80, description="The event's id or slug")]
# The value of a filter that names a coordination project: its id or its slug.
CoordinationRef = Annotated[
    str, Field(min_length=2, max_length=80, description="The coordination project's id or slug")
]
# `scheme:code`, e.g. `maakunta:01`.
AreaFilter = Annotated[str, Field(pattern=r"^[A-Za-z0-9._+-]{1,64}:[A-Za-z0-9._:+-]{1,64}$", examples=["maakunta:05"])]
Theme = Annotated[Code, Field(examples=["wellbeing_at_work"])]
TargetGroup = Annotated[Code, Field(examples=["regional_actors"])]


class Lacking(StrEnum):
    """A record that an event lacks although a measure asks for it."""

    attendance = "attendance"
    call = "call"
    outcome = "outcome"


def known_measure(key: str) -> str:
    """Return the key, if it is of a measure of events. Raises ValueError."""
    if key not in MEASURES:
        raise InvalidValue("fields.not-a-measure")
    return key


# The measures of the catalogue that count held events.
MEASURES: Final = frozenset(key for key in keys_of("events") if key in EVENTS_OF)
MeasureFilter = Annotated[
    str,
    Field(max_length=40, examples=["coffee"], json_schema_extra={"enum": sorted(MEASURES)}),
    AfterValidator(known_measure),
]
