"""Rations: how many letters strangers may cause to one mailbox, counted in this process."""

from typing import Annotated

from fastapi import Depends, Request

from services.kernel.data.ids import secret_hash
from services.kernel.web.rate_limits import SlidingWindowLimiter, limiter_of, rate_of

from .terms import LETTERS_TO_A_MAILBOX, same_mailbox

_RATE = rate_of(LETTERS_TO_A_MAILBOX)


class Rations:
    """Counts letters by mailbox; an address is remembered as a hash, for an hour, and only in memory."""

    def __init__(self, windows: SlidingWindowLimiter) -> None:
        self._windows = windows

    def spend(self, address: str) -> bool:
        """Whether one more letter may go to the mailbox, however the address is spelt."""
        return self._windows.hit(_RATE, "letters", secret_hash(same_mailbox(address)).hex()).allowed


async def rations_of(request: Request) -> Rations:
    """The rations of the process that serves this request."""
    return Rations(limiter_of(request))


LetterRations = Annotated[Rations, Depends(rations_of)]
