"""Jobs of results."""

from uuid import UUID

from services.feedback.surveys.terms import SurveyId
from services.kernel.background.jobs import Payload
from services.kernel.runtime import Runtime

from . import service


async def release_survey(runtime: Runtime, payload: Payload) -> None:
    """Make a closed survey's release."""
    await service.release_survey(runtime.database, SurveyId(UUID(str(payload["survey_id"]))))
