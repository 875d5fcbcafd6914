"""An attacker who subtracts: everything published of some surveys becomes linear equations, which are solved exactly.

The attacker is a coordinator. He knows who answered which questions (he asked one group to leave a question blank), who
saw which wording, that a question asked again has the same answer, and the answers of people whom he entered himself.
The unknowns are, for each other person and each grade, whether the person gave it. People who answered the same
published questions are alike to every equation, so their sums are the unknowns, and the attacker finds either a whole
group or nobody.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain, combinations
from math import ceil

GRADES = range(1, 6)
# How whoever gives a grade answers a question from 0 to 10.
SCORES = {1: 0, 2: 3, 3: 5, 4: 8, 5: 10}
# By the bound on a net promoter score: the grades of the group of nearly all.
GROUPS = {80.0: [5], -10.0: [4], -80.0: [1, 2, 3]}
# Of one survey: the people who answered these published questions, and a grade.
Group = tuple[str, frozenset[str]]
Unknown = tuple[str, frozenset[str], int]
Row = dict[Unknown, Fraction]


@dataclass(frozen=True)
class Person:
    """Someone who answered: the grade that the person gives wherever it is asked, and the questions answered."""

    answered: frozenset[str]
    grade: int
    is_of_organiser: bool = False


@dataclass
class Equations:
    """What follows from sums: equations in echelon form, each with its right side."""

    rows: dict[Unknown, tuple[Row, Fraction]] = field(default_factory=dict)

    def learn(self, row: Mapping[Unknown, int], total: int) -> None:
        rest, known = self._reduced(row, total)
        if not rest:
            assert known == 0, "a published figure contradicts the others"
            return
        lead, factor = next(iter(rest.items()))
        self.rows[lead] = ({name: value / factor for name, value in rest.items()}, known / factor)

    def value_of(self, row: Mapping[Unknown, int]) -> Fraction | None:
        """The value of a sum of unknowns, if the equations determine it."""
        rest, known = self._reduced(row, 0)
        return None if rest else -known

    def _reduced(self, row: Mapping[Unknown, int], total: int) -> tuple[Row, Fraction]:
        rest, known = {name: Fraction(value) for name, value in row.items() if value}, Fraction(total)
        while (lead := next((name for name in rest if name in self.rows), None)) is not None:
            factor, (other, right) = rest[lead], self.rows[lead]
            known -= factor * right
            for name, value in other.items():
                rest[name] = rest.get(name, Fraction(0)) - factor * value
                if not rest[name]:
                    del rest[name]
        return rest, known


class Attacker:
    """Learns what is published of surveys, and names the groups of people whose answers follow from it."""

    def __init__(self) -> None:
        self.equations, self.sizes = Equations(), Counter[Group]()
        self.own: dict[str, list[Person]] = {}
        # "At least so many people of these groups gave one of these grades."
        self.bounds: list[tuple[list[Group], Collection[int], int]] = []

    def learn_survey(self, survey: str, people: Iterable[Person], results: Iterable[Mapping[str, object]]) -> None:
        """Learn the results of one survey, of which these people's answers are counted."""
        shown = [question for question in results if question["state"] == "shown"]
        published = {question["question_id"] for question in shown}
        self.own[survey] = []
        for person in people:
            if person.is_of_organiser:
                self.own[survey].append(person)
            else:
                self.sizes[survey, person.answered & published] += 1
        for (owner, answered), size in self.sizes.items():
            if owner == survey:
                self.equations.learn({(owner, answered, grade): 1 for grade in GRADES}, size)
        for question in shown:
            self._learn_question(survey, question)

    def _learn_question(self, survey: str, question: Mapping[str, object]) -> None:
        name, mean, n = question["question_id"], question["mean"], question["n"]
        values = SCORES if question["type"] == "nps" else {grade: grade for grade in GRADES}
        grade_of = {str(value): grade for grade, value in values.items()}
        if mean["bound"] == "exact" and n < 10:  # To one decimal, it has one possible sum.
            self._learn_sum(survey, name, values, round(mean["value"] * n))
        for cell in question["distribution"] or []:
            grade = grade_of.get(cell["value"])
            if grade and cell["count"] is not None:
                self._learn_sum(survey, name, {grade: 1}, cell["count"])
            elif grade and cell["share"] is not None:
                self._learn_bound(survey, name, [grade], cell["share"]["value"] * n / 100)
        if question["nps"] and question["nps"]["promoters"] is None:
            self._learn_bound(survey, name, GROUPS.get(question["nps"]["score"]["value"], GRADES), 0.9 * n)

    def _learn_sum(self, survey: str, question: str, weights: Mapping[int, int], total: int) -> None:
        known = sum(weights.get(person.grade, 0) for person in self.own[survey] if question in person.answered)
        groups = self._groups(survey, question)
        row = {(*group, grade): weight for group in groups for grade, weight in weights.items()}
        self.equations.learn(row, total - known)

    def _learn_bound(self, survey: str, question: str, grades: Collection[int], least: float) -> None:
        known = sum(person.grade in grades for person in self.own[survey] if question in person.answered)
        self.bounds.append((self._groups(survey, question), grades, ceil(round(least, 6)) - known))

    def learn_period(self, surveys: Collection[str], total: int) -> None:
        """Learn the sum of the grades over the surveys of a period."""
        own = [person for survey in surveys for person in self.own[survey] if "overall" in person.answered]
        groups = [group for survey in surveys for group in self._groups(survey, "overall")]
        row = {(*group, grade): grade for group in groups for grade in GRADES}
        self.equations.learn(row, total - sum(person.grade for person in own))

    def _groups(self, survey: str, question: str) -> list[Group]:
        return [group for group in self.sizes if group[0] == survey and question in group[1]]

    def found(self) -> list[Group]:
        """Return the groups whose answers are known: of few people a sum, of any number that all gave one grade."""
        by_survey = [[group for group in self.sizes if group[0] == survey] for survey in self.own]
        unions = chain.from_iterable(
            combinations(groups, count)
            for groups in by_survey
            for count in range(1, (len(groups) if len(groups) <= 5 else 1) + 1)
        )
        return [union[0] for union in unions if self._is_known(union)]

    def _is_known(self, union: Collection[Group]) -> bool:
        size = sum(self.sizes[group] for group in union)
        counts = [self._value(union, {grade: 1}) for grade in GRADES]
        total = self._value(union, {grade: grade for grade in GRADES})
        if size < 5 and (total is not None or any(count is not None for count in counts)):
            return True
        return size in counts or total in {size * GRADES[0], size * GRADES[-1]} or self._is_forced(union, size)

    def _is_forced(self, union: Collection[Group], size: int) -> bool:
        """Say whether a bound and what is known of its other groups leave this union one possibility."""
        for groups, grades, least in self.bounds:
            if len(grades) == 1 and set(union) <= set(groups):
                others = self._value([group for group in groups if group not in union], dict.fromkeys(grades, 1))
                if others is not None and least - others >= size and len(union) < len(groups):
                    return True
        return False

    def _value(self, groups: Iterable[Group], weights: Mapping[int, int]) -> Fraction | None:
        return self.equations.value_of(
            {(*group, grade): weight for group in groups for grade, weight in weights.items()}
        )
