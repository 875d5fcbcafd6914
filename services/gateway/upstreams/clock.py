"""The clock of deadlines, of the circuit breaker and of the cache of coordination projects."""

import asyncio


def loop_seconds() -> float:
    """Return the seconds of the running event loop's clock, so that a deadline agrees with the loop's timers."""
    return asyncio.get_running_loop().time()
