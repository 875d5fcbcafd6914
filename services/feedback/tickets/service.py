"""Use cases of tickets."""

from datetime import datetime
from typing import Final, cast

from sqlalchemy import Table, delete
from sqlalchemy.ext.asyncio import AsyncSession

from services.feedback.surveys import service as surveys
from services.feedback.surveys.terms import SurveyId
from services.kernel.data.ids import secret_hash
from services.kernel.data.rows import columns_of, insert_all
from services.kernel.security.auth import Principal

from .models import Ticket
from .schemas import BatchCreate, BatchRead
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


async def delete_tickets(session: AsyncSession, survey_id: SurveyId) -> None:
    """Delete all tickets of the survey, spent and unspent alike. Requires: the survey is closed."""
    await session.execute(delete(Ticket).where(Ticket.survey_id == survey_id))
