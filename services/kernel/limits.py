"""Rate limits on public routes, counted per caller's address in this process (moving window)."""

from functools import cache
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
    state = request.app.state
    if not hasattr(state, "limiter"):
        state.limiter = MovingWindowRateLimiter(MemoryStorage())
    rate = _rate(state.runtime.settings.public_rate)
    address = request.client.host if request.client else "unknown"
    route = request.scope["route"].path_format
    allowed = await state.limiter.hit(rate, route, address)
    resets_at, remaining = await state.limiter.get_window_stats(rate, route, address)
    seconds = max(1, round(resets_at - utc_now().timestamp()))
    # The two header fields of the IETF draft "RateLimit header fields for HTTP".
    headers = {
        "RateLimit-Policy": f'"public";q={rate.amount};w={rate.get_expiry()}',
        "RateLimit": f'"public";r={remaining};t={seconds}',
    }
    if not allowed:
        raise TooManyRequests(headers={**headers, "Retry-After": str(seconds)})
    response.headers.update(headers)


# In a public route's signature: `limited: RateLimited`.
RateLimited = Annotated[None, Depends(limit_public_rate)]
