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
from services.feedback.surveys.queries import AnswerGate
from services.feedback.surveys.terms import SurveyId
from services.feedback.tickets import service as tickets
from services.feedback.versions import queries as versions
from services.kernel.web.errors import Invalid, InvalidField

from . import queries
from .checking import check_answers
from .dependencies import AnswerDoor
from .errors import AlreadyAnswered
from .models import Answer
from .schemas import ResponsePut
from .terms import Kept, shard_count


async def put_response(
    door: AnswerDoor, survey_id: SurveyId, response_id: UUID, sent: ResponsePut, *, ticket: str
) -> bool:
    """Keep one person's answers and burn the ticket; whether they are new.

    The same answers under the same id again change nothing; where a crash had left the ticket unspent, it is burnt.
    Raises: NotFound, Invalid, SurveyNotOpen, SurveyClosed, AlreadyAnswered.
    """
    given = await _checked(door, survey_id, sent)
    async with door.open() as both:
        is_live = await tickets.burn_ticket(both.burning, survey_id, ticket)
        gate = await survey_queries.lock_for_answer(both.storing, survey_id)
        stored = await queries.given_as(both.storing, response_id)
        if stored is not None:
            if stored != (survey_id, given):
                raise AlreadyAnswered
            return False
        _refuse_entry(gate, is_live=is_live)
        await _mix_in(both.storing, survey_id, response_id, given, answers_before=gate.answer_count)
        await surveys.count_answer(both.storing, survey_id)
        return True


async def _checked(door: AnswerDoor, survey_id: SurveyId, sent: ResponsePut) -> dict[str, Kept]:
    async with door.database.reading() as session:
        await survey_queries.get_ever_opened(session, survey_id)
        definition = await versions.find_definition(session, survey_id, sent.version)
    if definition is None:
        raise Invalid(errors=[InvalidField("/body/version", "unknown-version", Phrase("fields.unknown-version"))])
    if sent.language not in definition.languages():
        raise Invalid(
            errors=[InvalidField("/body/language", "unknown-language", Phrase("fields.language-not-offered"))]
        )
    return check_answers(definition, sent.answers)


def _refuse_entry(gate: AnswerGate, *, is_live: bool) -> None:
    if gate.opens_later:
        raise SurveyNotOpen
    if not gate.is_open:
        raise SurveyClosed
    if not is_live:
        raise AlreadyAnswered


async def _mix_in(
    session: AsyncSession, survey_id: SurveyId, response_id: UUID, given: dict[str, Kept], *, answers_before: int
) -> None:
    """Store the answer among others and write them all anew, in an order drawn by lot, in one statement.

    So all of them carry one transaction id, and where a row lies tells nothing of its age. Where there are many
    answers they are spread over shards and only one shard is rewritten; when the shards double, all are.
    Raises AlreadyAnswered. Requires: the survey is locked, else two answers would each rewrite the other away.
    """
    shards = shard_count(answers_before + 1)
    rewritten = delete(Answer).where(Answer.survey_id == survey_id)
    if shards == shard_count(answers_before):
        shard = secrets.randbelow(shards)
        rewritten = rewritten.where(Answer.shard == shard)
        place: ColumnElement[int] = literal(shard)
    else:
        place = func.floor(func.random() * shards)
    old = rewritten.returning(Answer.id, Answer.given).cte("old")
    new = select(cast(literal(response_id, Uuid), Uuid), cast(literal(given, JSONB), JSONB))
    mixed = union_all(select(old.c.id, old.c.given), new).subquery("mixed")
    drawn = select(mixed.c.id, literal(survey_id, Uuid), cast(place, Answer.shard.type), mixed.c.given).order_by(
        func.gen_random_uuid()
    )
    try:
        await session.execute(insert(Answer).from_select(["id", "survey_id", "shard", "given"], drawn))
    except IntegrityError as error:  # The same id was given to another survey in the same instant.
        raise AlreadyAnswered from error
