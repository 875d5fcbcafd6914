"""Rations: how many letters strangers may cause to one mailbox, counted in this process."""

from typing import Annotated

from fastapi import Depends, Request
from limits import parse
from limits.aio.strategies import MovingWindowRateLimiter

from services.kernel.ids import secret_hash
from services.kernel.limits import limiter_of

from .terms import LETTERS_TO_A_MAILBOX, same_mailbox

_RATE = parse(LETTERS_TO_A_MAILBOX)


class Rations:
    """Counts letters by mailbox; an address is remembered as a hash, for an hour, and only in memory."""

    def __init__(self, limiter: MovingWindowRateLimiter) -> None:
        self._limiter = limiter

    async def spend(self, address: str) -> bool:
        """Whether one more letter may go to the mailbox, however the address is spelt."""
        return await self._limiter.hit(_RATE, "letters", secret_hash(same_mailbox(address)).hex())


async def rations_of(request: Request) -> Rations:
    """The rations of the process that serves this request."""
    return Rations(limiter_of(request))


LetterRations = Annotated[Rations, Depends(rations_of)]
