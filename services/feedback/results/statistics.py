"""Statistics of scipy, each with the name of its method. scipy is imported at first use, because it starts slowly."""

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
    """Return the mean with a t interval; narrower where the whole population is known to be small.

    Requires: at least two values. `population` counts all people who could have answered.
    """
    import numpy as np  # noqa: PLC0415
    from scipy import stats  # noqa: PLC0415

    mean, spread = float(np.mean(values)), float(stats.sem(values))
    method = "t interval"
    if population is not None and population >= len(values):
        spread *= math.sqrt((population - len(values)) / (population - 1))
        method = "t interval, finite population"
    if spread == 0:
        return Estimate(mean, mean, mean, method)
    low, high = stats.t.interval(LEVEL, len(values) - 1, loc=mean, scale=spread)
    return Estimate(mean, float(low), float(high), method)


def deviation(values: Sequence[float]) -> float:
    """Return the sample standard deviation (n - 1). Requires: at least two values."""
    import numpy as np  # noqa: PLC0415

    return float(np.std(values, ddof=1))


def median(values: Sequence[float]) -> float:
    """Return the middle value. Requires: at least one."""
    import numpy as np  # noqa: PLC0415

    return float(np.median(values))


def share_interval(count: int, of: int) -> Estimate:
    """Return a share in per cent with Wilson's interval. Requires: `of` is positive."""
    from scipy import stats  # noqa: PLC0415

    interval = stats.binomtest(count, of).proportion_ci(LEVEL, method="wilson")
    return Estimate(100 * count / of, 100 * float(interval.low), 100 * float(interval.high), "Wilson")


def net_promoters(scores: Sequence[int]) -> NetPromoters:
    """Return the net promoter score of answers 0 to 10, with an adjusted-Wald interval.

    Requires: at least one answer.
    """
    from scipy import stats  # noqa: PLC0415

    n = len(scores)
    promoters = sum(score >= 9 for score in scores)
    detractors = sum(score <= 6 for score in scores)
    more = (promoters + _ADDED / 4) / (n + _ADDED)
    less = (detractors + _ADDED / 4) / (n + _ADDED)
    half = float(stats.norm.ppf((1 + LEVEL) / 2)) * math.sqrt((more + less - (more - less) ** 2) / (n + _ADDED))
    middle = more - less
    score = Estimate(
        100 * (promoters - detractors) / n,
        100 * max(-1.0, middle - half),
        100 * min(1.0, middle + half),
        "adjusted Wald",
    )
    return NetPromoters(score, promoters, n - promoters - detractors, detractors)
