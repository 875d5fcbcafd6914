"""Every SELECT of measures. Sums are made of released figures only, so no sum discloses more than its parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, SQLColumnExpression, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.measures import Qualifier, combined
from services.contracts.periods import Period
from services.contracts.rounding import rounded
from services.contracts.vocabulary import EVERY_KIND, EventKinds
from services.feedback.events.models import Event
from services.feedback.results.models import Release
from services.feedback.results.queries import response_rate
from services.feedback.results.terms import Bound, ResultState
from services.feedback.surveys.kinds import HAS_BEGUN, HAS_CALL, is_about
from services.feedback.surveys.models import Survey

from .terms import QUALIFIER_OF


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over the answers to several surveys, or a bound on it: the sum of their published figures and its `n`."""

    total: Decimal | None
    n: int
    bounds: frozenset[Bound]

    def value(self, digits: int, *, times: int = 1) -> Decimal | None:
        """Return the rounded mean, so many times; None without answers."""
        return None if self.total is None or not self.n else rounded(times * Fraction(self.total) / self.n, digits)

    @property
    def qualifier(self) -> Qualifier | None:
        """The qualifier of the mean; None: exact."""
        return combined(QUALIFIER_OF[bound] for bound in self.bounds)


@dataclass(frozen=True, slots=True)
class Feedback:
    """The sums of the released figures of several surveys.

    `answers` counts the answers to the surveys that may be shown. Of these surveys some are known to have reached
    people by their invitations: `reached` counts these people, `reached_answers` the answers to these surveys. The
    answers of `lost` surveys were lost before the release. `net_promoters` is the mean of the promoters less the
    detractors.
    """

    surveys: int
    # The surveys of these whose event belongs to no call.
    without_call: int
    released: int
    lost: int
    invited: int
    answers: int
    reached: int
    reached_answers: int
    overall: Mean
    net_promoters: Mean

    @property
    def response_rate(self) -> Decimal | None:
        """The number of answers of each hundred people reached by an invitation."""
        return response_rate(self.reached_answers, self.reached)

    @property
    def nps(self) -> Decimal | None:
        """The net promoter score, -100 to 100."""
        return self.net_promoters.value(1, times=100)


def _distinct(column: SQLColumnExpression[str | None]) -> ColumnElement[Sequence[str | None]]:
    return func.array_agg(column.distinct()).filter(column.is_not(None))


def _sum(column: SQLColumnExpression[int] | SQLColumnExpression[int | None]) -> ColumnElement[int]:
    return func.coalesce(func.sum(column), 0)


_IS_LOST = Release.state == ResultState.answers_lost
_HAS_REACHED = Release.invited > Release.undeliverable
# A person who answered was reached by an invitation, whatever became of the mail.
_REACHED = func.greatest(Release.invited - Release.undeliverable, Release.n)
_FIGURES: Final = select(
    func.count(Survey.id).label("surveys"),
    func.count(Survey.id).filter(~HAS_CALL).label("without_call"),
    func.count(Release.survey_id).filter(~_IS_LOST).label("released"),
    func.count(Release.survey_id).filter(_IS_LOST).label("lost"),
    _sum(Survey.invited_count).label("invited"),
    _sum(Release.n).label("answers"),
    _sum(case((Release.n.is_not(None) & _HAS_REACHED, _REACHED))).label("reached"),
    _sum(case((_HAS_REACHED, Release.n))).label("reached_answers"),
    func.sum(Release.overall_sum).label("overall_sum"),
    _sum(Release.overall_n).label("overall_n"),
    _distinct(Release.overall_bound).label("overall_bounds"),
    func.sum(Release.nps_net).label("nps_net"),
    _sum(Release.nps_n).label("nps_n"),
    _distinct(Release.nps_bound).label("nps_bounds"),
)


async def feedback_of(
    session: AsyncSession, coordination_id: UUID, period: Period, kinds: EventKinds = EVERY_KIND
) -> Feedback:
    """Return the feedback on the coordination's events that were held in the period."""
    row = (
        await session.execute(
            _FIGURES.select_from(Survey)
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
    return Feedback(
        surveys=row.surveys,
        without_call=row.without_call,
        released=row.released,
        lost=row.lost,
        invited=row.invited,
        answers=row.answers,
        reached=row.reached,
        reached_answers=row.reached_answers,
        overall=_mean(row.overall_sum, row.overall_n, row.overall_bounds),
        net_promoters=_mean(row.nps_net, row.nps_n, row.nps_bounds),
    )


def _mean(total: Decimal | None, n: int, bounds: Sequence[str] | None) -> Mean:
    return Mean(total, n, frozenset(map(Bound, bounds or [])))
