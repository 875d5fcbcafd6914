"""Disclosure: what the event profile lets out of the answers to one question.

Below five nothing; from five to nine a mean to one decimal; from ten on distribution, deviation and interval. Where
all gave the same answer, their share is told as "at least 90 %". Where fewer than five saw other questions than the
rest, only what all were asked is told.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from services.feedback.responses.terms import NOT_APPLICABLE, Kept
from services.feedback.versions.questions import (
    Answerable,
    MultiQuestion,
    NpsQuestion,
    NumberQuestion,
    ScaleQuestion,
    SingleQuestion,
)

from . import statistics
from .schemas import Cell, Figure, IntervalRead, NpsRead, QuestionResult
from .statistics import Estimate
from .terms import BLUR, EXACT_FROM, NEARLY_ALL, SHOWN_FROM, Bound, CellState

Measured = ScaleQuestion | NpsQuestion | NumberQuestion


def comparable(given: Sequence[Mapping[str, Kept]]) -> frozenset[str]:
    """Return the questions whose results may stand side by side. Requires: at least one answer.

    The same thing asked under two ids, one of them added between two answers, would tell the answers in between by the
    difference of the two results. So answers are put into groups by what they were asked: with five in every group,
    any two questions were asked of the same people or of at least five different ones.
    """
    groups = Counter(frozenset(answer) for answer in given)
    if min(groups.values()) < SHOWN_FROM:
        return frozenset.intersection(*groups)
    return frozenset.union(*groups)


def tell(question: Answerable, given: Sequence[Kept], *, population: int) -> QuestionResult | None:
    """Return what may be told of one question; None for answers in the answerer's own words."""
    answers = [value for value in given if value is not None and value != NOT_APPLICABLE]
    if isinstance(question, Measured):
        return _tell_measured(question, [v for v in answers if isinstance(v, int | float)], population=population)
    if isinstance(question, SingleQuestion):
        return _tell_choices(question, [[value] for value in answers if isinstance(value, str)])
    if isinstance(question, MultiQuestion):
        return _tell_choices(question, [value for value in answers if isinstance(value, list)])
    return None


def _blank(question: Answerable) -> QuestionResult:
    return QuestionResult(
        question_id=question.id,
        type=question.type,
        state=CellState.suppressed,
        n=None,
        mean=None,
        median=None,
        deviation=None,
        interval=None,
        nps=None,
        distribution=None,
    )


def _tell_measured(question: Measured, values: Sequence[float], *, population: int) -> QuestionResult:
    n = len(values)
    if n < SHOWN_FROM:
        return _blank(question)
    low, high = (0.0, 10.0) if isinstance(question, NpsQuestion) else (float(question.min), float(question.max))
    shown = {"state": CellState.shown, "n": n}
    if n < EXACT_FROM:
        return _blank(question).model_copy(update={**shown, "mean": _blurred(sum(values) / n, low=low, high=high)})
    if len(set(values)) == 1:
        return _blank(question).model_copy(
            update={**shown, "mean": _blurred(values[0], low=low, high=high), "distribution": _bars(question, values)}
        )
    estimate = statistics.mean_interval(values, population=population)
    exact = {
        "mean": Figure(value=round(estimate.value, 2), bound=Bound.exact),
        "median": statistics.median(values),
        "deviation": round(statistics.deviation(values), 2),
        "interval": _interval(estimate, digits=2),
        "distribution": _bars(question, values),
        "nps": _nps(values) if isinstance(question, NpsQuestion) else None,
    }
    return _blank(question).model_copy(update={**shown, **exact})


def _blurred(mean: float, *, low: float, high: float) -> Figure:
    """Return the mean to one decimal; near an end of the scale only that it is near."""
    margin = BLUR * (high - low)
    if mean <= low + margin:
        return Figure(value=round(low + margin, 1), bound=Bound.at_most)
    if mean >= high - margin:
        return Figure(value=round(high - margin, 1), bound=Bound.at_least)
    return Figure(value=round(mean, 1), bound=Bound.exact)


def _bars(question: Measured, values: Sequence[float]) -> list[Cell] | None:
    """Return the distribution over a scale. A free number has none: its single values are telling."""
    if isinstance(question, NumberQuestion):
        return None
    ends = (0, 10) if isinstance(question, NpsQuestion) else (question.min, question.max)
    counts = Counter(int(value) for value in values)
    return _cells({str(place): counts[place] for place in range(ends[0], ends[1] + 1)}, of=len(values))


def _tell_choices(question: SingleQuestion | MultiQuestion, chosen: Sequence[Sequence[str]]) -> QuestionResult:
    if len(chosen) < EXACT_FROM:
        return _blank(question)
    counts = Counter(name for names in chosen for name in names)
    cells = _cells({choice.id: counts[choice.id] for choice in question.choices}, of=len(chosen))
    return _blank(question).model_copy(update={"state": CellState.shown, "n": len(chosen), "distribution": cells})


def _cells(counts: dict[str, int], *, of: int) -> list[Cell]:
    """Return the bars. Where one holds everybody, it says "at least 90 %" and the others say nothing."""
    is_uniform = of in counts.values()
    return [_cell(name, count, of=of, is_uniform=is_uniform) for name, count in counts.items()]


def _cell(name: str, count: int, *, of: int, is_uniform: bool) -> Cell:
    if not is_uniform:
        estimate = statistics.share_interval(count, of)
        share = Figure(value=round(estimate.value, 1), bound=Bound.exact)
        return Cell(value=name, state=CellState.shown, count=count, share=share, interval=_interval(estimate, digits=2))
    if count == of:
        share = Figure(value=NEARLY_ALL, bound=Bound.at_least)
        return Cell(value=name, state=CellState.shown, count=None, share=share, interval=None)
    return Cell(value=name, state=CellState.suppressed, count=None, share=None, interval=None)


def _nps(values: Sequence[float]) -> NpsRead:
    found = statistics.net_promoters([int(value) for value in values])
    return NpsRead(
        score=round(found.score.value, 1),
        interval=_interval(found.score, digits=2),
        promoters=found.promoters,
        passives=found.passives,
        detractors=found.detractors,
    )


def _interval(estimate: Estimate, *, digits: int) -> IntervalRead:
    return IntervalRead(low=round(estimate.low, digits), high=round(estimate.high, digits), method=estimate.method)
