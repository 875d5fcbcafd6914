"""Failures of organisations."""

from services.kernel.web.errors import DomainError


class NotKnownYet(DomainError):
    """The organisation or project is not known here. It may be new; then a later request succeeds."""

    status, code, retryable = 409, "not-known-yet", True
