"""Rate limits: requests are counted by the caller's subject or address in a sliding window, in this process alone."""

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

# The interval at which empty windows are removed.
_CLEAN_UP_SECONDS: Final = 60
# About 55 MB. A client with more addresses than this cannot be limited by address.
_MOST_WINDOWS: Final = 50_000


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `amount` hits in any `seconds` seconds."""

    amount: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Count:
    """The result of a hit: whether it is allowed, how many more are, and when the oldest one leaves the window."""

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
    """A limiter that counts hits in sliding windows, in this process alone.

    The cost of a hit does not grow with the number of keys. The in-memory storage of the `limits` library iterates
    over all its keys again and again, in threads, and each mailbox of a large event is one key.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._windows: FIFOCache[tuple[str, str], _Window] = FIFOCache(_MOST_WINDOWS)
        self._cleaned_up_at = clock()

    def hit(self, rate: Rate, action: str, subject: str) -> Count:
        """Count a hit of the subject, unless it would exceed the rate. Returns the result."""
        now = self._clock()
        self._clean_up(now)
        window = self._windows.setdefault((action, subject), _Window(rate.seconds))
        window.forget_old(now)
        allowed = len(window.hits) < rate.amount
        if allowed:
            window.hits.append(now)
        oldest = window.hits[0] if window.hits else now
        return Count(allowed, max(0, rate.amount - len(window.hits)), oldest + rate.seconds - now)

    def _clean_up(self, now: float) -> None:
        if now - self._cleaned_up_at < _CLEAN_UP_SECONDS:
            return
        self._cleaned_up_at = now
        for key, window in list(self._windows.items()):
            window.forget_old(now)
            if not window.hits:
                del self._windows[key]

    def __len__(self) -> int:
        return len(self._windows)


@cache
def rate_of(text: str) -> Rate:
    """Parse the notation of the settings, e.g. `600/5 minutes`. Raises ValueError."""
    parsed = parse(text)
    return Rate(parsed.amount, parsed.get_expiry())


def limiter_of(request: Request) -> SlidingWindowLimiter:
    """Return the limiter of this application."""
    state = request.app.state
    if not hasattr(state, "windows"):
        state.windows = SlidingWindowLimiter()
    windows: SlidingWindowLimiter = state.windows
    return windows


def subject_of_address(host: str) -> str:
    """Return the address, or the /64 network of an IPv6 address, under which a caller's requests are counted.

    One caller usually has a whole IPv6 network, and could use another address of it for each request.
    """
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or ip_network((address, 64), strict=False))
    return host


async def rate_limit_subject(request: Request) -> Principal:
    """Return the caller, or the anonymous one for an invalid token, which the route itself refuses where it matters."""
    try:
        return await current_principal(request)
    except Unauthenticated:
        return ANONYMOUS


async def limit_public_rate(
    request: Request, response: Response, caller: Annotated[Principal, Depends(rate_limit_subject)]
) -> None:
    """Count this request and name the limit in the answer. Raises TooManyRequests with Retry-After.

    The limit of an address is generous, because all visitors of an event may share one; that of a caller with a token
    is more so, because a partner's system calls for many people.
    """
    settings = request.app.state.runtime.settings
    rate = rate_of(settings.public_rate if caller.is_anonymous() else settings.caller_rate)
    name = "public" if caller.is_anonymous() else "caller"
    response.headers.update(count_request(request, caller, (name, rate), action=request.scope["route"].path_format))


def count_request(request: Request, caller: Principal, policy: tuple[str, Rate], *, action: str) -> dict[str, str]:
    """Count a request for the action by the caller's subject, or by the address of one without a token.

    Returns: the headers that name the limit. Raises: TooManyRequests with these headers and Retry-After.
    """
    name, rate = policy
    count = limiter_of(request).hit(rate, f"{name} {action}", _subject_of(request, caller))
    seconds = max(1, round(count.resets_in_seconds))
    # The two header fields of the IETF draft "RateLimit header fields for HTTP".
    headers = {
        "RateLimit-Policy": f'"{name}";q={rate.amount};w={rate.seconds}',
        "RateLimit": f'"{name}";r={count.remaining};t={seconds}',
    }
    if not count.allowed:
        raise TooManyRequests(headers={**headers, "Retry-After": str(seconds)})
    return headers


def _subject_of(request: Request, caller: Principal) -> str:
    if not caller.is_anonymous():
        return f"subject {caller.subject}"
    return subject_of_address(request.client.host) if request.client else "unknown"


# In a public route's signature, before the session: `limited: RateLimited`. A refused request opens no session.
RateLimited = Annotated[None, Depends(limit_public_rate)]
