"""Use cases of tickets."""

from datetime import datetime
from typing import Final, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Table, delete, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import ReturningUpdate

from services.feedback.surveys import service as surveys
from services.feedback.surveys.terms import SurveyId
from services.kernel.data.ids import secret_hash
from services.kernel.data.rows import columns_of, insert_all
from services.kernel.security.auth import Principal

from .models import Ticket
from .schemas import BatchCreate, BatchRead
from .terms import Ticket as TicketText
from .terms import new_ticket

_TABLE: Final = cast("Table", Ticket.__table__)


async def issue(
    session: AsyncSession, principal: Principal, body: BatchCreate, *, now: datetime | None = None
) -> BatchRead:
    """Make so many tickets and return them. They count no person: the events service tells how many were invited.

    `now` is the time at which they are made; None for the database's clock.
    Raises: NotFound, Forbidden, SurveyClosed.
    """
    await surveys.check_takes_tickets(session, principal, body.survey_id, now=now)
    batch = BatchRead(
        tickets=[new_ticket() for _ in range(body.count)], by_organiser=[new_ticket() for _ in range(body.by_organiser)]
    )
    # In the order of the hashes, which is that of no list of people.
    origins = dict.fromkeys(map(secret_hash, batch.tickets), False) | dict.fromkeys(
        map(secret_hash, batch.by_organiser), True
    )
    rows = [{"hash": key, "survey_id": body.survey_id, "entered_by_organiser": origins[key]} for key in sorted(origins)]
    await session.execute(insert_all(_TABLE, tuple(rows[0])), columns_of(rows))
    return batch


def redeeming(survey_id: SurveyId, ticket: TicketText, *, where: ColumnElement[bool]) -> ReturningUpdate[tuple[UUID]]:
    """Return the statement that redeems the ticket, if it is unspent and the condition holds, and returns its survey.

    Of two that redeem the same ticket, the later waits for the earlier and redeems nothing.
    """
    is_live = (Ticket.hash == secret_hash(ticket), Ticket.survey_id == survey_id, ~Ticket.is_spent)
    return update(Ticket).where(*is_live, where).values(is_spent=True).returning(Ticket.survey_id)


async def delete_tickets(session: AsyncSession, survey_id: SurveyId) -> None:
    """Delete all tickets of the survey, spent and unspent alike. Requires: the survey is closed."""
    await session.execute(delete(Ticket).where(Ticket.survey_id == survey_id))
