"""Use cases of tickets.

A transaction that locks both locks the ticket's row before the survey's: an answer holds its ticket while it waits for
its survey.
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

# While a batch rewrites the tickets of a survey, the first DELETE finds the old row gone; the second finds the new row.
_ATTEMPTS: Final = 2


async def issue_batch(session: AsyncSession, principal: Principal, batch_id: BatchId, body: BatchPut) -> list[str]:
    """Make so many tickets for the batch and count its people as invited once. Returns the plaintexts.

    The tickets of an earlier, lost response stay valid: no person holds them.
    Raises: NotFound, Forbidden, SurveyClosed, BatchInUse.
    """
    await surveys.check_changeable(session, principal, body.survey_id)
    added_count = await _store_batch(session, batch_id, body)
    tickets = [new_secret() for _ in range(body.count)]
    await _insert_shuffled(session, body.survey_id, [secret_hash(ticket) for ticket in tickets])
    await surveys.count_invited(session, body.survey_id, added_count)
    return tickets


async def _store_batch(session: AsyncSession, batch_id: BatchId, body: BatchPut) -> int:
    """Store and lock the batch. Returns how many more people it has now than before. Raises: BatchInUse."""
    created_id = await session.scalar(
        upsert(TicketBatch)
        .values(id=batch_id, survey_id=body.survey_id, issued_count=body.count)
        .on_conflict_do_nothing()
        .returning(TicketBatch.id)
    )
    if created_id is not None:
        return body.count
    batch = await session.get_one(TicketBatch, batch_id, with_for_update=True)
    if batch.survey_id != body.survey_id:
        raise BatchInUse
    added_count = body.count - batch.issued_count
    batch.issued_count = body.count
    return added_count


async def _insert_shuffled(session: AsyncSession, survey_id: SurveyId, hashes: list[bytes]) -> None:
    """Store the tickets among the unredeemed ones of the survey and rewrite them all in a random order.

    Else the transaction and the place of its row would identify a ticket made for one late person: when that row
    is gone, the person has answered.
    """
    # One transaction after another: two at the same time would not see each other's tickets.
    await session.execute(select(func.pg_advisory_xact_lock(int.from_bytes(survey_id.bytes[-8:], signed=True))))
    old = delete(Ticket).where(Ticket.survey_id == survey_id).returning(Ticket.hash).cte("old")
    new = select(func.unnest(cast(literal(hashes, ARRAY(LargeBinary)), ARRAY(LargeBinary))).label("hash"))
    together = union_all(select(old.c.hash), new).subquery("together")
    shuffled = select(together.c.hash, literal(survey_id, Uuid)).order_by(func.gen_random_uuid())
    await session.execute(insert(Ticket).from_select(["hash", "survey_id"], shuffled))


async def redeem_ticket(session: AsyncSession, survey_id: SurveyId, ticket: str) -> bool:
    """Delete the ticket. Returns whether it existed. Others that bring the same ticket wait until the transaction ends.

    The row is deleted: an updated row would disclose when it was redeemed, and so which answer came with it.
    """
    redeeming = (
        delete(Ticket)
        .where(Ticket.hash == secret_hash(ticket), Ticket.survey_id == survey_id)
        .returning(Ticket.survey_id)
    )
    for _ in range(_ATTEMPTS):
        if await session.scalar(redeeming) is not None:
            return True
    return False


async def delete_unredeemed(session: AsyncSession, survey_id: SurveyId) -> None:
    """Delete the tickets that were never redeemed, so that they do not disclose after closing who has answered.

    Requires: the caller holds no lock on the survey.
    """
    await session.execute(delete(Ticket).where(Ticket.survey_id == survey_id))
