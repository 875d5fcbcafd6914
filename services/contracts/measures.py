"""The measures contract: the form in which every service answers for the figures that it counts."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from .periods import PeriodLabel, PeriodRead
from .services import STORING_SERVICES, StoringService
from .words import LANGUAGES, Phrase

DEFINITION_VERSION: Final = 1


class MeasureState(StrEnum):
    """The reason why a figure has a value or none; no state is shown as another one, such as no data as zero."""

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
    definition: str
    unit: str
    breakdown: str
    source_service: str
    mode: str
    period_aggregation: str
    result_type: str

    def service(self) -> StoringService:
        """Return the service that answers for the measure: the first one that `source_service` names."""
        return next(name for name in STORING_SERVICES if self.source_service.startswith(name))


@cache
def catalogue() -> tuple[MeasureDefinition, ...]:
    """Return the 46 measures of `data/measures.csv` in their order."""
    text = (files(__package__) / "data" / "measures.csv").read_text(encoding="utf-8")
    return tuple(MeasureDefinition(**row) for row in csv.DictReader(io.StringIO(text)))


@cache
def measure_names() -> dict[str, dict[str, str]]:
    """Return the name of each measure in each language, by key."""
    names = {row.key: Phrase(f"measures.{row.key}") for row in catalogue()}
    return {key: {language: name.in_language(language) for language in LANGUAGES} for key, name in names.items()}


# The service that answers for each measure.
SERVICE_OF: Final[dict[str, StoringService]] = {row.key: row.service() for row in catalogue()}


def keys_of(service: StoringService) -> tuple[str, ...]:
    """Return the keys of the measures that a service answers for, in the order of the catalogue."""
    return tuple(key for key, name in SERVICE_OF.items() if name == service)


class SummaryQuery(BaseModel):
    """A request for figures of a coordination project and a period."""

    model_config = ConfigDict(extra="forbid")

    coordination: Annotated[UUID, Field(description="The coordination project's id")]
    period: PeriodLabel


class MeasureQuery(SummaryQuery):
    """A request for measures of a coordination project and a period."""

    keys: Annotated[
        list[Annotated[str, Field(max_length=40)]] | None, Field(max_length=46, description="Only these measures")
    ] = None


class ExtraValue(BaseModel):
    """A further figure of a measure, e.g. distinct persons beside attendances."""

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
    """The measures that one service counts for a coordination project and a period."""

    service: StoringService
    coordination_id: UUID
    period: PeriodRead
    computed_at: datetime
    items: list[MeasureRead]


def definition(key: str) -> MeasureDefinition:
    """Return the row of a measure in the catalogue. Raises KeyError."""
    return {row.key: row for row in catalogue()}[key]


def counted(key: str, value: Decimal | int, *, rows: str | None, extra: Iterable[ExtraValue] = ()) -> MeasureRead:
    """Return a count or an amount; its state is `zero` where the value is zero."""
    state = MeasureState.zero if value == 0 else MeasureState.value
    return _read(key, state, value=Decimal(value), rows=rows, extra=list(extra))


def ratio(key: str, numerator: int, denominator: int, *, rows: str | None) -> MeasureRead:
    """Return the share of the denominator in per cent, or the state `no_data` where the denominator is zero."""
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
    """Return a mean with `n`, the number of values that it is made of."""
    return _read(key, MeasureState.value, value=value, n=n, rows=rows, extra=list(extra))


def without_value(key: str, state: MeasureState, *, reason: str, rows: str | None = None) -> MeasureRead:
    """Return a figure without a value, with the reason."""
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
