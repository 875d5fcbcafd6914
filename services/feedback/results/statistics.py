"""Statistics of scipy, each with the name of its method. scipy is imported at first use, because it starts slowly.

Where the number of people who could have answered is known, each interval is narrower by the finite-population
correction: n answers of N people count as n (N - 1) / (N - n) answers of very many. Source: Cochran, Sampling
Techniques (1977), sections 2.6 and 3.2. Where all answered, nothing is left to estimate: the interval is the figure.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

LEVEL: Final = 0.95
# The frequentist small-sample correction for a net score: Rocks (2016), "Interval estimation for the Net Promoter
# Score", The American Statistician 70(4): three observations are added, split 3/4, 3/2, 3/4.
_ADDED: Final = 3.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % confidence interval."""

    value: float
    low: float
    high: float
    method: str


@dataclass(frozen=True, slots=True)
class NetPromoters:
    """A net promoter score in points -100 to 100 with the three groups behind it."""

    score: Estimate
    promoters: int
    passives: int
    detractors: int


def engine() -> str:
    """Return the software that computes the figures, for the record."""
    import scipy  # noqa: PLC0415 - Slow to start; see above.

    return f"scipy {scipy.__version__}"


def mean_interval(values: Sequence[float], *, population: int | None = None) -> Estimate:
    """Return the mean with a t interval. Requires: at least two values.

    `population` counts all people who could have answered, those of `values` among them.
    """
    import numpy as np  # noqa: PLC0415
    from scipy import stats  # noqa: PLC0415

    n = len(values)
    mean = float(np.mean(values))
    spread = float(np.std(values, ddof=1)) / math.sqrt(_effective(n, population))
    method = _named("t interval", population)
    if spread == 0:
        return Estimate(mean, mean, mean, method)
    low, high = stats.t.interval(LEVEL, n - 1, loc=mean, scale=spread)
    return Estimate(mean, float(low), float(high), method)


def deviation(values: Sequence[float]) -> float:
    """Return the sample standard deviation (n - 1). Requires: at least two values."""
    import numpy as np  # noqa: PLC0415

    return float(np.std(values, ddof=1))


def median(values: Sequence[float]) -> float:
    """Return the middle value. Requires: at least one."""
    import numpy as np  # noqa: PLC0415

    return float(np.median(values))


def share_interval(count: int, of: int, *, population: int | None = None) -> Estimate:
    """Return a share in per cent with Wilson's interval. Requires: `of` is positive."""
    share, n = count / of, _effective(of, population)
    method = _named("Wilson", population)
    if math.isinf(n):
        return Estimate(100 * share, 100 * share, 100 * share, method)
    # scipy has this interval for whole numbers of answers only; an effective number is none.
    z = _normal_quantile()
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return Estimate(100 * share, 100 * max(0.0, middle - half), 100 * min(1.0, middle + half), method)


def net_promoters(scores: Sequence[int], *, population: int | None = None) -> NetPromoters:
    """Return the net promoter score of answers 0 to 10, with an adjusted-Wald interval.

    Requires: at least one answer.
    """
    n = len(scores)
    promoters = sum(score >= 9 for score in scores)
    detractors = sum(score <= 6 for score in scores)
    net, method = 100 * (promoters - detractors) / n, _named("adjusted Wald", population)
    size = _effective(n, population)
    if math.isinf(size):
        return NetPromoters(Estimate(net, net, net, method), promoters, n - promoters - detractors, detractors)
    more = (promoters / n * size + _ADDED / 4) / (size + _ADDED)
    less = (detractors / n * size + _ADDED / 4) / (size + _ADDED)
    half = _normal_quantile() * math.sqrt((more + less - (more - less) ** 2) / (size + _ADDED))
    middle = more - less
    score = Estimate(net, 100 * max(-1.0, middle - half), 100 * min(1.0, middle + half), method)
    return NetPromoters(score, promoters, n - promoters - detractors, detractors)


def _effective(n: int, population: int | None) -> float:
    """Return how many answers of very many people say as much as `n` answers of the population."""
    if population is None:
        return n
    return math.inf if population <= n else n * (population - 1) / (population - n)


def _named(method: str, population: int | None) -> str:
    return method if population is None else f"{method}, finite population"


def _normal_quantile() -> float:
    from scipy import stats  # noqa: PLC0415

    return float(stats.norm.ppf((1 + LEVEL) / 2))
