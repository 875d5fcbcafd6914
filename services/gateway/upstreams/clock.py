"""The clock that deadlines, the breaker and known answers go by."""

import asyncio


def loop_seconds() -> float:
    """Seconds on the running event loop's clock: the one its timers go by, so a deadline and a timeout agree."""
    return asyncio.get_running_loop().time()
