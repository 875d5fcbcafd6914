"""Routes of results."""

from services.feedback.surveys.terms import SurveyId
from services.kernel.data.db import Snapshot
from services.kernel.security.auth import FeedbackRead
from services.kernel.web.routing import new_router

from . import queries
from .schemas import ResultsRead

router = new_router("surveys", tag="results")


@router.get("/{survey_id}/results", summary="Read a survey's results")
async def read_results(survey_id: SurveyId, principal: FeedbackRead, session: Snapshot) -> ResultsRead:
    """The aggregates of a survey, released once at closing. Answers in people's own words are not shown."""
    return await queries.read_results(session, principal, survey_id)
