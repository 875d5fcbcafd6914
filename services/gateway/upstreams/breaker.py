"""The circuit breaker: it stops requests to a failing service for some seconds, then lets one trial request through."""

from collections.abc import Iterator
from contextlib import contextmanager

from .clock import loop_seconds
from .errors import UpstreamDown, UpstreamRefused


class Breaker:
    """Opens after `failures` in a row; after `open_seconds` it lets one trial request at a time through."""

    def __init__(self, *, failures: int, open_seconds: float) -> None:
        self._max_failures, self._open_seconds = failures, open_seconds
        self._failures = 0
        self._opened_at: float | None = None
        self._is_probing = False

    def is_open(self) -> bool:
        """Return whether requests are refused."""
        return self._opened_at is not None

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Let one request through and note how it ended.

        A refusal (4xx) shows that the service works. A cancelled request shows nothing about the service.
        Raises: UpstreamDown("breaker_open"), without a request.
        """
        self._pass()
        try:
            yield
        except UpstreamDown:
            self._note_failure()
            raise
        except UpstreamRefused:
            self._note_success()
            raise
        except BaseException:
            self._is_probing = False
            raise
        self._note_success()

    def _pass(self) -> None:
        if self._opened_at is None:
            return
        if self._is_probing or loop_seconds() - self._opened_at < self._open_seconds:
            raise UpstreamDown("breaker_open")
        self._is_probing = True

    def _note_failure(self) -> None:
        self._failures += 1
        self._is_probing = False
        if self._failures >= self._max_failures:
            self._opened_at = loop_seconds()

    def _note_success(self) -> None:
        self._failures, self._opened_at, self._is_probing = 0, None, False
