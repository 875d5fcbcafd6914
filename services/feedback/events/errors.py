"""Failures of events."""

from services.kernel.web.errors import DomainError


class EventNotKnownYet(DomainError):
    """The events service has not announced the event here yet; a later request may succeed."""

    status, code, retryable = 409, "not-known-yet", True
