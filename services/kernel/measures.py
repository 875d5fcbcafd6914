"""The measures contract: how every service answers for the figures it counts."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.kernel.periods import PeriodLabel, PeriodRead
from services.kernel.settings import DATA

DEFINITION_VERSION = 1
# Whom only aggregates are for is told no count of persons below this, except nought.
MIN_CELL_COUNT = 5
TOO_SMALL = "small_count"


class MeasureState(StrEnum):
    """Zero, no data, not yet due, hidden and unavailable are five different answers; none is shown as another."""

    value = "value"
    zero = "zero"
    no_data = "no_data"
    not_due = "not_due"
    hidden = "hidden"
    unavailable = "unavailable"


@dataclass(frozen=True, slots=True)
class MeasureDefinition:
    """One row of the catalogue of the 46 measures."""

    id: str
    key: str
    name_fi: str
    definition: str
    unit: str
    breakdown: str
    source_service: str
    mode: str
    period_aggregation: str
    result_type: str


@cache
def catalogue() -> tuple[MeasureDefinition, ...]:
    """All 46 measures in their order, from `data/measures.csv`."""
    with (DATA / "measures.csv").open(encoding="utf-8", newline="") as file:
        return tuple(MeasureDefinition(**row) for row in csv.DictReader(file))


class MeasureQuery(BaseModel):
    """Which figures are asked for."""

    model_config = ConfigDict(extra="forbid")

    coordination: Annotated[UUID, Field(description="The coordination project's id")]
    period: PeriodLabel
    keys: Annotated[
        list[Annotated[str, Field(max_length=40)]] | None, Field(max_length=46, description="Only these measures")
    ] = None


class ExtraValue(BaseModel):
    """A further figure that belongs to a measure, e.g. distinct persons beside attendances."""

    key: str
    value: Decimal
    unit: str


class MeasureRead(BaseModel):
    """One figure: `value`, or `numerator` and `denominator`, with `n` where it is a mean or a share.

    `value` is null unless `state` is `value` or `zero`. `rows` is the address of the rows counted.
    """

    key: str
    state: MeasureState
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    n: int | None
    unit: str
    extra: list[ExtraValue]
    reason: str | None = Field(
        description="Why there is no value: a code the dashboard can translate", examples=["no_records_yet"]
    )
    rows: str | None
    definition_version: int


class MeasuresRead(BaseModel):
    """What one service can count for a coordination project and a period."""

    service: Literal["registry", "events", "feedback"]
    coordination_id: UUID
    period: PeriodRead
    computed_at: datetime
    items: list[MeasureRead]


def is_small(count: int) -> bool:
    """Whether so few persons or organisations might be recognised."""
    return 0 < count < MIN_CELL_COUNT


def definition(key: str) -> MeasureDefinition:
    """The catalogue's row for a key. Raises KeyError."""
    return {row.key: row for row in catalogue()}[key]


def counted(key: str, value: Decimal | int, *, rows: str | None, extra: Iterable[ExtraValue] = ()) -> MeasureRead:
    """A count or amount that is known; nought is `zero`, which is not `no_data`."""
    state = MeasureState.zero if value == 0 else MeasureState.value
    return _read(key, state, value=Decimal(value), rows=rows, extra=list(extra))


def ratio(key: str, numerator: int, denominator: int, *, rows: str | None) -> MeasureRead:
    """A share of the denominator in per cent; without a denominator there is nothing to tell."""
    if denominator == 0:
        return without_value(key, MeasureState.no_data, reason="no_denominator", rows=rows)
    share = Decimal(100 * numerator) / Decimal(denominator)
    state = MeasureState.zero if numerator == 0 else MeasureState.value
    return _read(
        key,
        state,
        value=round(share, 1),
        numerator=Decimal(numerator),
        denominator=Decimal(denominator),
        n=denominator,
        rows=rows,
    )


def mean(key: str, value: Decimal, *, n: int, rows: str | None, extra: Iterable[ExtraValue] = ()) -> MeasureRead:
    """A mean with the number of answers behind it."""
    return _read(key, MeasureState.value, value=value, n=n, rows=rows, extra=list(extra))


def without_value(key: str, state: MeasureState, *, reason: str, rows: str | None = None) -> MeasureRead:
    """A figure that cannot be told, and why."""
    return _read(key, state, reason=reason, rows=rows)


def _read(
    key: str,
    state: MeasureState,
    *,
    value: Decimal | None = None,
    numerator: Decimal | None = None,
    denominator: Decimal | None = None,
    n: int | None = None,
    reason: str | None = None,
    rows: str | None = None,
    extra: list[ExtraValue] | None = None,
) -> MeasureRead:
    return MeasureRead(
        key=key,
        state=state,
        value=value,
        numerator=numerator,
        denominator=denominator,
        n=n,
        unit=definition(key).unit,
        extra=extra or [],
        reason=reason,
        rows=rows,
        definition_version=DEFINITION_VERSION,
    )
