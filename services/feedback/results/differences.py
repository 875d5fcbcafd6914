"""Differences: which questions are published side by side, so that no combination of their figures concerns few people.

The people are divided into equivalence classes by the published questions that they answered. Each figure that follows
from the published ones treats the people of one class alike: it can concern a class, not one person in it. So every
class has at least five people, and their answers to one question are not nearly all the same. The organiser knows the
answers of the people who were entered by the organiser; so the same holds without these people.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from services.contracts.disclosure import is_small

from .tallying import AnsweredBy, Column, Pattern, Tally, Value
from .terms import NEARLY_ALL
from .uniformity import majority, nearly_all

# By the published questions that the people of a class answered: the patterns of these people.
Classes = dict[frozenset[str], list[Pattern]]


@dataclass(frozen=True, slots=True)
class People:
    """A number of people, and how many of them are independent: not entered by the organiser."""

    n: int
    independents: int

    def is_few(self) -> bool:
        """Say whether one to four people are here, or one to four independent ones."""
        return is_small(self.n) or is_small(self.independents)

    def lies_near(self, other: "People") -> bool:
        """Say whether the difference of the two numbers is a number of one to four people."""
        return is_small(abs(self.n - other.n)) or is_small(abs(self.independents - other.independents))


def counted(tally: Tally, patterns: Iterable[Pattern]) -> People:
    """Return the number of people of the patterns."""
    n = independents = 0
    for pattern in patterns:
        people = tally.people(pattern)
        n += people
        independents += 0 if pattern.entered_by_organiser else people
    return People(n, independents)


def without_few(tally: Tally, patterns: Collection[Pattern], key: Callable[[Pattern], Hashable]) -> list[Pattern]:
    """Return the patterns without those of groups of few people, who lose their answers. All others keep theirs."""
    groups: dict[Hashable, list[Pattern]] = {}
    for pattern in patterns:
        groups.setdefault(key(pattern), []).append(pattern)
    return [pattern for group in groups.values() if not counted(tally, group).is_few() for pattern in group]


def publishable(
    tally: Tally, patterns: Collection[Pattern], candidates: Sequence[str], answered_by: AnsweredBy
) -> list[str]:
    """Return the questions to publish: each candidate in turn that may stand beside those before it."""
    published: list[str] = []
    classes: Classes = {frozenset(): list(patterns)}
    for candidate in candidates:
        finer = _divided(classes, candidate, answered_by)
        together = [*published, candidate]
        changed = together if len(finer) > len(classes) else [candidate]
        if _are_apart(tally, finer, together) and not _is_any_uniform(tally, finer, changed, answered_by):
            published, classes = together, finer
    return published


def _divided(classes: Classes, question_id: str, answered_by: AnsweredBy) -> Classes:
    finer: Classes = {}
    for answered, patterns in classes.items():
        for pattern in patterns:
            own = answered | {question_id} if question_id in answered_by(pattern) else answered
            finer.setdefault(own, []).append(pattern)
    return finer


def _are_apart(tally: Tally, classes: Classes, published: Sequence[str]) -> bool:
    """Say whether no class has few people, and no two published numbers of people differ by few."""
    people: dict[frozenset[str], People] = {}
    for answered, patterns in classes.items():
        people[answered] = counted(tally, patterns)
        if people[answered].is_few():
            return False
    numbers = {_total(people.values())}
    numbers |= {_total(group for answered, group in people.items() if name in answered) for name in published}
    return not any(number.lies_near(other) for number, other in combinations(numbers, 2))


def _total(groups: Iterable[People]) -> People:
    listed = list(groups)
    return People(sum(group.n for group in listed), sum(group.independents for group in listed))


def _is_any_uniform(tally: Tally, classes: Classes, question_ids: Sequence[str], answered_by: AnsweredBy) -> bool:
    """Say whether the figures might show that the people of a class gave nearly all the same answer to a question."""
    listed = [pattern for patterns in classes.values() for pattern in patterns]
    wholes = tally.columns(question_ids, listed, answered_by)
    for answered, patterns in classes.items():
        columns = tally.columns(answered.intersection(question_ids), patterns, answered_by)
        if any(_shows_uniform(column, wholes[question_id]) for question_id, column in columns.items()):
            return True
    return False


def _shows_uniform(part: Column, whole: Column) -> bool:
    """Say whether the published figures and all other answers together show nearly uniform answers of a class.

    Of the whole, exact figures are published, or only how many people gave a value at least. Where the people of the
    class are all who answered the question, `disclose` decides.
    """
    found = majority(whole)
    if found is None:
        return (part.n < whole.n and bool(nearly_all(part.values, part.n))) or (
            part.independents < whole.independents and bool(nearly_all(part.independent_values, part.independents))
        )
    return any(_is_forced(part, whole, value) for value in found.values)


def _is_forced(part: Column, whole: Column, value: Value) -> bool:
    """Say whether "nearly all of the whole gave the value" means that nearly all of the class did."""
    is_of_all = bool(nearly_all(whole.values, whole.n))
    least = NEARLY_ALL * (whole.n if is_of_all else whole.independents)
    elsewhere = whole.values[value] - part.values[value]
    by_organiser = whole.values[value] - whole.independent_values[value]
    own_least = least - (by_organiser if is_of_all else 0)
    own_elsewhere = whole.independent_values[value] - part.independent_values[value]
    return (is_of_all and part.n < whole.n and least - elsewhere >= NEARLY_ALL * part.n) or (
        0 < part.independents < whole.independents and own_least - own_elsewhere >= NEARLY_ALL * part.independents
    )
