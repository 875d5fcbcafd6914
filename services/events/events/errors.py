"""Failures of events."""

from typing import ClassVar

from services.kernel.web.errors import DomainError, Members


class SlugTaken(DomainError):
    """Another event has this address."""

    status, code = 409, "slug-taken"


class EventIsCancelled(DomainError):
    """The event was cancelled, which is final."""

    status, code = 409, "event-cancelled"


class EventDayAhead(DomainError):
    """The day of the event has not come. Member: `first_on`, its first Helsinki day; null for a postponed event."""

    status, code = 409, "event-day-ahead"
    example: ClassVar[Members] = {"first_on": "2026-12-10"}


class WouldDisplace(DomainError):
    """A lowered capacity would be below the confirmed registrations. Members: `count` (too many), `confirmed_count`."""

    status, code = 409, "would-displace"
    example: ClassVar[Members] = {"count": 3, "confirmed_count": 43}


class EventIsOver(DomainError):
    """The event has ended, or had ended when it was postponed: it cannot be called off any more."""

    status, code = 409, "event-over"


class EventHasAttendance(DomainError):
    """People came to the event, so it stays held: their marks and the headcount must be removed first."""

    status, code = 409, "event-has-attendance"


class EventIsPublished(DomainError):
    """Only a draft can be deleted."""

    status, code = 409, "event-published"
