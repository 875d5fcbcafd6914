"""The items of a project's lists, in requests and answers."""

import calendar
import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, computed_field, model_validator

from services.contracts.decimals import WrittenDecimal
from services.contracts.vocabulary import AreaScheme, Code
from services.contracts.words import InvalidValue
from services.kernel.text import Line, LocalizedLine
from services.registry.nouns.cells import FIRST_DAY, LAST_DAY

from .identifiers import normal_identifier
from .terms import (
    AreaMeaning,
    DateKind,
    FundingKind,
    FundingSource,
    IdentifierScheme,
    MilestoneState,
    PartyRole,
    Precision,
    State,
    TopicScheme,
)

Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
_AMOUNT = re.compile(r"-?\d{1,12}(\.\d{1,2})?")


def _amount(value: object) -> Decimal:
    """Read money from a decimal string; some JSON reader would make a float of a number. Raises ValueError."""
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str) or not _AMOUNT.fullmatch(value) or not value.isascii():
        raise InvalidValue("fields.not-an-amount")
    return Decimal(value)


Amount = Annotated[
    Decimal,
    BeforeValidator(_amount),
    WithJsonSchema({"type": "string", "pattern": r"^-?\d{1,12}(\.\d{1,2})?$", "examples": ["620000.00"]}),
]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$", examples=["EUR"])]
Share = Annotated[WrittenDecimal, Field(gt=0, le=1, max_digits=5, decimal_places=4, examples=["0.25"])]


class Part(BaseModel):
    """The base of all parts: requests with unknown fields are refused, answers have all fields."""

    model_config = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=True)


def check_runs_forwards(first: date | None, last: date | None) -> None:
    """Refuse an end before its start. Raises InvalidValue."""
    if first is not None and last is not None and last < first:
        raise InvalidValue("fields.ends-before-it-begins")


class Identifier(Part):
    """A number of the project in some register, in its normal form."""

    scheme: IdentifierScheme
    value: Annotated[Line, Field(max_length=200, examples=["S10370"])]
    valid_from: Day | None = None
    valid_to: Day | None = None
    source: Line | None = None

    @model_validator(mode="after")
    def _has_normal_form(self) -> Self:
        check_runs_forwards(self.valid_from, self.valid_to)
        self.value = normal_identifier(self.scheme, self.value)
        return self


class SourcedDate(Part):
    """A start or an end according to one source."""

    kind: DateKind
    falls_on: Day
    source: Line | None = None


class Party(Part):
    """An organisation's role in the project, with its first and last day."""

    organisation_id: UUID
    role: PartyRole
    starts_on: Day | None = None
    ends_on: Day | None = None

    @model_validator(mode="after")
    def _runs_forwards(self) -> Self:
        check_runs_forwards(self.starts_on, self.ends_on)
        return self


class PartyRead(Party):
    """A party with its name."""

    organisation_name: LocalizedLine


class FundingLine(Part):
    """One amount from one source, as of a day."""

    source: FundingSource
    kind: FundingKind
    amount: Amount
    currency: Currency = "EUR"
    as_of: Day | None = None
    note: Line | None = None


class FundingPart(Part):
    """An amount of one list about one identifier (`scheme:value`), which is part of a sum."""

    identifier: str
    list_kind: str
    list_on: date
    amount: Amount
    as_of: date


class FundingRead(FundingLine):
    """An amount. Where lists state it, it is the sum of its parts, and `as_of` is the oldest day of them."""

    parts: list[FundingPart]


class Area(Part):
    """An area in which the project acts or has its seat, or which is its target."""

    scheme: AreaScheme
    code: Annotated[Code, Field(examples=["05"])]
    meaning: AreaMeaning = AreaMeaning.action
    share: Share | None = None


class Topic(Part):
    """A theme or a target group, with its code list."""

    scheme: TopicScheme
    code: Annotated[Code, Field(examples=["change_security"])]


class Milestone(Part):
    """A milestone that is due in a time of the length `precision`; `first_on` may be any day of that time."""

    name: LocalizedLine
    first_on: Day
    precision: Precision = Precision.day
    state: MilestoneState = MilestoneState.planned
    reached_on: Day | None = None
    note: Line | None = None

    @model_validator(mode="after")
    def _begins_its_time(self) -> Self:
        self.first_on = first_day(self.first_on, self.precision)
        return self


class MilestoneRead(Milestone):
    """A milestone with the last day of its time."""

    @computed_field(description="The last day on which the milestone is in time.")
    def last_on(self) -> date:
        """Return the last day of its time."""
        return last_day(self.first_on, self.precision)


class StateEntry(Part):
    """A state that the project entered, with its day and reason."""

    state: State
    since_on: date | None
    reason: str | None


def _months(day: date, precision: Precision) -> tuple[int, int]:
    """Return the first month of the time around the day, and the number of its months.

    The month 0 is December of the year before.
    """
    match precision:
        case Precision.day | Precision.month:
            return day.month, 1
        case Precision.quarter:
            return (day.month - 1) // 3 * 3 + 1, 3
        case Precision.season:
            # Spring is March to May; a winter begins in December.
            return (day.month % 12) // 3 * 3 if day.month < 12 else 12, 3
        case Precision.half:
            return (day.month - 1) // 6 * 6 + 1, 6
        case Precision.year:
            return 1, 12


def first_day(day: date, precision: Precision) -> date:
    """Return the first day of the time around the day."""
    if precision is Precision.day:
        return day
    month, _ = _months(day, precision)
    begins_on = date(day.year - 1, 12, 1) if month == 0 else date(day.year, month, 1)
    return max(begins_on, FIRST_DAY)


def last_day(day: date, precision: Precision) -> date:
    """Return the last day of the time around the day."""
    if precision is Precision.day:
        return day
    month, length = _months(day, precision)
    years, month = divmod(month + length - 2, 12)
    year = day.year + years
    return date(year, month + 1, 1) + timedelta(days=calendar.monthrange(year, month + 1)[1] - 1)
