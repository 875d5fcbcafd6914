"""Rounding of results. A figure is rounded by the one rule of the contracts, a bound to the side on which it holds."""

import math
from decimal import Decimal
from fractions import Fraction

from services.contracts.rounding import rounded

from .schemas import Figure, IntervalRead
from .statistics import Estimate
from .terms import Bound


def exact_figure(value: Fraction | float, digits: int) -> Figure:
    """Return the rounded figure."""
    return Figure(value=float(rounded(value, digits)), bound=Bound.exact)


def bound_figure(value: Fraction, bound: Bound) -> Figure:
    """Return a bound with one decimal: a lower bound is rounded down, an upper one up."""
    tenths = math.floor(value * 10) if bound is Bound.at_least else math.ceil(value * 10)
    return Figure(value=float(Decimal(tenths).scaleb(-1)), bound=bound)


def exactly(value: float | str) -> Fraction:
    """Return a number as the decimal that it is written as."""
    return Fraction(str(value))


def interval_of(estimate: Estimate) -> IntervalRead:
    """Return the rounded interval of an estimate."""
    low, high = (float(rounded(end, 2)) for end in (estimate.low, estimate.high))
    return IntervalRead(low=low, high=high, method=estimate.method)
