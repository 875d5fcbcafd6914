"""Use cases of answers."""

import secrets
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, cast, delete, func, insert, literal, select, union_all
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.words import Phrase
from services.feedback.surveys import queries as survey_queries
from services.feedback.surveys import service as surveys
from services.feedback.surveys.errors import SurveyClosed, SurveyNotOpen
from services.feedback.surveys.queries import AnswerWindow
from services.feedback.surveys.terms import SurveyId
from services.feedback.tickets import service as tickets
from services.feedback.versions import queries as versions
from services.kernel.data.refusals import is_refused_by
from services.kernel.web.errors import Invalid, InvalidField

from . import queries
from .checking import check_answers
from .dependencies import AnswerSessions
from .errors import AlreadyAnswered
from .models import Answer
from .queries import StoredResponse
from .schemas import ResponsePut
from .terms import StoredAnswers, shard_count


async def put_response(
    sessions: AnswerSessions, survey_id: SurveyId, response_id: UUID, body: ResponsePut, *, ticket: str
) -> bool:
    """Store one person's answers and redeem the ticket. Returns whether the answers are new.

    The same answers under the same id again change nothing, but redeem a ticket that a crash had left unredeemed.
    Raises: NotFound, Invalid, SurveyNotOpen, SurveyClosed, AlreadyAnswered.
    """
    answers = await _checked(sessions, survey_id, body)
    async with sessions.open() as both:
        is_live = await tickets.redeem_ticket(both.redeeming, survey_id, ticket)
        window = await survey_queries.lock_for_answer(both.storing, survey_id)
        stored = await queries.find_response(both.storing, response_id)
        if stored is not None:
            if stored != StoredResponse(survey_id, answers):
                raise AlreadyAnswered
            return False
        _refuse_unless_admitted(window, is_live=is_live)
        await _insert_shuffled(both.storing, survey_id, response_id, answers, answers_before=window.answer_count)
        await surveys.count_answer(both.storing, survey_id)
        return True


async def _checked(sessions: AnswerSessions, survey_id: SurveyId, body: ResponsePut) -> StoredAnswers:
    async with sessions.database.reading() as session:
        await survey_queries.get_ever_opened(session, survey_id)
        definition = await versions.find_definition(session, survey_id, body.version)
    if definition is None:
        raise Invalid(errors=[InvalidField("/body/version", "unknown-version", Phrase("fields.unknown-version"))])
    if body.language not in definition.languages():
        raise Invalid(
            errors=[InvalidField("/body/language", "unknown-language", Phrase("fields.language-not-offered"))]
        )
    return check_answers(definition, body.answers)


def _refuse_unless_admitted(window: AnswerWindow, *, is_live: bool) -> None:
    if window.opens_later:
        raise SurveyNotOpen
    if not window.is_open:
        raise SurveyClosed
    if not is_live:
        raise AlreadyAnswered


async def _insert_shuffled(
    session: AsyncSession, survey_id: SurveyId, response_id: UUID, answers: StoredAnswers, *, answers_before: int
) -> None:
    """Store the answer among others and rewrite them all in a random order, in one statement.

    So all of them have one transaction id, and the place of a row discloses nothing of its age. Where there are many
    answers they are spread over shards and only one shard is rewritten; when the shards double, all are.
    Raises: AlreadyAnswered.
    Requires: the survey is locked, otherwise two answers at the same time would each delete the other.
    """
    shards = shard_count(answers_before + 1)
    rewritten = delete(Answer).where(Answer.survey_id == survey_id)
    if shards == shard_count(answers_before):
        random_shard = secrets.randbelow(shards)
        rewritten = rewritten.where(Answer.shard == random_shard)
        shard: ColumnElement[int] = literal(random_shard)
    else:
        shard = func.floor(func.random() * shards)
    old = rewritten.returning(Answer.id, Answer.given).cte("old")
    new = select(cast(literal(response_id, Uuid), Uuid), cast(literal(answers, JSONB), JSONB))
    together = union_all(select(old.c.id, old.c.given), new).subquery("together")
    shuffled = select(
        together.c.id, literal(survey_id, Uuid), cast(shard, Answer.shard.type), together.c.given
    ).order_by(func.gen_random_uuid())
    try:
        await session.execute(insert(Answer).from_select(["id", "survey_id", "shard", "given"], shuffled))
    except IntegrityError as error:
        if is_refused_by(error, "pk_answers"):  # The same id was given to another survey in the same instant.
            raise AlreadyAnswered from error
        raise
