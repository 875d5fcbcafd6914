"""Disclosure: the part of the answers to one question that the event profile shows.

Below five answers nothing is shown; from five to nine a mean to one decimal; from ten on distribution, deviation and
interval. Where nearly all gave the same answer, only bounds are shown, which are the same whether 90 % gave it or all.
A bar of fewer than five people looks like an empty one.
The organiser knows the answers of the people who were entered by the organiser. So each of these conditions is tested
on all people and on the independent ones, who were not.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from services.contracts.rounding import rounded
from services.feedback.versions.questions import (
    Answerable,
    MultiQuestion,
    NpsQuestion,
    NumberQuestion,
    ScaleQuestion,
    SingleQuestion,
)

from . import net_scores, statistics
from .rounding import bound_figure, exact_figure, exactly, interval_of
from .schemas import Cell, Figure, QuestionResult
from .small_values import shown_values
from .tallying import Column, Value
from .terms import BLUR, EXACT_FROM, SHOWN_FROM, Bound, CellState
from .uniformity import Majority, majority

Measured = ScaleQuestion | NpsQuestion | NumberQuestion


def shown_from(question: Answerable) -> int | None:
    """Return the number of answers from which anything of a question is shown; None: it is never shown."""
    if isinstance(question, Measured):
        return SHOWN_FROM
    return EXACT_FROM if isinstance(question, SingleQuestion | MultiQuestion) else None


def suppressed(question: Answerable) -> QuestionResult:
    """Return the results of a question of which nothing is shown."""
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


def disclose(question: Answerable, column: Column, *, population: int | None) -> QuestionResult:
    """Return the results of one question that may be disclosed.

    `population` counts all people who could have answered; None: their number is not known.
    """
    enough = shown_from(question)
    if enough is None or column.independents < enough:
        return suppressed(question)
    if isinstance(question, Measured):
        shown = _disclose_measured(question, column, population=population)
    else:
        shown = {"distribution": _distribution(question, column, population=population)}
    return suppressed(question).model_copy(update={"state": CellState.shown, "n": column.n, **shown})


def sum_of(values: Mapping[Value, int]) -> Fraction:
    """Return the exact sum of numbers that were given so many times each."""
    return sum((exactly(value) * count for value, count in values.items()), Fraction())


def _disclose_measured(question: Measured, column: Column, *, population: int | None) -> dict[str, object]:
    low, high = _ends(question)
    if column.independents < EXACT_FROM:
        return {"mean": _blurred(column, low=low, high=high)}
    found = majority(column)
    shown: dict[str, object] = {"distribution": _distribution(question, column, population=population)}
    if found is not None:
        shown["mean"] = _bound_of_mean(found, low=low, high=high)
    if isinstance(question, NpsQuestion) and (bounds := net_scores.bounds(column)) is not None:
        nps, mean = bounds
        return {"nps": nps, "mean": mean, **shown} if found else {"nps": nps, "mean": mean}
    return shown if found else {**shown, **_exact(question, column, population=population)}


def _exact(question: Measured, column: Column, *, population: int | None) -> dict[str, object]:
    values = sorted(float(value) for value in column.values.elements())
    return {
        "mean": exact_figure(sum_of(column.values) / column.n, 2),
        "median": statistics.median(values),
        "deviation": float(rounded(statistics.deviation(values), 2)),
        "interval": interval_of(statistics.mean_interval(values, population=population)),
        "nps": net_scores.exact_score(column, population=population) if isinstance(question, NpsQuestion) else None,
    }


def _ends(question: Measured) -> tuple[Fraction, Fraction]:
    if isinstance(question, NpsQuestion):
        return Fraction(0), Fraction(10)
    return exactly(question.min), exactly(question.max)


def _blurred(column: Column, *, low: Fraction, high: Fraction) -> Figure:
    """Return the mean to one decimal; near an end of the scale only that it is near.

    Where the mean of the independent people is near an end, the bound on the mean of all follows from that, whatever
    the others answered: of a bound on the mean of all, the organiser could subtract the answers of the others.
    """
    margin = BLUR * (high - low)
    at_most, at_least = (Fraction(rounded(end, 1)) for end in (low + margin, high - margin))
    mean = sum_of(column.values) / column.n
    own_mean = sum_of(column.independent_values) / column.independents
    own_share = Fraction(column.independents, column.n)
    if own_mean <= at_most:
        return bound_figure(at_most * own_share + high * (1 - own_share), Bound.at_most)
    if own_mean >= at_least:
        return bound_figure(at_least * own_share + low * (1 - own_share), Bound.at_least)
    if mean <= at_most:
        return bound_figure(at_most, Bound.at_most)
    if mean >= at_least:
        return bound_figure(at_least, Bound.at_least)
    return exact_figure(mean, 1)


def _bound_of_mean(found: Majority, *, low: Fraction, high: Fraction) -> Figure:
    """Return what follows for the mean: the others may all have given the value at the far end of the scale."""
    (value,) = map(exactly, found.values)
    if 2 * value >= low + high:
        return bound_figure(found.share * value + (1 - found.share) * low, Bound.at_least)
    return bound_figure(found.share * value + (1 - found.share) * high, Bound.at_most)


def _distribution(question: Answerable, column: Column, *, population: int | None) -> list[Cell] | None:
    """Return the bars. A free number has none: its single values might disclose a person."""
    match question:
        case ScaleQuestion():
            places: Iterable[Value] = range(question.min, question.max + 1)
        case NpsQuestion():
            places = range(11)
        case SingleQuestion() | MultiQuestion():
            places = [choice.id for choice in question.choices]
        case _:
            return None
    found = majority(column)
    if found is not None:
        return [_uniform_cell(place, found) for place in places]
    shown = _shown_bars(question, column)
    return [
        _cell(place, column, population=population) if place in shown else _suppressed_cell(place) for place in places
    ]


def _shown_bars(question: Answerable, column: Column) -> frozenset[Value]:
    if isinstance(question, NpsQuestion):
        return net_scores.shown_bars(column)
    return shown_values(column, adds_up=not isinstance(question, MultiQuestion))


def _uniform_cell(place: Value, found: Majority) -> Cell:
    """Return a bar where nearly all gave the same answer: its bound, or nothing for each other answer."""
    if place not in found.values:
        return _suppressed_cell(place)
    share = bound_figure(100 * found.share, Bound.at_least)
    return Cell(value=str(place), state=CellState.shown, count=None, share=share, interval=None)


def _suppressed_cell(place: Value) -> Cell:
    return Cell(value=str(place), state=CellState.suppressed, count=None, share=None, interval=None)


def _cell(place: Value, column: Column, *, population: int | None) -> Cell:
    count = column.values[place]
    return Cell(
        value=str(place),
        state=CellState.shown,
        count=count,
        share=exact_figure(Fraction(100 * count, column.n), 1),
        interval=interval_of(statistics.share_interval(count, column.n, population=population)),
    )
