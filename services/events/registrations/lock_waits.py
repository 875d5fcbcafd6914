"""Waiting for the locks of events, so that an event that stays locked delays no registration to another one.

A batch that waits for a lock occupies one of the few connections of the admission queues. So at most one batch of the
process waits, and not for an event that has been waited for in vain: the others look whether the lock is free, give the
connection back and look again after a pause.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from cachetools import TTLCache
from sqlalchemy.exc import DBAPIError

# A batch of another process holds the lock for some hundredths of a second.
LOCK_WAIT: Final = timedelta(milliseconds=500)
NO_WAIT: Final = timedelta(0)
# A caller whose admission cannot even begin within this time is to try again later.
MAX_LOCKED_SECONDS: Final = 3.0
_PAUSE_SECONDS: Final = 0.01
_BLOCKED_PAUSE_SECONDS: Final = 0.25
# How long, and for how many events, it is remembered that waiting was in vain.
_BLOCKED_SECONDS: Final = 10
_MAX_BLOCKED: Final = 1_000
_LOCK_NOT_AVAILABLE: Final = "55P03"


def is_locked(failure: BaseException) -> bool:
    """Say whether the failure is a lock that another transaction holds."""
    return isinstance(failure, DBAPIError) and getattr(failure.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE


class LockWaits:
    """The waits of one process for locks of events."""

    def __init__(self) -> None:
        self._is_waiting = False
        self._blocked: TTLCache[str, None] = TTLCache(_MAX_BLOCKED, _BLOCKED_SECONDS)

    @contextmanager
    def turn(self, ref: str) -> Iterator[timedelta]:
        """Yield how long the block may wait for the event's lock; note whether it got the lock."""
        may_wait = not self._is_waiting and ref not in self._blocked
        self._is_waiting |= may_wait
        try:
            yield LOCK_WAIT if may_wait else NO_WAIT
        except DBAPIError as failure:
            if may_wait and is_locked(failure):
                self._blocked[ref] = None
            raise
        finally:
            if may_wait:
                self._is_waiting = False
        self._blocked.pop(ref, None)

    def pause_seconds(self, ref: str) -> float:
        """Return how long to pause before the next look at the event's lock."""
        return _BLOCKED_PAUSE_SECONDS if ref in self._blocked else _PAUSE_SECONDS
