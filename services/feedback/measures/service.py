"""Use cases of measures: reading them. Nothing is written here."""

from collections.abc import Iterator

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
from .terms import ANSWERS_LOST, OF_CALLS, UNRECORDED


async def read_measures(session: AsyncSession, principal: Principal, query: MeasureQuery) -> MeasuresRead:
    """Return the measures of this service. Raises NotFound for a coordination the caller may not see."""
    request = await authorised_request(session, principal, query, scope=Scope.feedback_read)
    return await answer_measures(session, request, _SOURCE, keys=query.keys)


async def _feedback_measures(session: AsyncSession, request: FigureRequest) -> list[MeasureRead]:
    return [await _measure(session, request, key) for key in request.keys]


async def _measure(session: AsyncSession, request: FigureRequest, key: str) -> MeasureRead:
    feedback = await queries.feedback_of(session, request.coordination_id, request.period, EVENTS_OF[key])
    figure = _figure(key, feedback, rows=_rows(request, key))
    return figure.model_copy(update={"missing": [*_missing(request, key, feedback, figure)]})


def _missing(request: FigureRequest, key: str, feedback: Feedback, figure: MeasureRead) -> Iterator[Missing]:
    if key == OF_CALLS and feedback.without_call:
        rows = _rows(request, key, ("lacks", Lacking.call))
        yield Missing(code="call_missing", count=feedback.without_call, rows=rows)
    if feedback.lost and figure.reason != ANSWERS_LOST:
        yield Missing(code=ANSWERS_LOST, count=feedback.lost, rows=None)


def _rows(request: FigureRequest, key: str, *filters: tuple[str, str]) -> str:
    """Return the address of the surveys behind a measure."""
    return rows_address("feedback/v1/surveys", request, [("measure", key), *filters])


def _figure(key: str, feedback: Feedback, *, rows: str) -> MeasureRead:
    if feedback.surveys == 0:
        return without_value(key, MeasureState.no_data, reason="no_surveys", rows=rows)
    if feedback.released == 0 and feedback.lost:
        return without_value(key, MeasureState.no_data, reason=ANSWERS_LOST, rows=rows)
    if feedback.released == 0:
        return without_value(key, MeasureState.not_due, reason="surveys_not_released", rows=rows)
    overall = feedback.overall
    value = overall.value(2)
    if value is None:
        return without_value(key, MeasureState.hidden, reason="too_few_answers", rows=rows)
    extra = [*_extra(feedback)]
    return mean(key, value, n=overall.n, rows=rows, extra=extra, qualifier=overall.qualifier)


def _extra(feedback: Feedback) -> Iterator[ExtraValue]:
    """Return the response rate, and the net promoter score with its own number of answers, as far as they are known."""
    if (rate := feedback.response_rate) is not None:
        yield further("response_rate", rate, "%")
    if (score := feedback.nps) is not None:
        yield further("nps", score, "NPS", qualifier=feedback.net_promoters.qualifier)
        yield further("nps_n", feedback.net_promoters.n, "kpl")


_SOURCE = FigureSource("feedback", _feedback_measures, UNRECORDED)
