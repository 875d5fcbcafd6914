"""Use cases of measures: reading them. Nothing is written here."""

from collections.abc import Sequence
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.feedback.surveys import access
from services.kernel import clock, measures
from services.kernel.measures import ExtraValue, MeasureQuery, MeasureRead, MeasuresRead, MeasureState
from services.kernel.periods import Period, PeriodRead, parse_period
from services.kernel.security.auth import Principal
from services.kernel.web.errors import NotFound

from . import queries
from .queries import Feedback
from .schemas import SummaryQuery, SummaryRead
from .terms import FEEDBACK, KEYS, EventKinds


async def read_measures(session: AsyncSession, principal: Principal, query: MeasureQuery) -> MeasuresRead:
    """The measures of this service. Raises NotFound for a coordination the caller may not see."""
    _check_readable(principal, query.coordination)
    period, now = parse_period(query.period), await clock.database_now(session)
    begun = period.starts_at <= now
    return MeasuresRead(
        service="feedback",
        coordination_id=query.coordination,
        period=PeriodRead.of(period),
        computed_at=now,
        items=[await _measure(session, key, query.coordination, period, begun=begun) for key in _keys(query.keys)],
    )


async def read_summary(session: AsyncSession, principal: Principal, query: SummaryQuery) -> SummaryRead:
    """The feedback section of the dashboard. Raises NotFound for a coordination the caller may not see."""
    _check_readable(principal, query.coordination)
    period = parse_period(query.period)
    found = await queries.feedback_of(session, query.coordination, period)
    return SummaryRead(
        coordination_id=query.coordination,
        period=PeriodRead.of(period),
        surveys=found.surveys,
        invited=found.invited if access.may_change_of(principal, query.coordination) else None,
        answers=found.answers,
        mean=found.mean,
        nps=found.nps,
        response_rate=found.response_rate,
        n=found.n,
        computed_at=await clock.database_now(session),
    )


def _check_readable(principal: Principal, coordination_id: UUID) -> None:
    if not access.may_read_of(principal, coordination_id):
        raise NotFound


def _keys(keys: Sequence[str] | None) -> list[str]:
    return [key for key in KEYS if keys is None or key in keys]


async def _measure(
    session: AsyncSession, key: str, coordination_id: UUID, period: Period, *, begun: bool
) -> MeasureRead:
    kinds = FEEDBACK.get(key)
    if kinds is None:
        return measures.without_value(key, MeasureState.no_data, reason="measurements_not_recorded")
    if not begun:
        return measures.without_value(key, MeasureState.not_due, reason="period_not_begun")
    found = await queries.feedback_of(session, coordination_id, period, kinds)
    rows = _rows(coordination_id, period, kinds)
    if found.surveys == 0:
        return measures.without_value(key, MeasureState.no_data, reason="no_surveys", rows=rows)
    if found.released == 0:
        return measures.without_value(key, MeasureState.not_due, reason="surveys_not_released", rows=rows)
    if found.mean is None:
        return measures.without_value(key, MeasureState.hidden, reason="too_few_answers", rows=rows)
    return measures.mean(key, found.mean, n=found.n, rows=rows, extra=_extra(found))


def _extra(found: Feedback) -> list[ExtraValue]:
    extra = [("response_rate", found.response_rate, "%"), ("nps", found.nps, "NPS")]
    return [ExtraValue(key=key, value=value, unit=unit) for key, value, unit in extra if value is not None]


def _rows(coordination_id: UUID, period: Period, kinds: EventKinds) -> str:
    """The address of the surveys behind a measure."""
    filters = [("coordination", str(coordination_id)), *(("event_type", str(kind)) for kind in kinds.types)]
    if kinds.scope:
        filters.append(("scope", str(kinds.scope)))
    return f"/api/feedback/v1/surveys?{urlencode([*filters, ('period', period.label)])}"
