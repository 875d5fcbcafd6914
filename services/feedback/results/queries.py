"""Every SELECT of results."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.feedback.surveys import queries as surveys
from services.feedback.surveys.access import may_change
from services.feedback.surveys.models import Survey
from services.feedback.surveys.terms import SurveyId, SurveyState
from services.kernel.security.auth import Principal

from .models import Release
from .schemas import QuestionResult, ResultsRead
from .terms import ResultState, band_of


async def read_results(session: AsyncSession, principal: Principal, survey_id: SurveyId) -> ResultsRead:
    """Return the results of a survey that may be disclosed now. Raises: NotFound."""
    survey = await surveys.get(session, principal, survey_id)
    is_staff = may_change(principal, survey.event.coordination_id)
    release = await session.get(Release, survey_id)
    if release is None:
        return _unreleased(survey, is_staff=is_staff)
    is_shown = release.n is not None
    return ResultsRead(
        survey_id=survey.id,
        state=ResultState.released if is_shown else ResultState.hidden,
        answers_band=None,
        invited=release.invited if is_staff else None,
        n=release.n,
        response_rate=response_rate(release.n, release.invited),
        released_at=release.released_at,
        engine=release.engine,
        questions=[QuestionResult.model_validate(question) for question in release.questions],
    )


def _unreleased(survey: Survey, *, is_staff: bool) -> ResultsRead:
    is_closed = survey.state == SurveyState.closed
    return ResultsRead(
        survey_id=survey.id,
        state=ResultState.computing if is_closed else ResultState.collecting,
        answers_band=band_of(survey.answer_count),
        invited=survey.invited_count if is_staff else None,
        n=None,
        response_rate=None,
        released_at=None,
        engine=None,
        questions=[],
    )


def response_rate(answers: int | None, invited: int) -> float | None:
    """Return the number of answers of each hundred invited people; None where either is not known."""
    return round(100 * answers / invited, 1) if answers is not None and invited else None


async def unreleased_surveys(session: AsyncSession) -> list[SurveyId]:
    """Return the closed surveys that have no release, the oldest first."""
    surveys_and_releases = select(Survey.id).outerjoin(Release, Release.survey_id == Survey.id)
    unreleased = surveys_and_releases.where(Survey.state == SurveyState.closed, Release.survey_id.is_(None))
    return [SurveyId(survey_id) for survey_id in await session.scalars(unreleased.order_by(Survey.id))]


async def find_unreleased(session: AsyncSession, survey_id: SurveyId) -> Survey | None:
    """Return the survey if it is closed and has no release yet."""
    surveys_and_releases = select(Survey).outerjoin(Release, Release.survey_id == Survey.id)
    survey: Survey | None = await session.scalar(
        surveys_and_releases.where(
            Survey.id == survey_id, Survey.state == SurveyState.closed, Release.survey_id.is_(None)
        )
    )
    return survey
