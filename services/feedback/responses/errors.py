"""Failures of answers."""

from services.kernel.web.errors import DomainError


class AlreadyAnswered(DomainError):
    """A ticket is good for one answer, and an answer does not change."""

    status, code = 409, "already-answered"
