"""The circuit breaker: a service that keeps failing is left alone for a while, then tried by one caller."""

from collections.abc import Iterator
from contextlib import contextmanager

from .clock import loop_seconds
from .errors import UpstreamDown, UpstreamRefused


class Breaker:
    """Open after `failures` in a row; after `open_seconds` one probe at a time may pass."""

    def __init__(self, *, failures: int, open_seconds: float) -> None:
        self._allowed, self._open_seconds = failures, open_seconds
        self._failed = 0
        self._opened_at: float | None = None
        self._probing = False

    def is_open(self) -> bool:
        """Return whether callers are turned away."""
        return self._opened_at is not None

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Let one call pass and note how it ended. Raises UpstreamDown("breaker_open") without calling.

        A refusal (4xx) is a sign of life. A cancelled call says nothing about the service.
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
            self._probing = False
            raise
        self._note_success()

    def _pass(self) -> None:
        if self._opened_at is None:
            return
        if self._probing or loop_seconds() - self._opened_at < self._open_seconds:
            raise UpstreamDown("breaker_open")
        self._probing = True

    def _note_failure(self) -> None:
        self._failed += 1
        self._probing = False
        if self._failed >= self._allowed:
            self._opened_at = loop_seconds()

    def _note_success(self) -> None:
        self._failed, self._opened_at, self._probing = 0, None, False
