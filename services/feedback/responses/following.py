"""Following: the window of a survey moves with the end of its event, when the events service announces another."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.feedback.events import service as events
from services.feedback.surveys import queries as survey_queries
from services.feedback.surveys import service as surveys
from services.feedback.surveys.terms import SurveyId
from services.feedback.tickets import queries as tickets
from services.kernel.background.copies import Messages
from services.kernel.data.db import Database


async def receive_events(session: AsyncSession, messages: Messages) -> None:
    """Copy events that the events service announces, and move the windows of their surveys."""
    await events.receive_events(session, messages)
    await _move_windows(session)


async def follow_events(database: Database) -> None:
    """Move the windows of the surveys whose event has another end in the copy, however it came there."""
    async with database.transaction() as session:
        await _move_windows(session)


async def _move_windows(session: AsyncSession) -> None:
    for survey in await survey_queries.surveys_to_move(session):
        has_tickets = await tickets.has_tickets(session, SurveyId(survey.id))
        await surveys.move_window(session, survey, has_tickets=has_tickets)
