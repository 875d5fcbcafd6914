"""The sessions of an answer: two transactions at the same time, one for the ticket and one for the answer.

One transaction would give ticket and answer one transaction id, and so join them. The answer is committed first: a
crash between the two leaves an answer with an unredeemed ticket, and the same request, sent again, redeems the ticket.
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
_SET_TIMEOUTS = text(
    "SELECT set_config('lock_timeout', '4s', true), set_config('idle_in_transaction_session_timeout', '15s', true)"
)


@dataclass(frozen=True, slots=True)
class TwoTransactions:
    """`redeeming` locks the ticket until `storing` has committed."""

    redeeming: AsyncSession
    storing: AsyncSession


class AnswerSessions:
    """Limits how many answers are stored at the same time, so that each gets its second connection.

    Without the limit, answers that hold one connection each could wait for one another for ever.
    """

    def __init__(self, database: Database, *, pool_size: int) -> None:
        self.database = database
        # One pair fewer than fits, so that the service's other writes get connections too.
        self._pairs = asyncio.Semaphore(pool_size // 2 - 1)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[TwoTransactions]:
        """Yield both transactions; at the end commit the answer's, then the ticket's. An exception undoes both."""
        async with self._pairs, self.database.transaction() as redeeming, self.database.transaction() as storing:
            for session in (redeeming, storing):
                await session.execute(_SET_TIMEOUTS)
            yield TwoTransactions(redeeming, storing)


def answer_sessions(request: Request) -> AnswerSessions:
    """Return the sessions of this process, which all its answers share."""
    state = request.app.state
    if not hasattr(state, "answer_sessions"):
        state.answer_sessions = AnswerSessions(database_of(request), pool_size=state.runtime.settings.pool_size)
    sessions: AnswerSessions = state.answer_sessions
    return sessions


Sessions = Annotated[AnswerSessions, Depends(answer_sessions)]
