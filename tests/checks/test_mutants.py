"""The judging of mutants: what mutants are named by, which tests judge them, and what a report finds wrong."""

import pytest

from services.checks.mutants.command import listed_mutants, report, run_mutants
from services.checks.mutants.judging import Result
from services.checks.mutants.rules import RULES
from services.checks.mutants.sources import Mutant, mutate
from services.kernel.settings import ROOT

CODE = """
class Door:
    def is_open(self, hour):
        return hour >= 8

def _half(number):
    return number / 2
"""
MUTANTS = [
    Mutant(f"rules.x_f__mutmut_{number}", "rules.x_f", f"return {number} => return None") for number in range(10)
]


def test_a_mutant_is_named_by_its_function_and_its_change(tmp_path):
    (tmp_path / "rules.py").write_text(CODE)
    (module,) = mutate(tmp_path, ["*.py"])
    assert [mutant.key() for mutant in module.mutants] == [
        ("rules.Door.is_open", "return hour >= 8 => return hour > 8"),
        ("rules.Door.is_open", "return hour >= 8 => return hour >= 9"),
        ("rules._half", "return number / 2 => return number * 2"),
        ("rules._half", "return number / 2 => return number / 3"),
    ]


def test_a_module_without_mutants_is_left_out(tmp_path):
    (tmp_path / "terms.py").write_text("HOURS = 24\n")
    assert mutate(tmp_path, ["*.py"]) == []


@pytest.mark.parametrize("name", RULES)
def test_the_tests_of_a_kind_of_rule_exist_and_so_do_its_modules(name):
    assert [test for test in RULES[name].tests if not (ROOT / test).exists()] == []
    assert [pattern for pattern in RULES[name].sources if not list(ROOT.glob(pattern))] == []


def test_a_listed_mutant_is_of_a_function_that_exists_and_has_its_reason():
    modules = {
        ".".join(file.relative_to(ROOT).with_suffix("").parts): file.read_text(encoding="utf-8")
        for rules in RULES.values()
        for pattern in rules.sources
        for file in ROOT.glob(pattern)
    }
    for (function, _), reason in listed_mutants().items():
        module = next(name for name in modules if function.startswith(f"{name}."))
        assert f"def {function.rpartition('.')[2]}(" in modules[module]
        assert reason


@pytest.mark.parametrize(
    ("survived", "listed", "faults"),
    [
        (2, [], 0),
        (3, [], 1),
        (3, [0, 1, 2], 0),
        (3, [0, 1], 1),
        (2, [0], 0),
        # A reason that is no longer needed.
        (0, [9], 1),
    ],
)
def test_a_package_passes_with_four_fifths_killed_or_every_survivor_listed(capsys, survived, listed, faults):
    reasons = {MUTANTS[number].key(): "It changes nothing." for number in listed}
    assert len(list(report("rules", Result(MUTANTS, MUTANTS[:survived]), reasons))) == faults
    assert f"{10 - survived} of 10 killed" in capsys.readouterr().out


def test_rules_that_do_not_exist_are_refused_by_name(capsys):
    assert run_mutants(["seats", "colours"]) == 2
    assert "colours" in capsys.readouterr().out
