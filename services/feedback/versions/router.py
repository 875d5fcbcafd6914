"""Routes of versions."""

from services.feedback.surveys import service as surveys
from services.feedback.surveys.errors import SurveyClosed
from services.feedback.surveys.terms import SurveyId
from services.kernel.data.db import Transaction
from services.kernel.openapi.document import problems
from services.kernel.security.auth import FeedbackWrite
from services.kernel.web.routing import new_router

from .errors import DefinitionUnchanged, FieldTypeConflict
from .schemas import VersionCreate, VersionRead

router = new_router("surveys", tag="surveys")


@router.post(
    "/{survey_id}/versions",
    status_code=201,
    summary="Give a survey a new wording",
    responses=problems(SurveyClosed, DefinitionUnchanged, FieldTypeConflict),
)
async def create_version(
    survey_id: SurveyId, body: VersionCreate, principal: FeedbackWrite, session: Transaction
) -> VersionRead:
    """Rename, add or leave out questions and choices. A question that keeps its id keeps its type, scale and counts."""
    version = await surveys.reword_survey(session, principal, survey_id, body.definition)
    return VersionRead(
        survey_id=SurveyId(version.survey_id),
        number=version.number,
        sha256=version.sha256.hex(),
        definition=body.definition,
    )
