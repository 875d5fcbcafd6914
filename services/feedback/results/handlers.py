"""Jobs of results."""

from uuid import UUID

from services.feedback.settings import FeedbackSettings
from services.feedback.surveys.terms import SurveyId
from services.kernel.background.jobs import Payload
from services.kernel.runtime import Runtime

from . import service


async def release_survey(runtime: Runtime, payload: Payload) -> None:
    """Make a closed survey's release."""
    assert isinstance(runtime.settings, FeedbackSettings)
    survey_id = SurveyId(UUID(str(payload["survey_id"])))
    await service.release_survey(runtime.database, runtime.settings.survey_keys, survey_id)
