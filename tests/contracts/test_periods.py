"""Periods: half-years, years, quarters, months and ranges of Helsinki days."""

from datetime import UTC, date, datetime

import pytest

from services.contracts.periods import half_year_of, parse_period
from services.contracts.words import InvalidValue


@pytest.mark.parametrize(
    ("label", "first", "last", "before"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31), "2025"),
        ("2026S1", date(2026, 1, 1), date(2026, 6, 30), "2025S2"),
        ("2026S2", date(2026, 7, 1), date(2026, 12, 31), "2026S1"),
        ("2026Q1", date(2026, 1, 1), date(2026, 3, 31), "2025Q4"),
        ("2026Q4", date(2026, 10, 1), date(2026, 12, 31), "2026Q3"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "2024-01"),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31), "2026-11"),
        ("2100", date(2100, 1, 1), date(2100, 12, 31), "2099"),
        ("2100-12-31/2100-12-31", date(2100, 12, 31), date(2100, 12, 31), "2100-12-30/2100-12-30"),
        ("2026-01-10/2026-01-19", date(2026, 1, 10), date(2026, 1, 19), "2025-12-31/2026-01-09"),
    ],
)
def test_a_label_names_its_days_and_the_period_before(label, first, last, before):
    period = parse_period(label)
    assert (period.first_on, period.last_on) == (first, last)
    assert period.previous() == parse_period(before)


@pytest.mark.parametrize(
    "label",
    [
        "",
        "26",
        "2026S3",
        "2026Q0",
        "2026-13",
        "2026-02-30/2026-03-01",
        "2026-03-02/2026-03-01",
        "9999",
        "0000S1",
        "1989-12-31/1990-01-01",
    ],
)
def test_a_label_that_names_no_period_is_refused(label):
    with pytest.raises(ValueError):  # noqa: PT011 - pydantic turns any ValueError into a 422.
        parse_period(label)


@pytest.mark.parametrize("label", ["1989-12-31/1990-01-01", "2100-12-31/2101-01-01"])
def test_a_period_out_of_range_is_refused_with_the_years_that_are_in_it(label):
    with pytest.raises(InvalidValue) as refused:
        parse_period(label)
    assert refused.value.phrase.key == "fields.period-out-of-range"
    assert refused.value.phrase.values == {"first": 1990, "last": 2100}


def test_a_period_begins_and_ends_at_helsinki_midnight():
    first_half = parse_period("2026S1")
    assert first_half.starts_at == datetime(2025, 12, 31, 22, tzinfo=UTC)
    assert first_half.ends_at == datetime(2026, 6, 30, 21, tzinfo=UTC)
    assert all(instant.tzinfo is UTC for instant in (first_half.starts_at, first_half.ends_at))


def test_a_half_year_ends_with_june_and_with_december():
    days = [date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1), date(2026, 12, 31)]
    assert [half_year_of(day).label for day in days] == ["2026S1", "2026S1", "2026S2", "2026S2"]


@pytest.mark.parametrize(
    ("label", "whole"), [("2026", True), ("2026S1", True), ("2026-07-01/2027-06-30", True), ("2026Q1", False)]
)
def test_a_period_of_whole_half_years_is_known(label, whole):
    assert parse_period(label).is_half_years() is whole
