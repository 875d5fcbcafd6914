"""Failures of statements."""

from services.kernel.web.errors import DomainError


class KnownTooEarly(DomainError):
    """The change is known since a day before what stands."""

    status, code = 409, "known-too-early"
