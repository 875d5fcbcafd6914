"""Failures of tickets."""

from services.kernel.web.errors import DomainError


class BatchInUse(DomainError):
    """The batch belongs to another survey."""

    status, code = 409, "batch-in-use"
