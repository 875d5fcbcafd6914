"""Reporting periods: a half-year `2026S2`, a year, a quarter, a month or any range of Helsinki days."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, Field

from .words import InvalidValue

HELSINKI: Final = ZoneInfo("Europe/Helsinki")

FIRST_YEAR, LAST_YEAR = 1990, 2100
_YEAR: Final = "(199[0-9]|20[0-9]{2}|2100)"
_MONTH: Final = "(0[1-9]|1[0-2])"
_DAY: Final = f"{_YEAR}-{_MONTH}-(0[1-9]|[12][0-9]|3[01])"
# What a period looks like, for the documents; a range may still name a day that there is not, or end before it begins.
PERIOD_PATTERN: Final = f"^({_YEAR}(S[12]|Q[1-4]|-{_MONTH})?|{_DAY}/{_DAY})$"
_SHAPES: Final = {
    re.compile(r"([0-9]{4})"): (12, None),
    re.compile(r"([0-9]{4})S([12])"): (6, 6),
    re.compile(r"([0-9]{4})Q([1-4])"): (3, 3),
    re.compile(rf"([0-9]{{4}})-{_MONTH}"): (1, 1),
}
_RANGE: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})/([0-9]{4}-[0-9]{2}-[0-9]{2})")


def helsinki_midnight(day: date) -> datetime:
    """Return the UTC instant at which the Helsinki day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=HELSINKI).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Period:
    """A reporting period; both days belong to it. It lasts from `starts_at` until, not including, `ends_at` (UTC)."""

    label: str
    first_on: date
    last_on: date

    @property
    def starts_at(self) -> datetime:
        """The instant at which the first Helsinki day begins."""
        return helsinki_midnight(self.first_on)

    @property
    def ends_at(self) -> datetime:
        """The instant at which the last Helsinki day has ended; it is not part of the period."""
        return helsinki_midnight(self.last_on + timedelta(days=1))

    def is_half_years(self) -> bool:
        """Say whether the period consists of whole half-years."""
        first, after = self.first_on, self.last_on + timedelta(days=1)
        return all((day.month, day.day) in {(1, 1), (7, 1)} for day in (first, after))

    def previous(self) -> "Period":
        """Return the period of the same length that ends the day before this one begins."""
        months = (self.last_on.year - self.first_on.year) * 12 + self.last_on.month - self.first_on.month + 1
        if _RANGE.fullmatch(self.label):
            days = self.last_on - self.first_on + timedelta(days=1)
            return _day_range(self.first_on - days, self.first_on - timedelta(days=1))
        first = _month_start(self.first_on.year, self.first_on.month - months)
        return Period(_label(first, months), first, self.first_on - timedelta(days=1))


def _month_start(year: int, month: int) -> date:
    """Return the first day of a month; month 0 is December of the year before, month 13 January of the next."""
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def _label(first: date, months: int) -> str:
    match months:
        case 12:
            return f"{first.year}"
        case 6:
            return f"{first.year}S{(first.month - 1) // 6 + 1}"
        case 3:
            return f"{first.year}Q{(first.month - 1) // 3 + 1}"
        case _:
            return f"{first.year}-{first.month:02}"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidValue("fields.not-a-period") from error


def _day_range(first: date, last: date) -> Period:
    if last < first:
        raise InvalidValue("fields.period-reversed")
    return Period(f"{first}/{last}", first, last)


def parse_period(text: str) -> Period:
    """Parse `2026`, `2026S2`, `2026Q3`, `2026-04` or `2026-01-01/2026-03-31`. Raises ValueError."""
    match = _RANGE.fullmatch(text)
    period = _day_range(_day(match[1]), _day(match[2])) if match else _named_period(text)
    if not FIRST_YEAR <= period.first_on.year <= period.last_on.year <= LAST_YEAR:
        raise InvalidValue("fields.period-out-of-range", first=FIRST_YEAR, last=LAST_YEAR)
    return period


def _named_period(text: str) -> Period:
    for shape, (months, step) in _SHAPES.items():
        if match := shape.fullmatch(text):
            if not FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
                break
            first = _month_start(int(match[1]), (int(match[2]) - 1) * step + 1 if step else 1)
            last = _month_start(first.year, first.month + months) - timedelta(days=1)
            return Period(text, first, last)
    raise InvalidValue("fields.not-a-period")


def half_year_of(day: date) -> Period:
    """Return the half-year of a day: half-years are the usual reporting periods."""
    return parse_period(f"{day.year}S{1 if day.month <= 6 else 2}")


def _check_period(text: str) -> str:
    parse_period(text)
    return text


PeriodLabel = Annotated[
    str,
    Field(
        min_length=4,
        max_length=21,
        examples=["2026S2"],
        description="2026, 2026S1, 2026Q3, 2026-04 or 2026-01-01/2026-03-31",
        # For the documents alone: the validator refuses the same with a better message.
        json_schema_extra={"pattern": PERIOD_PATTERN},
    ),
    AfterValidator(_check_period),
]


class PeriodRead(BaseModel):
    """A period in an answer; both days belong to it."""

    label: Annotated[str, Field(examples=["2026S2"], json_schema_extra={"pattern": PERIOD_PATTERN})]
    first_on: Annotated[date, Field(examples=["2026-07-01"])]
    last_on: Annotated[date, Field(examples=["2026-12-31"])]

    @classmethod
    def of(cls, period: Period) -> "PeriodRead":
        """Return the form of the period in answers."""
        return cls(label=period.label, first_on=period.first_on, last_on=period.last_on)
