"""Rate limits on public routes, counted per caller's address in this process (moving window)."""

from functools import cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Annotated

from fastapi import Depends, Request, Response
from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from services.kernel.auth import ANONYMOUS, Principal, current_principal
from services.kernel.clock import utc_now
from services.kernel.errors import TooManyRequests, Unauthenticated


@cache
def _rate(text: str) -> RateLimitItem:
    return parse(text)


def limiter_of(request: Request) -> MovingWindowRateLimiter:
    """What counts in this process."""
    state = request.app.state
    if not hasattr(state, "limiter"):
        state.limiter = MovingWindowRateLimiter(MemoryStorage())
    limiter: MovingWindowRateLimiter = state.limiter
    return limiter


def counted_as(host: str) -> str:
    """The address a caller is counted under: one caller has a whole IPv6 network, and never-ending addresses in it."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or ip_network((address, 64), strict=False))
    return host


async def who_is_counted(request: Request) -> Principal:
    """The caller, or nobody where no good token is shown: the route itself decides what a bad one is worth."""
    try:
        return await current_principal(request)
    except Unauthenticated:
        return ANONYMOUS


async def limit_public_rate(
    request: Request, response: Response, caller: Annotated[Principal, Depends(who_is_counted)]
) -> None:
    """Count this call; name the limit in the answer. Raises TooManyRequests with Retry-After.

    Generous on purpose: a whole venue may sit behind one address. Who signed in is answerable and not counted.
    """
    if not caller.is_anonymous():
        return
    limiter = limiter_of(request)
    rate = _rate(request.app.state.runtime.settings.public_rate)
    address = counted_as(request.client.host) if request.client else "unknown"
    route = request.scope["route"].path_format
    allowed = await limiter.hit(rate, route, address)
    resets_at, remaining = await limiter.get_window_stats(rate, route, address)
    seconds = max(1, round(resets_at - utc_now().timestamp()))
    # The two header fields of the IETF draft "RateLimit header fields for HTTP".
    headers = {
        "RateLimit-Policy": f'"public";q={rate.amount};w={rate.get_expiry()}',
        "RateLimit": f'"public";r={remaining};t={seconds}',
    }
    if not allowed:
        raise TooManyRequests(headers={**headers, "Retry-After": str(seconds)})
    response.headers.update(headers)


# In a public route's signature, before the session: `limited: RateLimited`. Who is refused takes no connection.
RateLimited = Annotated[None, Depends(limit_public_rate)]
