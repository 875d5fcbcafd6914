"""The recipient rate limit: the mails that callers other than staff may cause to one address, per process."""

from typing import Annotated

from fastapi import Depends, Request

from services.events.events.email_addresses import same_mailbox
from services.kernel.data.ids import secret_hash
from services.kernel.web.rate_limits import SlidingWindowLimiter, limiter_of, rate_of

from .terms import MAILS_TO_AN_ADDRESS

_RATE = rate_of(MAILS_TO_AN_ADDRESS)


class RecipientRateLimit:
    """Counts mails by address. An address is kept as a hash, for an hour, and only in memory."""

    def __init__(self, limiter: SlidingWindowLimiter) -> None:
        self._limiter = limiter

    def count_mail(self, address: str) -> bool:
        """Count a mail to the address, however it is spelt. Returns False where the limit is exceeded."""
        return self._limiter.hit(_RATE, "mails", secret_hash(same_mailbox(address)).hex()).allowed


async def recipient_limit_of(request: Request) -> RecipientRateLimit:
    """Return the limit of the process that serves this request."""
    return RecipientRateLimit(limiter_of(request))


RecipientLimit = Annotated[RecipientRateLimit, Depends(recipient_limit_of)]
