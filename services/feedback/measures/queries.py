"""Every SELECT of measures. Sums are made of released figures only, so no sum discloses more than its parts."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, SQLColumnExpression, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.periods import Period
from services.contracts.vocabulary import EVERY_KIND, EventKinds
from services.feedback.events.models import Event
from services.feedback.results.models import Release
from services.feedback.surveys.kinds import HAS_BEGUN, HAS_CALL, is_about
from services.feedback.surveys.models import Survey


@dataclass(frozen=True, slots=True)
class Feedback:
    """The sums of the released figures of several surveys.

    `answers` counts the answers to the surveys that may be shown, `answers_invited` the people invited to them.
    """

    surveys: int
    # The surveys of these whose event belongs to no call.
    without_call: int
    released: int
    invited: int
    answers: int
    answers_invited: int
    n: int
    mean: Decimal | None
    nps: Decimal | None

    @property
    def response_rate(self) -> Decimal | None:
        """The number of answers of each hundred invited people."""
        if not self.answers or not self.answers_invited:
            return None
        return round(Decimal(100 * self.answers) / self.answers_invited, 1)


async def feedback_of(
    session: AsyncSession, coordination_id: UUID, period: Period, kinds: EventKinds = EVERY_KIND
) -> Feedback:
    """Return the feedback on the coordination's events that were held in the period."""
    is_disclosed = Release.n.is_not(None)
    figures = select(
        func.count(Survey.id),
        func.count(Survey.id).filter(~HAS_CALL),
        func.count(Release.survey_id),
        _sum(Survey.invited_count),
        _sum(Release.n),
        func.coalesce(func.sum(Release.invited).filter(is_disclosed), 0),
        _sum(Release.overall_n),
        func.round(func.sum(Release.overall_sum) / func.sum(Release.overall_n), 2),
        func.round(func.sum(Release.nps_net) / func.sum(Release.nps_n), 1),
    )
    row = (
        await session.execute(
            figures.select_from(Survey)
            .join(Survey.event)
            .outerjoin(Release, Release.survey_id == Survey.id)
            .where(
                Event.coordination_id == coordination_id,
                Event.last_on.between(period.first_on, period.last_on),
                HAS_BEGUN,
                is_about(kinds),
            )
        )
    ).one()
    return Feedback(*row)


def _sum(column: SQLColumnExpression[int] | SQLColumnExpression[int | None]) -> ColumnElement[int]:
    return func.coalesce(func.sum(column), 0)
