"""Failures of events."""

from services.kernel.web.errors import DomainError


class SlugTaken(DomainError):
    """Another event has this address."""

    status, code = 409, "slug-taken"


class EventIsCancelled(DomainError):
    """The event was cancelled, which is final."""

    status, code = 409, "event-cancelled"


class EventDayAhead(DomainError):
    """The day of the event has not come. Member: `first_on`, its first Helsinki day; null for a postponed event."""

    status, code = 409, "event-day-ahead"


class WouldDisplace(DomainError):
    """The capacity would be below the confirmed registrations. Members: `count` (too many), `confirmed_count`."""

    status, code = 409, "would-displace"
