"""Rounding: the one rule by which the figures of all services are rounded."""

from decimal import Decimal
from fractions import Fraction


def rounded(value: Fraction | Decimal | float, digits: int) -> Decimal:
    """Return the value with so many decimals; a value in the middle of two goes away from zero: 0.125 to 0.13.

    The value is taken exactly. A float counts as the decimal that it is written as, so 2.675 is the middle of two.
    """
    exact = Fraction(repr(value)) if isinstance(value, float) else Fraction(value)
    steps = Decimal(_half_up(abs(exact) * 10**digits)).scaleb(-digits)
    return -steps if exact < 0 and steps else steps


def _half_up(value: Fraction) -> int:
    whole, rest = divmod(value.numerator, value.denominator)
    return whole + (2 * rest >= value.denominator)
