"""Joining people to contents by clues, and telling whether the joins are better than chance.

A clue gives a number to some of the people or of the contents of a survey: a transaction, a place in a file, a length.
The attacker puts both in the order of a clue and joins the first to the first, or joins those that lie nearest. Chance
is the best of all these ways where the contents are dealt out to the people by lot.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linear_sum_assignment

DEALS = 2000
Numbers = dict[int, float]


@dataclass(slots=True)
class Evidence:
    """What the attacker knows of one survey. Person k gave content k: the attacker does not look at that."""

    contents_count: int
    people: dict[str, Numbers] = field(default_factory=dict)
    contents: dict[str, Numbers] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The best way of joining: how many people it joins to their own content, and how likely that is by chance."""

    way: str
    hits: int
    people: int
    probability: float
    expected: float


def judge(surveys: Sequence[Evidence], *, seed: int = 20260915) -> Verdict:
    """Return how well the attacker's best way joins people to their contents over all surveys."""
    lots = np.random.default_rng(seed)
    hits: dict[str, int] = defaultdict(int)
    by_chance: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(DEALS, dtype=int))
    for survey in surveys:
        deals = lots.permuted(np.tile(np.arange(survey.contents_count), (DEALS, 1)), axis=1)
        for way, pairs in _ways(survey, lots):
            hits[way] += sum(person == content for person, content in pairs)
            people, contents = np.array(pairs).T
            by_chance[way] += (deals[:, contents] == people).sum(axis=1)
    people_count = sum(survey.contents_count for survey in surveys)
    if not hits:
        return Verdict("no clue", 0, people_count, 1.0, 0.0)
    best = max(hits, key=lambda way: hits[way])
    chance = np.max(np.stack(list(by_chance.values())), axis=0)
    as_good = int((chance >= hits[best]).sum())
    return Verdict(best, hits[best], people_count, (1 + as_good) / (1 + DEALS), float(chance.mean()))


def _ways(survey: Evidence, lots: np.random.Generator) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    for person_clue, people in survey.people.items():
        for content_clue, contents in survey.contents.items():
            if people and contents:
                name = f"{person_clue} with {content_clue}"
                first, second = _in_order(people, lots), _in_order(contents, lots)
                yield f"{name}, in order", list(zip(first, second, strict=False))
                yield f"{name}, in reverse", list(zip(first, reversed(second), strict=False))
                yield f"{name}, nearest", _nearest(people, contents, first, second)


def _in_order(numbers: Numbers, lots: np.random.Generator) -> list[int]:
    """Return those who have a number in the order of the numbers, and equal ones in an order drawn by lot.

    Any other order of equal ones would be one that the attacker does not know.
    """
    shuffled = [list(numbers)[position] for position in lots.permutation(len(numbers))]
    return sorted(shuffled, key=lambda label: numbers[label])


def _nearest(
    people: Numbers, contents: Numbers, shuffled_people: Sequence[int], shuffled_contents: Sequence[int]
) -> list[tuple[int, int]]:
    """Return the pairs whose numbers lie nearest in sum."""
    left = np.array([people[person] for person in shuffled_people], dtype=float)
    right = np.array([contents[content] for content in shuffled_contents], dtype=float)
    rows, columns = linear_sum_assignment(np.abs(left[:, None] - right[None, :]))
    return [(shuffled_people[row], shuffled_contents[column]) for row, column in zip(rows, columns, strict=True)]


def judge_who(surveys: Sequence[tuple[dict[str, Numbers], Collection[int]]], *, seed: int = 20260915) -> Verdict:
    """Return how well one clue tells who answered: `hits` of those who answered are among as many of its greatest.

    Each survey has the clues to all its people, and the people who answered.
    """
    lots = np.random.default_rng(seed)
    hits: dict[str, int] = defaultdict(int)
    by_chance: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(DEALS, dtype=int))
    for clues, answered in surveys:
        everybody = sorted({person for numbers in clues.values() for person in numbers})
        deals = lots.permuted(np.tile(everybody, (DEALS, 1)), axis=1)[:, : len(answered)]
        for clue, numbers in clues.items():
            ranked = _in_order({person: numbers.get(person, -1.0) for person in everybody}, lots)
            for name, named in (("greatest", ranked[-len(answered) :]), ("least", ranked[: len(answered)])):
                hits[f"{clue}, {name}"] += len(set(named) & set(answered))
                by_chance[f"{clue}, {name}"] += np.isin(deals, named).sum(axis=1)
    best = max(hits, key=lambda way: hits[way])
    chance = np.max(np.stack(list(by_chance.values())), axis=0)
    as_good = int((chance >= hits[best]).sum())
    people_count = sum(len(answered) for _, answered in surveys)
    return Verdict(best, hits[best], people_count, (1 + as_good) / (1 + DEALS), float(chance.mean()))
