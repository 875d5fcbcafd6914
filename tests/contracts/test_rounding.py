"""The one rule of rounding: half away from zero, on exact numbers; and no figure is rounded by another one."""

import ast
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from services.contracts.measures import ratio
from services.contracts.rounding import rounded

SERVICES = Path(__file__).parents[2] / "services"
# Durations in logs and headers, and the invented answers of the demonstration.
NO_FIGURES = {"kernel/web/middleware.py", "kernel/web/rate_limits.py", "kernel/security/tokens.py", "demo/answers.py"}


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        (Fraction(1, 8), 2, "0.13"),
        (Fraction(-1, 8), 2, "-0.13"),
        (Decimal("4.125"), 2, "4.13"),
        (Decimal("4.135"), 2, "4.14"),
        (2.675, 2, "2.68"),
        (1.005, 2, "1.01"),
        (-0.04, 1, "0.0"),
        (5, 2, "5.00"),
        (1e-7, 2, "0.00"),
        (Fraction(2, 3), 1, "0.7"),
        (Decimal(10) ** 20 + Decimal("0.5"), 0, "100000000000000000001"),
    ],
)
def test_the_middle_goes_away_from_zero(value, digits, expected):
    assert str(rounded(value, digits)) == expected


def test_a_share_in_the_middle_goes_up():
    assert ratio("coffee", 1, 16, rows=None).value == Decimal("6.3")  # 6.25; half to even would be 6.2.


def test_nothing_else_rounds_figures():
    calls = {
        path.relative_to(SERVICES).as_posix()
        for path in SERVICES.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and (
            (isinstance(node.func, ast.Name) and node.func.id == "round")
            or (isinstance(node.func, ast.Attribute) and node.func.attr == "round")
        )
    }
    assert calls == NO_FIGURES
