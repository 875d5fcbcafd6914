"""The net promoter score of a question, or the bounds on it where nearly all people are of one of its groups."""

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from fractions import Fraction

from . import statistics
from .rounding import bound_figure, exact_figure, interval_of
from .schemas import Figure, NpsRead
from .small_values import shown_values
from .tallying import Column, Value
from .terms import Bound
from .uniformity import majority


class Group(StrEnum):
    """The three groups of a net promoter score."""

    promoters = "promoters"
    passives = "passives"
    detractors = "detractors"


def exact_score(column: Column, *, population: int | None) -> NpsRead:
    """Return the score with its interval, and its groups where all of them may be shown.

    Requires: no group has nearly all people.
    """
    net = statistics.net_promoters([int(value) for value in column.values.elements()], population=population)
    groups = by_group(column)
    counts = {group: groups.values[group] if _are_shown(groups) else None for group in Group}
    return NpsRead(
        score=exact_figure(100 * net_of(column) / column.n, 1),
        interval=interval_of(net.score),
        promoters=counts[Group.promoters],
        passives=counts[Group.passives],
        detractors=counts[Group.detractors],
    )


def net_of(column: Column) -> Fraction:
    """Return the number of promoters less that of detractors."""
    groups = _grouped(column.values)
    return Fraction(groups[Group.promoters] - groups[Group.detractors])


def shown_bars(column: Column) -> frozenset[Value]:
    """Return the scores of which the number of people is shown: none where the groups are not.

    The groups are shown all or none: two of them follow from the third and the score. The bars of a group add up to it.
    """
    if not _are_shown(by_group(column)):
        return frozenset()
    return frozenset().union(*(shown_values(_part(column, group), adds_up=True) for group in Group))


def _are_shown(groups: Column) -> bool:
    return shown_values(groups, adds_up=True) == groups.values.keys()


def _part(column: Column, group: Group) -> Column:
    """Return the people of one group."""
    values, own = (
        Counter({value: count for value, count in counts.items() if _group_of(int(value)) is group})
        for counts in (column.values, column.independent_values)
    )
    return Column(values.total(), own.total(), values, own)


def bounds(column: Column) -> tuple[NpsRead, Figure] | None:
    """Return the bound on the score and the one on the mean; None where no group has nearly all people."""
    found = majority(by_group(column))
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


def by_group(column: Column) -> Column:
    """Return the numbers of promoters, passives and detractors."""
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
