"""Every SELECT of answers."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.feedback.keys.models import SurveyKey
from services.feedback.surveys.access import has_not_ended, takes_answers
from services.feedback.surveys.models import Survey
from services.feedback.surveys.terms import CLOSABLE_FROM, SurveyId, SurveyState
from services.feedback.tickets.models import Ticket
from services.feedback.tickets.terms import Ticket as TicketText
from services.feedback.versions.models import SurveyVersion
from services.feedback.versions.questions import Definition
from services.kernel.data.ids import secret_hash
from services.kernel.web.errors import NotFound

from .models import Answer

# So many sealed answers are read from the database at once.
_BATCH = 100


@dataclass(frozen=True, slots=True)
class Answering:
    """The survey, the ticket and the wording of an answer, all at one moment.

    `is_spent` and `entered_by_organiser` are None where there is no such ticket, `definition` where there is no such
    version. `has_ended` and `is_open` follow the window of the survey.
    """

    has_ended: bool
    is_open: bool
    answer_size: int
    public_key: bytes | None
    is_spent: bool | None
    entered_by_organiser: bool | None
    definition: Definition | None


async def answering(
    session: AsyncSession, survey_id: SurveyId, ticket: TicketText, *, version: int, now: datetime | None
) -> Answering:
    """Return the survey, the ticket and the wording of an answer. Raises: NotFound, for a draft too."""
    of_survey = (
        select(
            (~has_not_ended(now)).label("has_ended"),
            takes_answers(now).label("is_open"),
            Survey.answer_size,
            SurveyKey.public_key,
            Ticket.is_spent,
            Ticket.entered_by_organiser,
            SurveyVersion.definition,
        )
        .outerjoin(SurveyKey, SurveyKey.survey_id == Survey.id)
        .outerjoin(Ticket, and_(Ticket.hash == secret_hash(ticket), Ticket.survey_id == Survey.id))
        .outerjoin(SurveyVersion, and_(SurveyVersion.survey_id == Survey.id, SurveyVersion.number == version))
        .where(Survey.id == survey_id, Survey.state != SurveyState.draft)
    )
    row = (await session.execute(of_survey)).one_or_none()
    if row is None:
        raise NotFound
    return Answering(
        has_ended=row.has_ended,
        is_open=row.is_open,
        answer_size=row.answer_size,
        public_key=row.public_key,
        is_spent=row.is_spent,
        entered_by_organiser=row.entered_by_organiser,
        definition=None if row.definition is None else Definition.model_validate(row.definition),
    )


async def has_enough_to_close(session: AsyncSession, survey_id: SurveyId) -> bool:
    """Return whether the survey has so many answers that a request to close it may take effect.

    Those of people who were entered by the organiser do not count: the organiser could give the last one.
    """
    spent = (Ticket.survey_id == survey_id, Ticket.is_spent, ~Ticket.entered_by_organiser)
    some = select(Ticket.hash).where(*spent).limit(CLOSABLE_FROM).subquery()
    return await session.scalar(select(func.count()).select_from(some)) == CLOSABLE_FROM


async def count_answers(session: AsyncSession, survey_id: SurveyId) -> int:
    """Return the number of sealed answers to the survey."""
    return await session.scalar(select(func.count()).where(Answer.survey_id == survey_id)) or 0


async def sealed_answers(session: AsyncSession, survey_id: SurveyId) -> AsyncIterator[Sequence[bytes]]:
    """Yield all sealed answers to the survey in a random order, some at a time."""
    shuffled = select(Answer.sealed).where(Answer.survey_id == survey_id).order_by(func.gen_random_uuid())
    rows = await session.stream_scalars(shuffled, execution_options={"yield_per": _BATCH})
    async for batch in rows.partitions():
        yield batch
