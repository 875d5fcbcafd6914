"""The measures contract: every field of a figure, in each state that a service can answer with."""

from decimal import Decimal

import pytest

from services.contracts import measures
from services.contracts.measures import MeasureState, catalogue, counted, further, mean, measure_names, ratio

NOTHING = {
    **dict.fromkeys(("value", "qualifier", "numerator", "denominator", "n", "reason")),
    "key": "coffee",
    "unit": "kpl",
    "parts": [],
    "extra": [],
    "lists": [],
    "missing": [],
    "rows": "/rows",
    "definition_version": 2,
}
EXTRA = further("events", 2, "kpl")


@pytest.mark.parametrize(("value", "state"), [(0, "zero"), (1, "value"), (Decimal("0.5"), "value")])
def test_a_count_of_nothing_is_zero_and_any_other_a_value(value, state):
    assert counted("coffee", value, rows="/rows").model_dump() == {**NOTHING, "state": state, "value": Decimal(value)}
    assert counted("coffee", value, rows="/rows", extra=[EXTRA]).extra == [EXTRA]


@pytest.mark.parametrize(
    ("numerator", "denominator", "state", "value"),
    [
        (0, 8, "zero", "0.0"),
        (1, 8, "value", "12.5"),
        (2, 3, "value", "66.7"),
        (8, 8, "value", "100.0"),
        (1, 1, "value", "100.0"),
    ],
)
def test_a_share_is_in_per_cent_to_one_decimal_with_what_it_is_made_of(numerator, denominator, state, value):
    told = ratio("coffee", numerator, denominator, rows="/rows")
    made_of = {"numerator": Decimal(numerator), "denominator": Decimal(denominator), "n": denominator}
    assert told.model_dump() == {**NOTHING, **made_of, "state": state, "value": Decimal(value)}
    assert str(told.value) == value


def test_a_share_of_nothing_is_no_data():
    assert ratio("coffee", 0, 0, rows="/rows").model_dump() == {
        **NOTHING,
        "state": "no_data",
        "reason": "no_denominator",
    }


def test_a_mean_is_a_value_with_the_number_of_answers_behind_it():
    told = mean("coffee", Decimal("4.2"), n=12, rows="/rows", extra=[EXTRA])
    assert told.model_dump() == {
        **NOTHING,
        "state": "value",
        "value": Decimal("4.2"),
        "n": 12,
        "extra": [EXTRA.model_dump()],
    }
    assert mean("coffee", Decimal(0), n=12, rows=None).state == MeasureState.value


def test_a_figure_without_a_value_says_why():
    told = measures.without_value("coffee", MeasureState.hidden, reason="small_count", rows="/rows")
    assert told.model_dump() == {**NOTHING, "state": "hidden", "reason": "small_count"}
    assert measures.without_value("coffee", MeasureState.hidden, reason="small_count").rows is None


def test_each_measure_belongs_to_one_service_and_has_a_row_and_a_name():
    services = [measures.keys_of(name) for name in ("registry", "events", "feedback")]
    assert sorted(key for keys in services for key in keys) == sorted(row.key for row in catalogue())
    assert [len(keys) for keys in services] == [26, 13, 7]
    assert measures.definition("coffee").key == "coffee"
    assert measures.definition("coffee").service() == "events"
    assert measure_names()["coffee"].keys() == {"fi", "sv", "en"}


@pytest.mark.parametrize(
    ("qualifiers", "expected"),
    [
        ((None, None), None),
        ((None, "at_least"), "at_least"),
        ((None, "at_most", "at_most"), "at_most"),
        (("at_most", "at_least"), "about"),
        (("over", "at_most"), "about"),
        (("over", "at_least", None), "over"),
        (("about", "at_most"), "about"),
    ],
)
def test_a_sum_of_bounds_of_both_directions_is_rough(qualifiers, expected):
    assert measures.combined(measures.Qualifier(one) if one else None for one in qualifiers) == expected
