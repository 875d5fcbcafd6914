"""Differences: which questions are published side by side, so that no combination of their figures concerns few people.

The people are divided into equivalence classes by the published questions that they answered. Each figure that follows
from the published ones treats the people of one class alike: it can concern a class, not one person in it. So every
class has at least five people, and no question is published that might show the answers of a class to be all the same.
That a question is hidden must not show this either, so four of five people who agree are enough to hide it. Where
nearly all people agree, those of some class do: then each question that not all answered is hidden.
The organiser knows the answers of the people who were entered by the organiser; so the same holds without these people.
"""

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from services.contracts.disclosure import is_small

from .net_scores import by_group
from .small_values import shown_values
from .tallying import AnsweredBy, Column, Pattern, Tally
from .uniformity import agree

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
    tally: Tally,
    patterns: Collection[Pattern],
    candidates: Sequence[str],
    answered_by: AnsweredBy,
    *,
    scores: Collection[str],
) -> list[str]:
    """Return the questions to publish: each candidate in turn that may stand beside those before it.

    Of those among `scores` the groups of a net promoter score are published, too.
    """
    published: list[str] = []
    classes: Classes = {frozenset(): list(patterns)}
    for candidate in candidates:
        finer = _divided(classes, candidate, answered_by)
        together = [*published, candidate]
        changed = together if len(finer) > len(classes) else [candidate]
        if _are_apart(tally, finer, together):
            parts = _parts_and_wholes(tally, finer, changed, answered_by)
            if not any(_shows_uniform(*pair, is_score=name in scores) for name, *pair in parts):
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


def _parts_and_wholes(
    tally: Tally, classes: Classes, question_ids: Sequence[str], answered_by: AnsweredBy
) -> Iterator[tuple[str, Column, Column]]:
    """Yield for each class and question what the people of the class answered, and what all people did."""
    listed = [pattern for patterns in classes.values() for pattern in patterns]
    wholes = tally.columns(question_ids, listed, answered_by)
    for answered, patterns in classes.items():
        columns = tally.columns(answered.intersection(question_ids), patterns, answered_by)
        yield from ((question_id, column, wholes[question_id]) for question_id, column in columns.items())


def _shows_uniform(part: Column, whole: Column, *, is_score: bool) -> bool:
    """Say whether the figures of the whole, less all other answers, might show what each person of a class answered.

    A class agrees too where its people are of one group of a net promoter score. Of several choices each is a question
    of its own, also for those who did not choose a shown one. Where the people of the class are all who answered the
    question, `disclose` decides.
    """
    if (part.n, part.independents) == (whole.n, whole.independents):
        return False
    return _agrees(part, whole) or (is_score and _agrees(by_group(part), by_group(whole)))


def _agrees(part: Column, whole: Column) -> bool:
    columns = [(part.values, part.n), (part.independent_values, part.independents)]
    if whole.is_of_several:
        shown = shown_values(whole, adds_up=False)
        columns += [(Counter({value: n - values[value] for value in shown}), n) for values, n in columns]
    return any(agree(values, n) for values, n in columns)
