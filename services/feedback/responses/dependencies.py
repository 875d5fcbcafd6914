"""The door for answers: two transactions at once, the ticket's and the answer's.

One transaction would give ticket and answer one transaction id, and so join them. The answer is committed first: a
crash between the two leaves an answer with an unspent ticket, which the same request heals.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.data.db import Database, database_of

# A connection that died silently must not keep a ticket locked.
_PATIENCE = text(
    "SELECT set_config('lock_timeout', '4s', true), set_config('idle_in_transaction_session_timeout', '15s', true)"
)


@dataclass(frozen=True, slots=True)
class TwoTransactions:
    """`burning` holds the ticket until `storing` has committed."""

    burning: AsyncSession
    storing: AsyncSession


class AnswerDoor:
    """Lets so many answers in at once that each finds its second connection.

    Without the limit, answers that hold one connection each could wait for one another for ever.
    """

    def __init__(self, database: Database, *, pool_size: int) -> None:
        self.database = database
        # One pair fewer than fits, so that the service's other writes find connections too.
        self._places = asyncio.Semaphore(pool_size // 2 - 1)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[TwoTransactions]:
        """Yield both transactions; at the end the answer's commits, then the ticket's. An exception undoes both."""
        async with self._places, self.database.transaction() as burning, self.database.transaction() as storing:
            for session in (burning, storing):
                await session.execute(_PATIENCE)
            yield TwoTransactions(burning, storing)


def answer_door(request: Request) -> AnswerDoor:
    """Return this process's door."""
    state = request.app.state
    if not hasattr(state, "answer_door"):
        state.answer_door = AnswerDoor(database_of(request), pool_size=state.runtime.settings.pool_size)
    door: AnswerDoor = state.answer_door
    return door


Door = Annotated[AnswerDoor, Depends(answer_door)]
