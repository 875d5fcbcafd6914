"""The figures of a release, made of the tally of a survey's answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from services.feedback.versions.questions import (
    Answerable,
    LongTextQuestion,
    MultiQuestion,
    NpsQuestion,
    ScaleQuestion,
    SingleQuestion,
    TextQuestion,
)

from . import statistics
from .differences import counted, publishable, without_few
from .disclosure import disclose, shown_from, sum_of, suppressed
from .net_scores import net_of
from .rounding import exactly
from .schemas import Figure, QuestionResult
from .tallying import AnsweredBy, Column, Pattern, Tally
from .terms import OVERALL, RECOMMEND, SHOWN_FROM, Bound, ResultState


@dataclass(frozen=True, slots=True)
class ReleasedFigures:
    """The columns of a release, and the texts that people wrote, each with the id of its question, in no order."""

    columns: dict[str, object]
    texts: list[tuple[str, str]]


def released_figures(tally: Tally, questions: Sequence[Answerable], *, population: int) -> ReleasedFigures:
    """Return what may be stored of the answers to a survey.

    `questions` are those of all wordings, `population` the people who could have answered; 0: not known.
    The columns are `state`, `engine`, `n`, `questions` and those of the headline figures.
    """
    answered_by = answers_that_count(questions)
    patterns = counted_patterns(tally, questions, answered_by)
    people = counted(tally, patterns)
    columns: dict[str, object] = {"state": ResultState.hidden, "engine": statistics.engine(), "questions": []}
    if people.independents < SHOWN_FROM:
        return ReleasedFigures(columns, [])
    asked = tally.columns([question.id for question in questions], patterns, answered_by)
    scores = {question.id for question in questions if isinstance(question, NpsQuestion)}
    published = publishable(tally, patterns, _candidates(questions, asked), answered_by, scores=scores)
    known_population = max(population, people.n) if population else None
    results = {
        question.id: disclose(question, asked[question.id], population=known_population)
        if question.id in published
        else suppressed(question)
        for question in questions
        if shown_from(question) is not None
    }
    shown = {
        "state": ResultState.released,
        "n": people.n,
        "questions": [result.model_dump(mode="json") for result in results.values()],
        **_headline(results, asked),
    }
    return ReleasedFigures(columns | shown, _texts(questions, asked))


def answers_that_count(questions: Sequence[Answerable]) -> AnsweredBy:
    """Return the function that tells which questions the people of a pattern answered: "not applicable" is no grade."""
    scales = frozenset(question.id for question in questions if isinstance(question, ScaleQuestion))

    def answered_by(pattern: Pattern) -> frozenset[str]:
        return pattern.answered - (pattern.not_applicable & scales) if pattern.not_applicable else pattern.answered

    return answered_by


def counted_patterns(tally: Tally, questions: Sequence[Answerable], answered_by: AnsweredBy) -> list[Pattern]:
    """Return the patterns whose answers count: without few people who saw another wording or left out the grade.

    One person who answers another wording, or all but the grade, thus hides no other person's grade. Wordings are the
    same where they ask the same questions; where one of these has choices, they may differ, so each wording is another.
    """
    with_choices = {question.id for question in questions if isinstance(question, SingleQuestion | MultiQuestion)}

    def wording(pattern: Pattern) -> tuple[frozenset[str], int | None]:
        return pattern.asked, pattern.version if pattern.asked & with_choices else None

    same_wording = without_few(tally, tally.patterns(), wording)
    graded = [pattern for pattern in same_wording if OVERALL in answered_by(pattern)]
    return graded if _are_but_few_more(tally, same_wording, graded) else same_wording


def _are_but_few_more(tally: Tally, patterns: Sequence[Pattern], graded: Sequence[Pattern]) -> bool:
    """Say whether few people left out the grade that enough people gave."""
    people, own = counted(tally, patterns), counted(tally, graded)
    return own.independents >= SHOWN_FROM and own.lies_near(people)


def _candidates(questions: Sequence[Answerable], asked: dict[str, Column]) -> list[str]:
    """Return the questions with enough answers, the headline figures first, then in the order of the form."""
    shown = [
        question.id
        for question in questions
        if (enough := shown_from(question)) is not None and asked[question.id].independents >= enough
    ]
    return sorted(shown, key=lambda question_id: (question_id != OVERALL, question_id != RECOMMEND))


def _headline(results: dict[str, QuestionResult], asked: dict[str, Column]) -> dict[str, object]:
    """Return the columns of the mean and of the net promoter score; of a bound, its sum is that of the bound."""
    columns: dict[str, object] = {}
    overall, recommend = results.get(OVERALL), results.get(RECOMMEND)
    if overall is not None and overall.mean is not None and overall.n is not None:
        total = _sum(overall.mean, overall.n, sum_of(asked[OVERALL].values))
        columns |= {"overall_n": overall.n, "overall_sum": total, "overall_bound": overall.mean.bound}
    if recommend is not None and recommend.nps is not None and recommend.n is not None:
        nps = recommend.nps
        net = _sum(nps.score, recommend.n, 100 * net_of(asked[RECOMMEND])) / 100
        columns |= {"nps_n": recommend.n, "nps_net": net, "nps_bound": nps.score.bound}
    return columns


def _sum(published: Figure, n: int, exact: Fraction) -> Decimal:
    total = exact if published.bound is Bound.exact else exactly(published.value) * n
    return Decimal(total.numerator) / Decimal(total.denominator)


def _texts(questions: Sequence[Answerable], asked: dict[str, Column]) -> list[tuple[str, str]]:
    return [
        (question.id, str(words))
        for question in questions
        if isinstance(question, TextQuestion | LongTextQuestion)
        for words in asked[question.id].values.elements()
    ]
