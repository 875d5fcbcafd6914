"""The net promoter score of a question, or the bounds on it where nearly all people are of one of its groups."""

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from fractions import Fraction

from . import statistics
from .rounding import bound_figure, exact_figure, interval_of
from .schemas import Figure, NpsRead
from .tallying import Column, Value
from .terms import Bound
from .uniformity import majority


class Group(StrEnum):
    """The three groups of a net promoter score."""

    promoters = "promoters"
    passives = "passives"
    detractors = "detractors"


def exact_score(scores: Sequence[int], *, population: int | None) -> NpsRead:
    """Return the score with its interval and its groups. Requires: no group has nearly all people."""
    net = statistics.net_promoters(scores, population=population)
    return NpsRead(
        score=exact_figure(Fraction(100 * (net.promoters - net.detractors), len(scores)), 1),
        interval=interval_of(net.score),
        promoters=net.promoters,
        passives=net.passives,
        detractors=net.detractors,
    )


def bounds(column: Column) -> tuple[NpsRead, Figure] | None:
    """Return the bound on the score and the one on the mean; None where no group has nearly all people."""
    found = majority(_by_group(column))
    if found is None:
        return None
    share, (group,) = found.share, found.values
    match Group(str(group)):
        case Group.promoters:
            return _score(2 * share - 1, Bound.at_least), bound_figure(9 * share, Bound.at_least)
        case Group.passives:
            return _score(share - 1, Bound.at_least), bound_figure(7 * share, Bound.at_least)
        case Group.detractors:
            return _score(1 - 2 * share, Bound.at_most), bound_figure(6 * share + 10 * (1 - share), Bound.at_most)


def _score(net: Fraction, bound: Bound) -> NpsRead:
    score = bound_figure(100 * net, bound)
    return NpsRead(score=score, interval=None, promoters=None, passives=None, detractors=None)


def _by_group(column: Column) -> Column:
    return Column(column.n, column.independents, _grouped(column.values), _grouped(column.independent_values))


def _grouped(values: Mapping[Value, int]) -> Counter[Value]:
    groups: Counter[Value] = Counter()
    for value, count in values.items():
        groups[_group_of(int(value))] += count
    return groups


def _group_of(score: int) -> Group:
    if score >= 9:
        return Group.promoters
    return Group.passives if score >= 7 else Group.detractors
