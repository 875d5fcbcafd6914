"""Every SELECT of results."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.feedback.keys.models import SurveyKey
from services.feedback.keys.terms import KeyId
from services.feedback.surveys import queries as surveys
from services.feedback.surveys.access import may_change
from services.feedback.surveys.models import Survey
from services.feedback.surveys.terms import SurveyId, SurveyState
from services.kernel.security.auth import Principal

from .models import Release
from .schemas import QuestionResult, ResultsRead
from .terms import ResultState


async def read_results(session: AsyncSession, principal: Principal, survey_id: SurveyId) -> ResultsRead:
    """Return the results of a survey that may be disclosed now. Raises: NotFound."""
    survey = await surveys.get(session, principal, survey_id)
    is_staff = may_change(principal, survey.event.coordination_id)
    release = await session.get(Release, survey_id)
    if release is None:
        return _unreleased(survey, is_staff=is_staff)
    return ResultsRead(
        survey_id=survey.id,
        state=ResultState(release.state),
        answers_lost=release.answers_lost,
        invited=release.invited if is_staff else None,
        n=release.n,
        response_rate=response_rate(release.n, release.invited - release.undeliverable),
        released_at=release.released_at,
        engine=release.engine,
        questions=[QuestionResult.model_validate(question) for question in release.questions],
    )


def _unreleased(survey: Survey, *, is_staff: bool) -> ResultsRead:
    is_closed = survey.state == SurveyState.closed
    return ResultsRead(
        survey_id=survey.id,
        state=ResultState.computing if is_closed else ResultState.collecting,
        answers_lost=None,
        invited=survey.invited_count if is_staff else None,
        n=None,
        response_rate=None,
        released_at=None,
        engine=None,
        questions=[],
    )


def response_rate(answers: int | None, invited: int) -> float | None:
    """Return the number of answers of each hundred invited people; None where either is not known."""
    return round(100 * answers / invited, 1) if answers is not None and invited > 0 else None


async def unreleased_surveys(session: AsyncSession) -> list[SurveyId]:
    """Return the closed surveys that have no release, the oldest first."""
    surveys_and_releases = select(Survey.id).outerjoin(Release, Release.survey_id == Survey.id)
    unreleased = surveys_and_releases.where(Survey.state == SurveyState.closed, Release.survey_id.is_(None))
    return [SurveyId(survey_id) for survey_id in await session.scalars(unreleased.order_by(Survey.id))]


async def keys_of_released(session: AsyncSession) -> list[KeyId]:
    """Return the keys of released surveys: they are to be destroyed, and the surveys' tables to be rewritten."""
    released = select(SurveyKey.id).join(Release, Release.survey_id == SurveyKey.survey_id)
    return [KeyId(key_id) for key_id in await session.scalars(released)]


async def find_unreleased(session: AsyncSession, survey_id: SurveyId) -> Survey | None:
    """Return the survey if it is closed and has no release yet."""
    surveys_and_releases = select(Survey).outerjoin(Release, Release.survey_id == Survey.id)
    survey: Survey | None = await session.scalar(
        surveys_and_releases.where(
            Survey.id == survey_id, Survey.state == SurveyState.closed, Release.survey_id.is_(None)
        )
    )
    return survey
