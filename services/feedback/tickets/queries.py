"""Every SELECT of tickets."""

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.feedback.surveys.terms import SurveyId

from .models import Ticket


async def has_tickets(session: AsyncSession, survey_id: SurveyId) -> bool:
    """Return whether tickets of the survey are out, spent or not."""
    return await session.scalar(select(exists().where(Ticket.survey_id == survey_id))) or False
