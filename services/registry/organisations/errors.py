"""Failures of organisations."""

from services.kernel.web.errors import DomainError


class BusinessIdTaken(DomainError):
    """Another organisation has this Y-tunnus."""

    status, code = 409, "business-id-taken"
