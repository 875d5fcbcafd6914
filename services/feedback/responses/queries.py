"""Every SELECT of answers."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.feedback.surveys.terms import SurveyId

from .models import Answer
from .terms import Kept


async def given_as(session: AsyncSession, response_id: UUID) -> tuple[UUID, dict[str, Kept]] | None:
    """Return the survey and the answers stored under the id, or None."""
    found = (
        await session.execute(select(Answer.survey_id, Answer.given).where(Answer.id == response_id))
    ).one_or_none()
    return None if found is None else (found.survey_id, found.given)


async def given_to(session: AsyncSession, survey_id: SurveyId) -> Sequence[dict[str, Kept]]:
    """Return everything that was answered to a survey, in no order."""
    return (await session.scalars(select(Answer.given).where(Answer.survey_id == survey_id))).all()
