"""Answer times: the time of an answer does not disclose whether a person or an address is registered.

The same statements are sent either way, but to write a row takes longer than to write none. So the answer leaves at the
end of a step of time after the request, whatever was written. Answers to many callers who are admitted together do not
wait so long: there the row of one makes little difference, and a short random wait hides it.
"""

import asyncio
import math
from collections.abc import AsyncIterator
from secrets import SystemRandom
from typing import Annotated, Final

from fastapi import Depends, Request

from services.events.settings import EventsSettings

# So many who are admitted together do not wait for the end of a step.
ENOUGH_TOGETHER: Final = 16
# The longest random wait of those, as a part of the step.
_RANDOM_PART: Final = 0.1
_RANDOM: Final = SystemRandom()


class AnswerTime:
    """The time at which the answer to a request leaves.

    `is_shared`: the request was served together with many others.
    """

    def __init__(self, step_seconds: float) -> None:
        """Begin the first step now. Steps of no length make no answer wait."""
        self._loop = asyncio.get_running_loop()
        self._began, self._step_seconds = self._loop.time(), step_seconds
        self.is_shared = False

    async def wait(self) -> None:
        """Wait for the end of the present step, or a short random time where the request is shared."""
        step = self._step_seconds
        if not step:
            return
        passed = self._loop.time() - self._began
        rest = math.ceil(passed / step) * step - passed
        await asyncio.sleep(_RANDOM.uniform(0, step * _RANDOM_PART) if self.is_shared else rest)


async def open_answer_time(request: Request) -> AsyncIterator[AnswerTime]:
    """Yield the time of the answer, and wait for it where the request has succeeded.

    A refusal leaves at once: it does not depend on who is registered.
    """
    settings = request.app.state.runtime.settings
    assert isinstance(settings, EventsSettings)
    answer_time = AnswerTime(settings.answer_step_ms / 1000)
    yield answer_time
    await answer_time.wait()


# It stands before the session in a route's signature, so that no transaction stays open while the answer waits.
EvenAnswerTime = Annotated[AnswerTime, Depends(open_answer_time, scope="function")]
