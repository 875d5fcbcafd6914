"""Every SELECT of answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.feedback.surveys.terms import SurveyId

from .models import Answer
from .terms import StoredAnswers


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """The answers that are stored under an id, and the survey to which they were given."""

    survey_id: UUID
    answers: StoredAnswers


async def find_response(session: AsyncSession, response_id: UUID) -> StoredResponse | None:
    """Return the answers that are stored under the id, or None."""
    row = (await session.execute(select(Answer.survey_id, Answer.given).where(Answer.id == response_id))).one_or_none()
    return None if row is None else StoredResponse(row.survey_id, row.given)


async def answers_to(session: AsyncSession, survey_id: SurveyId) -> Sequence[StoredAnswers]:
    """Return all answers to a survey, in no order."""
    return (await session.scalars(select(Answer.given).where(Answer.survey_id == survey_id))).all()
