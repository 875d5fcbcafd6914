"""The recipient rate limit: how many mails the public may cause to one mailbox, counted in this process."""

from typing import Annotated

from fastapi import Depends, Request

from services.kernel.data.ids import secret_hash
from services.kernel.web.rate_limits import SlidingWindowLimiter, limiter_of, rate_of

from .terms import MAILS_TO_A_MAILBOX, same_mailbox

_RATE = rate_of(MAILS_TO_A_MAILBOX)


class RecipientRateLimit:
    """Counts mails by mailbox; an address is remembered as a hash, for an hour, and only in memory."""

    def __init__(self, windows: SlidingWindowLimiter) -> None:
        self._windows = windows

    def count_mail(self, address: str) -> bool:
        """Count one more mail to the mailbox, however the address is spelt. Returns False where it may not go."""
        return self._windows.hit(_RATE, "mails", secret_hash(same_mailbox(address)).hex()).allowed


async def recipient_limit_of(request: Request) -> RecipientRateLimit:
    """Return the limit of the process that serves this request."""
    return RecipientRateLimit(limiter_of(request))


RecipientLimit = Annotated[RecipientRateLimit, Depends(recipient_limit_of)]
