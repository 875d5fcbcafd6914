"""Failures of the gateway."""

from services.kernel.web.errors import DomainError


class NoRows(DomainError):
    """The figure has no list of rows behind it."""

    status, code = 409, "measure-without-rows"


class UpstreamDown(Exception):
    """A service did not answer, or not understandably. `reason` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UpstreamRefused(Exception):
    """A service refused the caller or the question with a 4xx status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status
