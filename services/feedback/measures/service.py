"""Use cases of measures: reading them. Nothing is written here."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.measures import (
    EVENTS_OF,
    ExtraValue,
    MeasureQuery,
    MeasureRead,
    MeasuresRead,
    MeasureState,
    Missing,
    further,
    mean,
    without_value,
)
from services.contracts.roles import Scope
from services.feedback.surveys.terms import Lacking
from services.kernel.figures import (
    FigureRequest,
    FigureSource,
    answer_measures,
    authorised_request,
    rows_address,
)
from services.kernel.security.auth import Principal

from . import queries
from .queries import Feedback
from .terms import OF_CALLS, UNRECORDED


async def read_measures(session: AsyncSession, principal: Principal, query: MeasureQuery) -> MeasuresRead:
    """Return the measures of this service. Raises NotFound for a coordination the caller may not see."""
    request = await authorised_request(session, principal, query, scope=Scope.feedback_read)
    return await answer_measures(session, request, _SOURCE, keys=query.keys)


async def _feedback_measures(session: AsyncSession, request: FigureRequest) -> list[MeasureRead]:
    return [await _measure(session, request, key) for key in request.keys]


async def _measure(session: AsyncSession, request: FigureRequest, key: str) -> MeasureRead:
    feedback = await queries.feedback_of(session, request.coordination_id, request.period, EVENTS_OF[key])
    figure = _figure(key, feedback, rows=_rows(request, key))
    if key != OF_CALLS or not feedback.without_call:
        return figure
    lack = Missing(code="call_missing", count=feedback.without_call, rows=_rows(request, key, ("lacks", Lacking.call)))
    return figure.model_copy(update={"missing": [lack]})


def _rows(request: FigureRequest, key: str, *filters: tuple[str, str]) -> str:
    """Return the address of the surveys behind a measure."""
    return rows_address("feedback/v1/surveys", request, [("measure", key), *filters])


def _figure(key: str, feedback: Feedback, *, rows: str) -> MeasureRead:
    if feedback.surveys == 0:
        return without_value(key, MeasureState.no_data, reason="no_surveys", rows=rows)
    if feedback.released == 0:
        return without_value(key, MeasureState.not_due, reason="surveys_not_released", rows=rows)
    if feedback.mean is None:
        return without_value(key, MeasureState.hidden, reason="too_few_answers", rows=rows)
    return mean(key, feedback.mean, n=feedback.n, rows=rows, extra=_extra(feedback))


def _extra(feedback: Feedback) -> list[ExtraValue]:
    extra = [("response_rate", feedback.response_rate, "%"), ("nps", feedback.nps, "NPS")]
    return [further(key, value, unit) for key, value, unit in extra if value is not None]


_SOURCE = FigureSource("feedback", _feedback_measures, UNRECORDED)
