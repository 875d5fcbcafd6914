"""The invented answers: anonymous ones, through one-time tickets as in reality.

They are written through the service layer with the times at which they were given. The surveys have ended since, so
the ordinary periodic tasks close and release them.
"""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random
from typing import Final
from uuid import UUID

from services.demo.caller import ATTEMPTS, PAUSE_SECONDS, PRINCIPAL, DemoRefusedError, for_each
from services.demo.events import HeldEvent
from services.demo.year import SEED
from services.feedback.keys import service as keys
from services.feedback.responses import service as responses
from services.feedback.responses.schemas import ResponseCreate
from services.feedback.responses.terms import AnswerValue
from services.feedback.settings import FeedbackSettings
from services.feedback.surveys import service as surveys
from services.feedback.surveys.schemas import EventReference, InvitedCounts, SurveyCreate
from services.feedback.surveys.terms import SurveyId
from services.feedback.templates.terms import TemplateKey
from services.feedback.tickets import service as tickets
from services.feedback.tickets.schemas import BatchCreate
from services.feedback.tickets.terms import Ticket
from services.feedback.versions.terms import QuestionId
from services.kernel.data.db import Database
from services.kernel.runtime import Runtime
from services.kernel.web.errors import DomainError, NotKnownYet

_ANSWERING_SHARE: Final = 0.62
# The events service itself makes the feedback invitations of younger events; their tickets are in the mailbox.
LEFT_TO_THE_SERVICE: Final = timedelta(days=15)
_SURVEY_TAKES: Final = timedelta(days=14)
_ANSWERED_AFTER: Final = timedelta(hours=2)
_SPREAD: Final = 0.85
_PLANS: Final = ("Kokeilemme omassa hankkeessa.", "Jaan tiimille.", "Otan mittarin käyttöön syksyllä.", "")


async def load_answers(feedback: Runtime, held: list[HeldEvent], now: datetime) -> None:
    """Make a survey of every event that is old enough, opened and answered after the event and ended since.

    Requires: no worker of feedback runs: it would close the surveys before they are answered. Raises DemoRefusedError.
    """
    due = [event for event in held if event.present and event.plan.ends_at < now - LEFT_TO_THE_SERVICE]
    assert isinstance(feedback.settings, FeedbackSettings)
    await keys.make_keys(feedback.database, feedback.settings.survey_keys, ready=len(due))

    async def fill(event: HeldEvent) -> None:
        try:
            survey_id, handed_out = await _survey(feedback.database, event)
            await _answer(feedback.database, event, survey_id, handed_out)
        except DomainError as refusal:
            raise DemoRefusedError(f"the feedback of {event.plan.title_en} was refused: {refusal}") from refusal

    await for_each(due, fill)


async def _survey(database: Database, event: HeldEvent) -> tuple[SurveyId, list[Ticket]]:
    """Return a survey that opened at the end of the event, and its tickets."""
    ended_at = event.plan.ends_at
    body = SurveyCreate(
        template=TemplateKey.event_core,
        event=EventReference(event_id=UUID(event.id)),
        closes_at=ended_at + _SURVEY_TAKES,
    )
    asked = BatchCreate(survey_id=await _created_once_known(database, body, now=ended_at), count=event.present)
    async with database.long_transaction() as session:
        batch = await tickets.issue(session, PRINCIPAL, asked, now=ended_at)
        invited = InvitedCounts(people=event.present, undeliverable=0)
        await surveys.set_invited(session, asked.survey_id, invited)
    return asked.survey_id, [Ticket(ticket) for ticket in batch.tickets]


async def _created_once_known(database: Database, body: SurveyCreate, *, now: datetime) -> SurveyId:
    """Create the survey as soon as the events service has announced its event."""
    for _ in range(ATTEMPTS):
        with suppress(NotKnownYet):
            async with database.long_transaction() as session:
                survey = await surveys.create_survey(session, PRINCIPAL, body, now=now)
                return SurveyId(survey.id)
        await asyncio.sleep(PAUSE_SECONDS)
    raise NotKnownYet


async def _answer(database: Database, event: HeldEvent, survey_id: SurveyId, handed_out: list[Ticket]) -> None:
    chance = Random(f"{SEED}{event.plan.starts_at}")  # noqa: S311 - Invented data, not a secret.
    answered_at = event.plan.ends_at + _ANSWERED_AFTER
    for ticket in handed_out:
        if chance.random() > _ANSWERING_SHARE:
            continue
        body = ResponseCreate(version=1, language="fi", complete=True, answers=_opinion(chance, event))
        await responses.respond(database, survey_id, body, ticket=ticket, now=answered_at)


def _opinion(chance: Random, event: HeldEvent) -> dict[QuestionId, AnswerValue]:
    mood = chance.gauss(event.plan.satisfaction, _SPREAD)

    def scale(shift: float) -> int:
        return min(5, max(1, round(mood + shift + chance.gauss(0, 0.4))))

    opinion: dict[QuestionId, AnswerValue] = {
        "overall": scale(0),
        "usefulness": scale(-0.1),
        "clarity": scale(0.05),
        "arrangements": scale(0.2),
        "recommend": min(10, max(0, round(mood * 2 + chance.gauss(0.2, 0.8)))),
    }
    if plan := chance.choice(_PLANS):
        opinion["practice"] = plan
    return opinion
