"""Disclosure: the part of the answers to one question that the event profile shows.

Below five answers nothing is shown; from five to nine a mean to one decimal; from ten on distribution, deviation and
interval. Where all gave the same answer, their share is shown as "at least 90 %". Where fewer than five people saw the
same questions, only the questions that all people saw are shown.
"""

from collections import Counter
from collections.abc import Sequence

from services.feedback.responses.terms import NOT_APPLICABLE, StoredAnswers, StoredValue
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


def comparable(answers: Sequence[StoredAnswers]) -> frozenset[str]:
    """Return the questions whose results may be shown side by side. Requires: at least one answer.

    Where one thing is asked under two ids, and one id is added between two answers, the difference of the two results
    would disclose the answers in between. So the answers are grouped by the questions that their wording asked: with
    five answers in every group, any two questions were asked of the same people or of at least five different people.
    """
    groups = Counter(frozenset(answer) for answer in answers)
    if min(groups.values()) < SHOWN_FROM:
        return frozenset.intersection(*groups)
    return frozenset.union(*groups)


def disclose(question: Answerable, values: Sequence[StoredValue], *, population: int) -> QuestionResult | None:
    """Return the results of one question that may be disclosed; None for answers in the answerer's own words."""
    answers = [value for value in values if value is not None and value != NOT_APPLICABLE]
    if isinstance(question, Measured):
        return _disclose_measured(
            question, [value for value in answers if isinstance(value, int | float)], population=population
        )
    if isinstance(question, SingleQuestion):
        return _disclose_choices(question, [[value] for value in answers if isinstance(value, str)])
    if isinstance(question, MultiQuestion):
        return _disclose_choices(question, [value for value in answers if isinstance(value, list)])
    return None


def _suppressed(question: Answerable) -> QuestionResult:
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


def _disclose_measured(question: Measured, values: Sequence[float], *, population: int) -> QuestionResult:
    n = len(values)
    if n < SHOWN_FROM:
        return _suppressed(question)
    low, high = (0.0, 10.0) if isinstance(question, NpsQuestion) else (float(question.min), float(question.max))
    shown = {"state": CellState.shown, "n": n}
    if n < EXACT_FROM:
        return _suppressed(question).model_copy(update={**shown, "mean": _blurred(sum(values) / n, low=low, high=high)})
    if len(set(values)) == 1:
        return _suppressed(question).model_copy(
            update={
                **shown,
                "mean": _blurred(values[0], low=low, high=high),
                "distribution": _distribution(question, values),
            }
        )
    estimate = statistics.mean_interval(values, population=population)
    exact = {
        "mean": Figure(value=round(estimate.value, 2), bound=Bound.exact),
        "median": statistics.median(values),
        "deviation": round(statistics.deviation(values), 2),
        "interval": _interval(estimate, digits=2),
        "distribution": _distribution(question, values),
        "nps": _nps(values) if isinstance(question, NpsQuestion) else None,
    }
    return _suppressed(question).model_copy(update={**shown, **exact})


def _blurred(mean: float, *, low: float, high: float) -> Figure:
    """Return the mean to one decimal; near an end of the scale only that it is near."""
    margin = BLUR * (high - low)
    if mean <= low + margin:
        return Figure(value=round(low + margin, 1), bound=Bound.at_most)
    if mean >= high - margin:
        return Figure(value=round(high - margin, 1), bound=Bound.at_least)
    return Figure(value=round(mean, 1), bound=Bound.exact)


def _distribution(question: Measured, values: Sequence[float]) -> list[Cell] | None:
    """Return the distribution over a scale. A free number has none: its single values might disclose a person."""
    if isinstance(question, NumberQuestion):
        return None
    ends = (0, 10) if isinstance(question, NpsQuestion) else (question.min, question.max)
    counts = Counter(int(value) for value in values)
    return _cells({str(place): counts[place] for place in range(ends[0], ends[1] + 1)}, of=len(values))


def _disclose_choices(question: SingleQuestion | MultiQuestion, chosen: Sequence[Sequence[str]]) -> QuestionResult:
    if len(chosen) < EXACT_FROM:
        return _suppressed(question)
    counts = Counter(name for names in chosen for name in names)
    cells = _cells({choice.id: counts[choice.id] for choice in question.choices}, of=len(chosen))
    return _suppressed(question).model_copy(update={"state": CellState.shown, "n": len(chosen), "distribution": cells})


def _cells(counts: dict[str, int], *, of: int) -> list[Cell]:
    """Return the bars. Where one holds all answers, it shows "at least 90 %" and the others are suppressed."""
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
    net = statistics.net_promoters([int(value) for value in values])
    return NpsRead(
        score=round(net.score.value, 1),
        interval=_interval(net.score, digits=2),
        promoters=net.promoters,
        passives=net.passives,
        detractors=net.detractors,
    )


def _interval(estimate: Estimate, *, digits: int) -> IntervalRead:
    return IntervalRead(low=round(estimate.low, digits), high=round(estimate.high, digits), method=estimate.method)
