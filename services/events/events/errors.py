"""Failures of the calendar."""

from services.kernel.web.errors import DomainError


class SlugTaken(DomainError):
    """Another event has this address."""

    status, code = 409, "slug-taken"


class EventIsCancelled(DomainError):
    """The event was cancelled; that is the end of it."""

    status, code = 409, "event-cancelled"


class WouldDisplace(DomainError):
    """The capacity would be below the seats given. Members: `count` too many, `confirmed_count`."""

    status, code = 409, "would-displace"
