"""Use cases of tickets.

Whoever locks both takes the ticket's row before the survey's: an answer holds its ticket while it waits for its survey.
"""

from typing import Final

from sqlalchemy import ARRAY, LargeBinary, Uuid, cast, delete, func, insert, literal, select, union_all
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.feedback.surveys import service as surveys
from services.feedback.surveys.terms import SurveyId
from services.kernel.data.ids import new_secret, secret_hash
from services.kernel.security.auth import Principal

from .errors import BatchInUse
from .models import Ticket, TicketBatch
from .schemas import BatchPut
from .terms import BatchId

# Who looks while tickets are laid anew finds theirs gone; it lies there again at the second look.
_LOOKS: Final = 2


async def issue_batch(session: AsyncSession, principal: Principal, batch_id: BatchId, body: BatchPut) -> list[str]:
    """Make so many tickets for the batch; their plaintexts. Its people are counted as invited once.

    Tickets of an earlier, lost answer stay good: nobody holds them.
    Raises: NotFound, Forbidden, SurveyClosed, BatchInUse.
    """
    await surveys.check_changeable(session, principal, body.survey_id)
    more = await _enter_batch(session, batch_id, body)
    tickets = [new_secret() for _ in range(body.count)]
    await _mix_in(session, body.survey_id, [secret_hash(ticket) for ticket in tickets])
    await surveys.count_invited(session, body.survey_id, more)
    return tickets


async def _enter_batch(session: AsyncSession, batch_id: BatchId, body: BatchPut) -> int:
    """Hold the batch; how many more people it has now than before. Raises BatchInUse."""
    entered = await session.scalar(
        upsert(TicketBatch)
        .values(id=batch_id, survey_id=body.survey_id, issued_count=body.count)
        .on_conflict_do_nothing()
        .returning(TicketBatch.id)
    )
    if entered is not None:
        return body.count
    held = await session.get_one(TicketBatch, batch_id, with_for_update=True)
    if held.survey_id != body.survey_id:
        raise BatchInUse
    more = body.count - held.issued_count
    held.issued_count = body.count
    return more


async def _mix_in(session: AsyncSession, survey_id: SurveyId, hashes: list[bytes]) -> None:
    """Store the tickets among the unspent ones of the survey, all written anew in an order drawn by lot.

    A ticket made for one person who was late would else be known by its transaction and its place: when it goes, that
    person has answered.
    """
    # One after another: who mixed at the same time would not see the other's tickets.
    await session.execute(select(func.pg_advisory_xact_lock(int.from_bytes(survey_id.bytes[-8:], signed=True))))
    old = delete(Ticket).where(Ticket.survey_id == survey_id).returning(Ticket.hash).cte("old")
    new = select(func.unnest(cast(literal(hashes, ARRAY(LargeBinary)), ARRAY(LargeBinary))).label("hash"))
    mixed = union_all(select(old.c.hash), new).subquery("mixed")
    drawn = select(mixed.c.hash, literal(survey_id, Uuid)).order_by(func.gen_random_uuid())
    await session.execute(insert(Ticket).from_select(["hash", "survey_id"], drawn))


async def burn_ticket(session: AsyncSession, survey_id: SurveyId, ticket: str) -> bool:
    """Delete the ticket; whether it was there. Until the transaction ends, others who bring it wait.

    The row goes: an updated one would tell when it was spent, and so which answer came with it.
    """
    burning = (
        delete(Ticket)
        .where(Ticket.hash == secret_hash(ticket), Ticket.survey_id == survey_id)
        .returning(Ticket.survey_id)
    )
    for _ in range(_LOOKS):
        if await session.scalar(burning) is not None:
            return True
    return False


async def forget_unspent(session: AsyncSession, survey_id: SurveyId) -> None:
    """Delete what was never spent: after closing, nobody can tell who has answered.

    Requires: the caller holds no lock on the survey.
    """
    await session.execute(delete(Ticket).where(Ticket.survey_id == survey_id))
