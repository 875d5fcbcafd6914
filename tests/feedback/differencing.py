"""An attacker with integer programming: everything published of some surveys bounds sums over who answered what.

The attacker is a coordinator. He knows who answered which questions (he asked one group to leave a question blank), who
saw which wording, that a question asked again has the same answer, and the answers of people whom he entered himself.
The unknowns are, for each other person and each grade, whether the person gave it. People who answered the same
published questions are alike to every published figure, so the numbers of these people are the unknowns.
A rounded figure is an interval, a bound is an inequality. What is left is searched for a second solution.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations
from math import ceil, inf, sqrt

import numpy as np
import scipy.stats
from scipy.optimize import Bounds, LinearConstraint, milp

from services.feedback.results import statistics

GRADES = range(1, 6)
# How whoever gives a grade answers a question from 0 to 10.
SCORES = {1: 0, 2: 3, 3: 5, 4: 8, 5: 10}
NET = {1: -1, 2: -1, 3: -1, 4: 0, 5: 1}
VALUES = {grade: grade for grade in GRADES}
FEW = 5
# By the bound on a net promoter score: the grades of the group of nearly all.
GROUPS = {80.0: [5], -10.0: [4], -80.0: [1, 2, 3]}
# Of one survey: the people who answered these of the published questions. Of a hidden survey: of all questions.
Group = tuple[str, frozenset[str]]
Unknown = tuple[str, frozenset[str], int]
Row = dict[Unknown, float]
Weights = Mapping[int, float]
Learner = Callable[[Weights, float, float], None]
# Figures have so many decimals that rounding them moves them by no more than this.
HUNDREDTHS, TENTHS, HALVES = 0.005, 0.05, 1e-6


@dataclass(frozen=True)
class Person:
    """Someone who answered: the grade that the person gives wherever it is asked, and the questions answered."""

    answered: frozenset[str]
    grade: int
    is_of_organiser: bool = False


class Programme:
    """Whole numbers of people, and what is known of linear functions of them."""

    def __init__(self) -> None:
        self._columns: dict[Unknown, int] = {}
        self._rows: list[tuple[Mapping[Unknown, float], float, float]] = []
        self._points: list[np.ndarray] = []

    def learn(self, row: Mapping[Unknown, float], low: float, high: float) -> None:
        for unknown in row:
            self._columns.setdefault(unknown, len(self._columns))
        self._rows.append((row, low - HALVES, high + HALVES))
        self._points.clear()

    def is_always(self, row: Mapping[Unknown, float], value: float | None = None) -> bool:
        """Say whether this function has only one value, or only the given one."""
        weights = self._dense(row)
        self._points = self._points or [self._least(weights)]
        seen = {round(float(weights @ point), 3) for point in self._points}
        for direction in (1, -1):
            if len(seen) > 1 or (value is not None and seen != {value}):
                return False
            self._points.append(self._least(direction * weights))
            seen.add(round(float(weights @ self._points[-1]), 3))
        return len(seen) == 1

    def _dense(self, row: Mapping[Unknown, float]) -> np.ndarray:
        weights = np.zeros(len(self._columns))
        for unknown, weight in row.items():
            weights[self._columns[unknown]] = weight
        return weights

    def _least(self, weights: np.ndarray) -> np.ndarray:
        """Return a solution with the least value of the function."""
        matrix = np.array([self._dense(row) for row, _, _ in self._rows])
        known = LinearConstraint(matrix, [low for _, low, _ in self._rows], [high for _, _, high in self._rows])
        found = milp(weights, constraints=known, integrality=np.ones(len(weights)), bounds=Bounds(0, np.inf))
        assert found.success, "a published figure contradicts the others"
        return np.round(found.x)


class Attacker:
    """Learns what is published of surveys, and names the groups of people of whom something follows from it."""

    def __init__(self) -> None:
        self.known, self.sizes = Programme(), Counter[Group]()
        self.own: dict[str, list[Person]] = {}
        self.shown: dict[str, dict[str, Mapping]] = {}
        self.hidden: list[Unknown] = []

    def learn_survey(self, survey: str, people: Iterable[Person], results: Mapping) -> None:
        """Learn the results of one survey. `people` have answers that are counted, or answered a hidden survey."""
        questions = {one["question_id"]: one for one in results["questions"] if one["state"] == "shown"}
        self.shown[survey], self.own[survey] = questions, []
        for person in people:
            if person.is_of_organiser:
                self.own[survey].append(person)
            else:
                alike = person.answered if results["n"] is None else person.answered.intersection(questions)
                self.sizes[survey, alike] += 1
        for group, size in self.sizes.items():
            if group[0] == survey:
                self.known.learn({(*group, grade): 1 for grade in GRADES}, size, size)
        if results["n"] is None:
            self._learn_rate(survey, results)
        for question in questions.values():
            self._learn_question(survey, question, population=results["invited"])

    def _learn_rate(self, survey: str, results: Mapping) -> None:
        """Learn the number of answers to a hidden survey, if its response rate tells it."""
        answers = (survey, frozenset({"answers"}), 0)
        self.hidden.append(answers)
        reached = results["invited"]
        self.known.learn({answers: 1}, 0, reached)
        if results["response_rate"] is not None:
            rate = results["response_rate"] / 100
            self.known.learn({answers: 1}, (rate - TENTHS / 100) * reached, (rate + TENTHS / 100) * reached)

    def _learn_question(self, survey: str, question: Mapping, *, population: int | None) -> None:
        values = SCORES if question["type"] == "nps" else VALUES
        learn = self._learner(survey, question["question_id"])
        n, mean = question["n"], question["mean"]
        _learn_figure(learn, values, mean, n, TENTHS if question["distribution"] is None else HUNDREDTHS)
        grade_of = {str(value): grade for grade, value in values.items()}
        for cell in question["distribution"] or []:
            grade = grade_of.get(cell["value"])
            if grade and cell["count"] is not None:
                learn({grade: 1}, cell["count"], cell["count"])
            elif grade and cell["share"] is not None:
                learn({grade: 1}, ceil(round(cell["share"]["value"] * n / 100, 6)), n)
        if question["median"] is not None:
            learn({grade: 1 for grade, value in values.items() if value < question["median"]}, 0, n // 2)
            learn({grade: 1 for grade, value in values.items() if value > question["median"]}, 0, n // 2)
        if question["deviation"] is not None:
            _learn_spread(learn, values, question, population)
        if question["nps"] is not None:
            _learn_score(learn, question["nps"], n, population)

    def _learner(self, survey: str, question: str) -> Learner:
        """Return the function that learns of a sum of weights over all who answered the question."""
        answered = [person for person in self.own[survey] if question in person.answered]

        def learn(weights: Weights, low: float, high: float) -> None:
            own = sum(weights.get(person.grade, 0) for person in answered)
            self.known.learn(self._row(self._groups(survey, question), weights), low - own, high - own)

        return learn

    def learn_period(self, surveys: Collection[str], figures: Mapping) -> None:
        """Learn the mean grade and the net promoter score over the surveys of a period."""
        mean, score = figures["mean"], figures["nps"]
        if mean is not None:
            self._learn_sum(surveys, "overall", dict(VALUES), (float(mean), figures["n"], HUNDREDTHS))
        if score is not None:
            self._learn_sum(surveys, "recommend", NET, (float(score) / 100, figures["nps_n"], TENTHS / 100))

    def _learn_sum(
        self, surveys: Collection[str], question: str, weights: Weights, told: tuple[float, int, float]
    ) -> None:
        """Learn a mean over surveys. A survey with a bound contributes its bound; only more answers than those that are
        published one by one can be of the hidden surveys.
        """
        mean, n, rounding = told
        known, open_surveys = 0.0, [survey for survey in surveys if not self.shown[survey]]
        published = [survey for survey in surveys if (figure := self._headline(survey, question)) is not None]
        if n == sum(self.shown[survey][question]["n"] for survey in published):
            open_surveys = []
        for survey in published:
            figure = self._headline(survey, question)
            if figure["bound"] == "exact":
                open_surveys.append(survey)
            else:
                scale = 100 if question == "recommend" else 1
                known += figure["value"] / scale * self.shown[survey][question]["n"]
        own = [person for survey in open_surveys for person in self.own[survey] if question in person.answered]
        known += sum(weights[person.grade] for person in own)
        groups = list(chain.from_iterable(self._groups(survey, question) for survey in open_surveys))
        self.known.learn(self._row(groups, weights), (mean - rounding) * n - known, (mean + rounding) * n - known)

    def _headline(self, survey: str, question: str) -> Mapping | None:
        """Return what is published of the mean or the score of a survey."""
        result = self.shown[survey].get(question)
        if result is None or question == "overall":
            return result and result["mean"]
        return result["nps"] and result["nps"]["score"]

    def _groups(self, survey: str, question: str) -> list[Group]:
        return [group for group in self.sizes if group[0] == survey and question in group[1]]

    def _row(self, groups: Iterable[Group], weights: Weights) -> Row:
        return {(*group, grade): weight for group in groups for grade, weight in weights.items() if weight}

    def found(self) -> list[Group]:
        """Return the groups of which a sum or a count is known: of few people any, of more that all gave one grade.

        A hidden survey is found where the number of its answers is known, if it is one to four.
        """
        unions = [[group] for group in self.sizes] + list(self._few())
        found = [union[0] for union in unions if self._is_known(union)]
        return found + [answers[:2] for answers in self.hidden if self.known.is_always({answers: 1})]

    def _few(self) -> Iterator[Sequence[Group]]:
        """Yield the sets of two to four groups of a survey that have fewer than five people together."""
        few = [group for group, size in self.sizes.items() if size < FEW]
        for union in chain.from_iterable(combinations(few, count) for count in range(2, FEW)):
            if len({survey for survey, _ in union}) == 1 and sum(self.sizes[group] for group in union) < FEW:
                yield union

    def _is_known(self, union: Sequence[Group]) -> bool:
        size = sum(self.sizes[group] for group in union)
        each = [self._row(union, {grade: 1}) for grade in GRADES]
        if size < FEW:
            return any(map(self.known.is_always, [*each, self._row(union, VALUES)]))
        return any(self.known.is_always(row, size) for row in each)


def _learn_figure(learn: Learner, values: Weights, figure: Mapping | None, n: int, rounding: float) -> None:
    """Learn a mean, or the bound on it."""
    if figure is None:
        return
    value = figure["value"]
    low, high = {
        "exact": (value - rounding, value + rounding),
        "at_least": (value, max(values.values())),
        "at_most": (min(values.values()), value),
    }[figure["bound"]]
    learn(values, low * n, high * n)


def _learn_spread(learn: Learner, values: Weights, question: Mapping, population: int | None) -> None:
    """Learn the sum of squares from the deviation and from the width of the interval, where the sum is certain."""
    n, mean, interval = question["n"], question["mean"]["value"], question["interval"]
    if n >= 1 / (2 * HUNDREDTHS):
        return
    size = statistics._effective(n, population and max(population, n))  # noqa: SLF001 - The attacker reads the source.
    times = sqrt(size) / scipy.stats.t.ppf((1 + statistics.LEVEL) / 2, n - 1) if size < inf else 0.0
    half = (interval["high"] - interval["low"]) / 2
    spreads = [(question["deviation"], HUNDREDTHS), *([(half * times, HUNDREDTHS * times)] if times else [])]
    for spread, rounding in spreads:
        low, high = (
            (n - 1) * max(0.0, end) ** 2 + round(mean * n) ** 2 / n for end in (spread - rounding, spread + rounding)
        )
        learn({grade: value**2 for grade, value in values.items()}, low, high)


def _learn_score(learn: Learner, nps: Mapping, n: int, population: int | None) -> None:
    """Learn the groups of a net promoter score: from their numbers, or from the score and its interval."""
    score = nps["score"]
    if score["bound"] != "exact":
        learn(dict.fromkeys(GROUPS.get(score["value"], GRADES), 1), ceil(round(0.9 * n, 6)), n)
        return
    net = round(score["value"] * n / 100)
    learn(NET, net, net)
    pairs = [pair for pair in _pairs(net, n) if _has_interval(pair, nps["interval"], n, population)]
    for grades, place in (([5], 0), ([1, 2, 3], 1)):
        counts = [pair[place] for pair in pairs]
        learn(dict.fromkeys(grades, 1), min(counts), max(counts))


def _pairs(net: int, n: int) -> list[tuple[int, int]]:
    """Return the numbers of promoters and detractors with this difference."""
    return [(less + net, less) for less in range(n + 1) if less + net >= 0 and 2 * less + net <= n]


def _has_interval(pair: tuple[int, int], interval: Mapping, n: int, population: int | None) -> bool:
    promoters, detractors = pair
    scores = [10] * promoters + [0] * detractors + [8] * (n - promoters - detractors)
    score = statistics.net_promoters(scores, population=population and max(population, n)).score
    return abs(score.low - interval["low"]) < 2 * HUNDREDTHS and abs(score.high - interval["high"]) < 2 * HUNDREDTHS
