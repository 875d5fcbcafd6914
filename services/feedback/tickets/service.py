"""Use cases of tickets.

Whoever locks both takes the ticket's row before the survey's: an answer holds its ticket while it waits for its survey.
"""

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.feedback.surveys import service as surveys
from services.feedback.surveys.terms import SurveyId
from services.kernel.auth import Principal
from services.kernel.ids import new_secret, secret_hash

from .errors import BatchInUse
from .models import Ticket, TicketBatch
from .schemas import BatchPut
from .terms import BatchId


async def issue_batch(session: AsyncSession, principal: Principal, batch_id: BatchId, wanted: BatchPut) -> list[str]:
    """Make the batch's tickets, in place of its earlier ones while none of those is spent; their plaintexts.

    Raises: NotFound, Forbidden, SurveyClosed, BatchInUse.
    """
    await surveys.check_changeable(session, principal, wanted.survey_id)
    replaced = await _take_back(session, batch_id, wanted)
    tickets = [new_secret() for _ in range(wanted.count)]
    rows = [{"hash": secret_hash(ticket), "survey_id": wanted.survey_id, "batch_id": batch_id} for ticket in tickets]
    await session.execute(insert(Ticket), rows)
    await surveys.count_invited(session, wanted.survey_id, wanted.count - replaced)
    return tickets


async def _take_back(session: AsyncSession, batch_id: BatchId, wanted: BatchPut) -> int:
    """Hold the batch, delete its unspent tickets; how many there were. Raises BatchInUse."""
    entered = await session.scalar(
        upsert(TicketBatch)
        .values(id=batch_id, survey_id=wanted.survey_id, issued_count=wanted.count)
        .on_conflict_do_nothing()
        .returning(TicketBatch.id)
    )
    if entered is not None:
        return 0
    held = (await session.execute(select(TicketBatch).where(TicketBatch.id == batch_id).with_for_update())).scalar_one()
    # Waits for answers that are burning one of these tickets now, and then misses it.
    unspent = (await session.scalars(delete(Ticket).where(Ticket.batch_id == batch_id).returning(Ticket.hash))).all()
    if held.survey_id != wanted.survey_id or len(unspent) != held.issued_count:
        raise BatchInUse
    await session.execute(update(TicketBatch).where(TicketBatch.id == batch_id).values(issued_count=wanted.count))
    return len(unspent)


async def burn_ticket(session: AsyncSession, survey_id: SurveyId, ticket: str) -> bool:
    """Delete the ticket; whether it was there. Until the transaction ends, others who bring it wait.

    The row goes: an updated one would tell when it was spent, and so which answer came with it.
    """
    burnt = await session.scalar(
        delete(Ticket)
        .where(Ticket.hash == secret_hash(ticket), Ticket.survey_id == survey_id)
        .returning(Ticket.survey_id)
    )
    return burnt is not None


async def forget_unspent(session: AsyncSession, survey_id: SurveyId) -> None:
    """Delete what was never spent: after closing, nobody can tell who has answered.

    Owes: the caller holds no lock on the survey.
    """
    await session.execute(delete(Ticket).where(Ticket.survey_id == survey_id))
