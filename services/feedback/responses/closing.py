"""Closing: a survey closes at its end, or on request once it is old enough and has enough answers."""

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from services.feedback.surveys import queries as survey_queries
from services.feedback.surveys import service as surveys
from services.feedback.surveys.models import Survey
from services.feedback.surveys.terms import CLOSABLE_AFTER, SurveyId, SurveyState
from services.kernel import clock
from services.kernel.data.db import Database

from . import queries

log = structlog.get_logger()


async def close_due_surveys(database: Database) -> None:
    """Close every survey that is due, each in a transaction of its own.

    One that cannot be closed, because an answer takes too long, delays no other, and is tried again the next time.
    """
    async with database.reading() as session:
        survey_ids = await survey_queries.closable_surveys(session)
    for survey_id in survey_ids:
        try:
            async with database.transaction() as session:
                await _close_if_due(session, survey_id)
        except Exception as error:  # Whatever the failure is, the other surveys are still due.
            log.warning("closing.failed", survey_id=survey_id, exc_info=error)


async def _close_if_due(session: AsyncSession, survey_id: SurveyId) -> None:
    survey = await survey_queries.find_for_closing(session, survey_id)
    if survey is not None and await _is_due(session, survey):
        await surveys.close_survey(session, survey_id)


async def _is_due(session: AsyncSession, survey: Survey) -> bool:
    """Return whether the survey's end has passed, or its requested closing takes effect.

    A draft has no answers that its closing could tell of.
    """
    now = await clock.database_now(session)
    if survey.state == SurveyState.draft or survey.closes_at <= now:
        return True
    if survey.close_requested_at is None or survey.opens_at + CLOSABLE_AFTER > now:
        return False
    return await queries.has_enough_to_close(session, SurveyId(survey.id))
