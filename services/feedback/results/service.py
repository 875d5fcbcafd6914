"""Use cases of results."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal
from functools import partial

import structlog
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.feedback.responses import queries as responses
from services.feedback.responses.terms import StoredAnswers
from services.feedback.surveys.models import Survey
from services.feedback.surveys.terms import SurveyId
from services.feedback.tickets import service as tickets
from services.feedback.versions import queries as versions
from services.feedback.versions.questions import Answerable, Definition, MultiQuestion, SingleQuestion
from services.kernel.background.outbox import announce
from services.kernel.data.db import Database

from . import disclosure, queries, statistics
from .messages import SurveyReleased
from .models import Release
from .schemas import QuestionResult
from .terms import SHOWN_FROM

log = structlog.get_logger()


async def release_survey(database: Database, survey_id: SurveyId) -> None:
    """Make the one release of a closed survey and delete its unredeemed tickets. A second call changes nothing.

    The transaction reads one state of the tables: an answer is in the figures and in their suppression, or in neither.
    """
    await database.repeatable(partial(_release, survey_id=survey_id))


async def _release(session: AsyncSession, *, survey_id: SurveyId) -> None:
    survey = await queries.find_unreleased(session, survey_id)
    if survey is None:
        return
    questions = questions_of(
        [Definition.model_validate(v.definition) for v in await versions.versions_of(session, survey_id)]
    )
    answers = await responses.answers_to(session, survey_id)
    # Away from the event loop: scipy is slow to start.
    release = await asyncio.to_thread(_compute, survey, questions, answers)
    await tickets.delete_unredeemed(session, survey_id)
    await _store(session, survey, release)


async def release_remaining(database: Database) -> None:
    """Release each closed survey that has no release, for instance because its job failed too often.

    A survey whose release fails delays no other, and is tried again the next time.
    """
    async with database.reading() as session:
        survey_ids = await queries.unreleased_surveys(session)
    for survey_id in survey_ids:
        try:
            await release_survey(database, survey_id)
        except Exception as error:  # Whatever the failure is, the other surveys are still due.
            log.warning("release.failed", survey_id=survey_id, exc_info=error)


def questions_of(versions: Sequence[Definition]) -> list[Answerable]:
    """Return the questions of all wordings, the newest first, each in its newest form with all its choices."""
    newest: dict[str, Answerable] = {}
    for definition in reversed(versions):
        for question_id, question in definition.answerable().items():
            newest[question_id] = _with_choices_of(question, newest.get(question_id, question))
    return list(newest.values())


def _with_choices_of(earlier: Answerable, question: Answerable) -> Answerable:
    """Return the question with the choices that it had in an earlier wording: people chose them, and they count."""
    if not isinstance(question, SingleQuestion | MultiQuestion) or not isinstance(
        earlier, SingleQuestion | MultiQuestion
    ):
        return question
    present_ids = {choice.id for choice in question.choices}
    former = [choice for choice in earlier.choices if choice.id not in present_ids]
    return question.model_copy(update={"choices": [*question.choices, *former]})


def _compute(survey: Survey, questions: Sequence[Answerable], answers: Sequence[StoredAnswers]) -> dict[str, object]:
    """Return the columns of the release, with the disclosed results only."""
    population = max(survey.invited_count, len(answers))
    columns: dict[str, object] = {
        "survey_id": survey.id,
        "engine": statistics.engine(),
        "invited": survey.invited_count,
        "questions": [],
    }
    if len(answers) < SHOWN_FROM:
        return columns
    comparable = disclosure.comparable(answers)
    results = [
        disclosure.disclose(
            question,
            [answer.get(question.id) for answer in answers] if question.id in comparable else [],
            population=population,
        )
        for question in questions
    ]
    shown = {result.question_id: result for result in results if result is not None}
    return {
        **columns,
        "n": len(answers),
        "questions": [result.model_dump(mode="json") for result in shown.values()],
        **_headline(shown.get("overall"), shown.get("recommend")),
    }


def _headline(overall: QuestionResult | None, recommend: QuestionResult | None) -> dict[str, object]:
    columns: dict[str, object] = {}
    if overall is not None and overall.mean is not None:
        columns |= {"overall_n": overall.n, "overall_mean": Decimal(str(overall.mean.value))}
    if recommend is not None and recommend.nps is not None:
        columns |= {"nps_n": recommend.n, "nps": Decimal(str(recommend.nps.score))}
    return columns


async def _store(session: AsyncSession, survey: Survey, release: dict[str, object]) -> None:
    created_id = await session.scalar(
        insert(Release).values(release).on_conflict_do_nothing().returning(Release.survey_id)
    )
    if created_id is not None:
        await announce(session, SurveyReleased(survey_id=survey.id, event_id=survey.event_id))
