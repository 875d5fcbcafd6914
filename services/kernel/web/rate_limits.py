"""Rate limits on public routes, counted per caller's address in this process (moving window)."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Annotated, Final

from cachetools import FIFOCache
from fastapi import Depends, Request, Response
from limits import parse

from services.kernel.security.auth import ANONYMOUS, Principal, current_principal
from services.kernel.web.errors import TooManyRequests, Unauthenticated

# How often windows that have run empty are forgotten.
_SWEEP_SECONDS: Final = 60
# About 55 MB. Who has more addresses than this is not held by counting them.
_MOST_WINDOWS: Final = 50_000


@dataclass(frozen=True, slots=True)
class Rate:
    """At most so many hits in any stretch of so many seconds."""

    amount: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Count:
    """How a hit was taken: whether it is within the rate, how many more are, and when the oldest is forgotten."""

    allowed: bool
    remaining: int
    resets_in_seconds: float


@dataclass(slots=True)
class _Window:
    seconds: int
    hits: deque[float] = field(default_factory=deque)

    def forget_old(self, now: float) -> None:
        while self.hits and self.hits[0] <= now - self.seconds:
            self.hits.popleft()


class SlidingWindowLimiter:
    """Counts hits in moving windows, in this process alone.

    Each hit costs the same however many keys are known: the in-memory storage of the `limits` library walks through
    all its keys again and again, in threads, and a crowd is one key per mailbox.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._windows: FIFOCache[tuple[str, str], _Window] = FIFOCache(_MOST_WINDOWS)
        self._swept_at = clock()

    def hit(self, rate: Rate, what: str, who: str) -> Count:
        """Count one more, unless that would be one too many."""
        now = self._clock()
        self._sweep(now)
        window = self._windows.setdefault((what, who), _Window(rate.seconds))
        window.forget_old(now)
        allowed = len(window.hits) < rate.amount
        if allowed:
            window.hits.append(now)
        oldest = window.hits[0] if window.hits else now
        return Count(allowed, max(0, rate.amount - len(window.hits)), oldest + rate.seconds - now)

    def _sweep(self, now: float) -> None:
        if now - self._swept_at < _SWEEP_SECONDS:
            return
        self._swept_at = now
        for key, window in list(self._windows.items()):
            window.forget_old(now)
            if not window.hits:
                del self._windows[key]

    def __len__(self) -> int:
        return len(self._windows)


@cache
def rate_of(text: str) -> Rate:
    """Return the rate a person wrote, e.g. `600/5 minutes`. Raises ValueError."""
    parsed = parse(text)
    return Rate(parsed.amount, parsed.get_expiry())


def limiter_of(request: Request) -> SlidingWindowLimiter:
    """Return what counts in this process."""
    state = request.app.state
    if not hasattr(state, "windows"):
        state.windows = SlidingWindowLimiter()
    windows: SlidingWindowLimiter = state.windows
    return windows


def subject_of_address(host: str) -> str:
    """Return the address a caller is counted under: one caller has a whole IPv6 network, and never-ending addresses in it."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or ip_network((address, 64), strict=False))
    return host


async def rate_limit_subject(request: Request) -> Principal:
    """Return the caller, or nobody where no good token is shown: the route itself decides what a bad one is worth."""
    try:
        return await current_principal(request)
    except Unauthenticated:
        return ANONYMOUS


async def limit_public_rate(
    request: Request, response: Response, caller: Annotated[Principal, Depends(rate_limit_subject)]
) -> None:
    """Count this call; name the limit in the answer. Raises TooManyRequests with Retry-After.

    Generous on purpose: a whole venue may sit behind one address. Who signed in is answerable and not counted.
    """
    if not caller.is_anonymous():
        return
    rate = rate_of(request.app.state.runtime.settings.public_rate)
    address = subject_of_address(request.client.host) if request.client else "unknown"
    count = limiter_of(request).hit(rate, request.scope["route"].path_format, address)
    seconds = max(1, round(count.resets_in_seconds))
    # The two header fields of the IETF draft "RateLimit header fields for HTTP".
    headers = {
        "RateLimit-Policy": f'"public";q={rate.amount};w={rate.seconds}',
        "RateLimit": f'"public";r={count.remaining};t={seconds}',
    }
    if not count.allowed:
        raise TooManyRequests(headers={**headers, "Retry-After": str(seconds)})
    response.headers.update(headers)


# In a public route's signature, before the session: `limited: RateLimited`. Who is refused takes no connection.
RateLimited = Annotated[None, Depends(limit_public_rate)]
