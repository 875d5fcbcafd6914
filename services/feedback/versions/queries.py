"""Every SELECT of versions."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.feedback.surveys.terms import SurveyId

from .models import SurveyVersion
from .questions import Definition


async def find_definition(session: AsyncSession, survey_id: SurveyId, number: int) -> Definition | None:
    """Return one wording of a survey, or None where there is no such version."""
    version = await session.get(SurveyVersion, (survey_id, number))
    return None if version is None else Definition.model_validate(version.definition)


async def get_definition(session: AsyncSession, survey_id: SurveyId, number: int) -> Definition:
    """Return one wording of a survey. Requires: there is such a version."""
    definition = await find_definition(session, survey_id, number)
    assert definition is not None
    return definition


async def versions_of(session: AsyncSession, survey_id: SurveyId) -> Sequence[SurveyVersion]:
    """Return all wordings of a survey, the oldest first."""
    versions = await session.scalars(
        select(SurveyVersion).where(SurveyVersion.survey_id == survey_id).order_by(SurveyVersion.number).limit(10_000)
    )
    return versions.all()
