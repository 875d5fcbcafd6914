"""Use cases of answers."""

from datetime import datetime

from sqlalchemy import LargeBinary, Uuid, delete, exists, insert, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.words import Phrase
from services.feedback.keys.pairs import public_key
from services.feedback.surveys import queries as surveys
from services.feedback.surveys.access import takes_answers
from services.feedback.surveys.errors import SurveyClosed, SurveyNotOpen
from services.feedback.surveys.models import Survey
from services.feedback.surveys.terms import SurveyId
from services.feedback.tickets import service as tickets
from services.feedback.tickets.errors import TicketUnknown
from services.feedback.tickets.terms import Ticket as TicketText
from services.kernel.data.db import Database
from services.kernel.data.ids import new_private_id
from services.kernel.web.errors import Invalid, InvalidField

from . import queries
from .checking import check_answers
from .errors import AnsweringOver, TicketUsed
from .models import Answer
from .queries import Answering
from .schemas import ResponseCreate
from .sealing import AnswerSealing
from .terms import OpenedAnswer, Receipt, StoredAnswers


async def respond(
    database: Database, survey_id: SurveyId, body: ResponseCreate, *, ticket: TicketText, now: datetime | None = None
) -> Receipt:
    """Seal one person's answers, store them and redeem the ticket. A spent ticket changes nothing.

    `now` is the time at which they are given; None for the database's clock.
    Raises: NotFound, SurveyClosed, TicketUnknown, SurveyNotOpen, Invalid.
    """
    async with database.reading() as session:
        found = await queries.answering(session, survey_id, ticket, version=body.version, now=now)
    if _came_before(found):
        return Receipt.received_before
    sealed = _seal(survey_id, found, body)
    async with database.transaction() as session:
        await surveys.lock_for_answer(session, survey_id)
        if await _store(session, survey_id, sealed, ticket=ticket, now=now):
            return Receipt.received
        # The survey or the ticket has changed since the first look.
        found = await queries.answering(session, survey_id, ticket, version=body.version, now=now)
    if _came_before(found):
        return Receipt.received_before
    raise SurveyNotOpen  # It was not open for a moment.


def _came_before(found: Answering) -> bool:
    """Return whether an answer came before with the ticket. Raises: SurveyClosed, TicketUnknown, SurveyNotOpen."""
    if found.has_ended:
        raise SurveyClosed
    if found.is_spent is None:
        raise TicketUnknown
    if not found.is_spent and not found.is_open:
        raise SurveyNotOpen
    return found.is_spent


async def check_ticket(database: Database, survey_id: SurveyId, *, ticket: TicketText) -> None:
    """Check that the ticket is good for an answer; it is not redeemed.

    Raises: NotFound, AnsweringOver, TicketUnknown, TicketUsed.
    """
    async with database.reading() as session:
        found = await queries.answering(session, survey_id, ticket, version=1, now=None)
    if found.has_ended:
        raise AnsweringOver
    if found.is_spent is None:
        raise TicketUnknown
    if found.is_spent:
        raise TicketUsed


def _seal(survey_id: SurveyId, found: Answering, body: ResponseCreate) -> bytes:
    # An open survey has its key, and a ticket has its origin.
    assert found.public_key is not None
    assert found.entered_by_organiser is not None
    answer = OpenedAnswer(
        version=body.version,
        language=body.language,
        answers=_checked(found, body),
        entered_by_organiser=found.entered_by_organiser,
    )
    return AnswerSealing(survey_id).seal(answer, size=found.answer_size, key=public_key(found.public_key))


def _checked(found: Answering, body: ResponseCreate) -> StoredAnswers:
    if found.definition is None:
        raise Invalid(errors=[InvalidField("/body/version", "unknown-version", Phrase("fields.unknown-version"))])
    if body.language not in found.definition.languages():
        raise Invalid(
            errors=[InvalidField("/body/language", "unknown-language", Phrase("fields.language-not-offered"))]
        )
    return check_answers(found.definition, body.answers)


async def _store(
    session: AsyncSession, survey_id: SurveyId, sealed: bytes, *, ticket: TicketText, now: datetime | None
) -> bool:
    """Redeem the ticket and store the answer, in one statement, where the survey is open and the ticket live.

    Returns whether it did.

    Requires: the survey is locked by `surveys.lock_for_answer` in an earlier statement.
    """
    is_open = exists().where(Survey.id == survey_id, takes_answers(now))
    redeemed = tickets.redeeming(survey_id, ticket, where=is_open).cte("redeemed")
    answer = select(literal(new_private_id(), Uuid), redeemed.c.survey_id, literal(sealed, LargeBinary))
    storing = insert(Answer).from_select(["id", "survey_id", "sealed"], answer).returning(Answer.id)
    return await session.scalar(storing) is not None


async def delete_answers(session: AsyncSession, survey_id: SurveyId) -> None:
    """Delete the sealed answers to the survey. Requires: the survey is closed."""
    await session.execute(delete(Answer).where(Answer.survey_id == survey_id))
