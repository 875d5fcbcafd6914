"""Failures of attendance."""

from services.kernel.web.errors import DomainError


class NamesAreRecorded(DomainError):
    """People are marked as attended by name; so a headcount would count them twice."""

    status, code = 409, "names-are-recorded"
