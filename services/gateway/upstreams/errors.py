"""Failures of upstreams."""


class UpstreamDown(Exception):
    """A service did not answer, or its answer is not valid. `reason` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UpstreamRefused(Exception):
    """A service refused the caller or the request with a 4xx status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status
