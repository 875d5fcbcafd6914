"""Every SELECT of results."""

from decimal import Decimal
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.disclosure import is_small
from services.contracts.rounding import rounded
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
    is_staff = may_change(principal, survey.coordination_id)
    release = await session.get(Release, survey_id)
    if release is None:
        return _unreleased(survey, is_staff=is_staff)
    return ResultsRead(
        survey_id=survey.id,
        state=ResultState(release.state),
        answers_lost=_unless_small(release.answers_lost),
        invited=release.invited if is_staff else None,
        undeliverable=release.undeliverable if is_staff else None,
        n=release.n,
        response_rate=_as_float(response_rate(release.n, release.invited - release.undeliverable)),
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
        undeliverable=None,
        n=None,
        response_rate=None,
        released_at=None,
        engine=None,
        questions=[],
    )


def _unless_small(count: int | None) -> int | None:
    """Return the count; none and one to four look the same."""
    return count if count and not is_small(count) else None


def response_rate(answers: int | None, reached: int) -> Decimal | None:
    """Return the number of answers of each hundred people reached by an invitation; None where either is not known.

    A person who answered was reached, whatever became of the mail.
    """
    if answers is None or reached <= 0:
        return None
    return rounded(Fraction(100 * answers, max(answers, reached)), 1)


def _as_float(rate: Decimal | None) -> float | None:
    return None if rate is None else float(rate)


async def unreleased_surveys(session: AsyncSession) -> list[SurveyId]:
    """Return the closed surveys that have no release, the oldest first."""
    surveys_and_releases = select(Survey.id).outerjoin(Release, Release.survey_id == Survey.id)
    unreleased = surveys_and_releases.where(Survey.state == SurveyState.closed, Release.survey_id.is_(None))
    return [SurveyId(survey_id) for survey_id in await session.scalars(unreleased.order_by(Survey.id))]


async def keys_of_released(session: AsyncSession) -> list[KeyId]:
    """Return the keys of released surveys: they are to be destroyed, and the surveys' tables to be rewritten."""
    released = select(SurveyKey.id).join(Release, Release.survey_id == SurveyKey.survey_id)
    return [KeyId(key_id) for key_id in await session.scalars(released)]


async def is_released(session: AsyncSession, survey_id: SurveyId) -> bool:
    """Return whether the survey has its release."""
    return await session.scalar(select(Release.survey_id).where(Release.survey_id == survey_id)) is not None


async def find_unreleased(session: AsyncSession, survey_id: SurveyId) -> Survey | None:
    """Return the survey if it is closed and has no release yet."""
    surveys_and_releases = select(Survey).outerjoin(Release, Release.survey_id == Survey.id)
    survey: Survey | None = await session.scalar(
        surveys_and_releases.where(
            Survey.id == survey_id, Survey.state == SurveyState.closed, Release.survey_id.is_(None)
        )
    )
    return survey
