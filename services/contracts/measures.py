"""The measures contract: the form in which every service answers for the figures that it counts."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from .decimals import WrittenDecimal
from .periods import PeriodLabel, PeriodRead
from .rounding import rounded
from .services import STORING_SERVICES, StoringService
from .vocabulary import (
    BENCHMARKING_TRIPS,
    CALL_CLINICS,
    CALL_EVENTS,
    CALL_INFOS,
    NATIONAL_DAYS,
    PROJECT_COFFEES,
    REGIONAL_DAYS,
    WEBINARS,
    EventKinds,
)
from .words import LANGUAGES, Phrase

FIRST_VERSION: Final = 1
# The events that each measure counts or asks about. A family has one selection: its events, participants and feedback.
EVENTS_OF: Final[Mapping[str, EventKinds]] = {
    "netday_nat": NATIONAL_DAYS,
    "netday_nat_part": NATIONAL_DAYS,
    "netday_nat_fb": NATIONAL_DAYS,
    "netday_reg": REGIONAL_DAYS,
    "netday_reg_part": REGIONAL_DAYS,
    "netday_reg_fb": REGIONAL_DAYS,
    "coffee": PROJECT_COFFEES,
    "coffee_part": PROJECT_COFFEES,
    "coffee_topics": PROJECT_COFFEES,
    "bm_trips": BENCHMARKING_TRIPS,
    "webinar": WEBINARS,
    "webinar_part": WEBINARS,
    "webinar_fb": WEBINARS,
    "call_infos": CALL_INFOS,
    "call_clinics": CALL_CLINICS,
    "call_part": CALL_EVENTS,
    "call_fb": CALL_EVENTS,
}


class MeasureState(StrEnum):
    """The reason why a figure has a value or none; no state is shown as another one, such as no data as zero."""

    value = "value"
    zero = "zero"
    no_data = "no_data"
    not_due = "not_due"
    hidden = "hidden"
    unavailable = "unavailable"


class Qualifier(StrEnum):
    """How a number is to be read that is not exact."""

    about = "about"
    over = "over"
    at_least = "at_least"
    at_most = "at_most"


_LOWER_BOUNDS: Final = frozenset({Qualifier.over, Qualifier.at_least})


def combined(qualifiers: Iterable[Qualifier | None]) -> Qualifier | None:
    """Return the qualifier of a sum of numbers with these qualifiers; None: exact.

    A sum with one rough part is rough, and so is one of lower and upper bounds. A sum of bounds of one direction and
    exact parts is a bound of that direction.
    """
    present = frozenset(qualifiers)
    if Qualifier.at_most in present and present & _LOWER_BOUNDS:
        return Qualifier.about
    return next((qualifier for qualifier in Qualifier if qualifier in present), None)


def qualifier_of_difference(minuend: Qualifier | None, subtrahend: Qualifier | None) -> Qualifier | None:
    """Return the qualifier of the difference of two numbers with these qualifiers; None: exact.

    An exact number moves a bound and keeps it. A subtracted number that is not exact leaves no bound, only a rough one.
    """
    return minuend if subtrahend is None else Qualifier.about


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

    def service(self) -> StoringService:
        """Return the service that answers for the measure: the first one that `source_service` names."""
        return next(name for name in STORING_SERVICES if self.source_service.startswith(name))


@cache
def catalogue() -> tuple[MeasureDefinition, ...]:
    """Return the 46 measures of `data/measures.csv` in their order."""
    text = (files(__package__) / "data" / "measures.csv").read_text(encoding="utf-8")
    return tuple(MeasureDefinition(**row) for row in csv.DictReader(io.StringIO(text)))


@cache
def _catalogue_by_key() -> Mapping[str, MeasureDefinition]:
    return {row.key: row for row in catalogue()}


@dataclass(frozen=True, slots=True)
class DefinitionVersion:
    """A version of a measure's definition, and the first day on which it holds; None: from the beginning."""

    version: int
    holds_from_on: date | None


@cache
def definition_versions() -> Mapping[str, tuple[DefinitionVersion, ...]]:
    """Return the versions of each measure's definition, the oldest first. A definition begins as version 1.

    Source: `data/measure_versions.csv`, which has a row for each later version.
    """
    text = (files(__package__) / "data" / "measure_versions.csv").read_text(encoding="utf-8")
    later = [
        (row["key"], DefinitionVersion(int(row["version"]), date.fromisoformat(row["holds_from_on"])))
        for row in csv.DictReader(io.StringIO(text))
    ]
    first = DefinitionVersion(FIRST_VERSION, None)
    return {row.key: (first, *(version for key, version in later if key == row.key)) for row in catalogue()}


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
    """A further figure of a measure, e.g. distinct organisations beside attendances, or a part of its value."""

    key: str
    subject: Annotated[
        str | None, Field(description="The thing that the figure is about, where there are several: a call")
    ]
    state: MeasureState
    value: Annotated[WrittenDecimal | None, Field(description="Null unless `state` is `value` or `zero`")]
    qualifier: Annotated[Qualifier | None, Field(description="Null: the value is exact")]
    unit: str


class CodeList(BaseModel):
    """Codes that belong to a figure, e.g. the themes that no event dealt with."""

    key: str
    codes: list[str]


class Missing(BaseModel):
    """Something that some of the counted rows lack. The rows count nevertheless."""

    code: Annotated[str, Field(description="The thing that is missing", examples=["call_missing"])]
    count: Annotated[int | None, Field(description="The number of rows that lack it; null: not disclosed")]
    rows: Annotated[str | None, Field(description="The address of these rows")]


class MeasureRead(BaseModel):
    """One figure: `value`, or `numerator` and `denominator`, with `n` where it is a mean or a share.

    `value` is null unless `state` is `value` or `zero`. `rows` is the address of the rows counted.
    """

    key: str
    state: MeasureState
    value: WrittenDecimal | None
    qualifier: Annotated[Qualifier | None, Field(description="Null: the value is exact")]
    numerator: WrittenDecimal | None
    denominator: WrittenDecimal | None
    n: int | None
    unit: str
    parts: Annotated[list[ExtraValue], Field(description="The parts that add up to `value`, where there are several")]
    extra: list[ExtraValue]
    lists: Annotated[list[CodeList], Field(description="The codes that were counted, and those that were not")]
    missing: list[Missing]
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
    return _catalogue_by_key()[key]


def definition_version(key: str) -> int:
    """Return the newest version of a measure's definition, by which its figures are computed. Raises KeyError."""
    return definition_versions()[key][-1].version


def known_state(value: Decimal | int) -> MeasureState:
    """Return the state of a known value."""
    return MeasureState.zero if value == 0 else MeasureState.value


def further(
    key: str,
    value: Decimal | int,
    unit: str,
    *,
    qualifier: Qualifier | None = None,
    subject: str | None = None,
) -> ExtraValue:
    """Return a further figure with its value."""
    state = known_state(value)
    return ExtraValue(key=key, subject=subject, state=state, value=Decimal(value), qualifier=qualifier, unit=unit)


def further_unknown(key: str, state: MeasureState, unit: str, *, subject: str | None = None) -> ExtraValue:
    """Return a further figure without a value."""
    return ExtraValue(key=key, subject=subject, state=state, value=None, qualifier=None, unit=unit)


def counted(
    key: str,
    value: Decimal | int,
    *,
    rows: str | None,
    extra: Iterable[ExtraValue] = (),
    qualifier: Qualifier | None = None,
) -> MeasureRead:
    """Return a count or an amount; its state is `zero` where the value is zero."""
    figure = _read(key, known_state(value), value=Decimal(value), rows=rows, extra=list(extra))
    return figure.model_copy(update={"qualifier": qualifier})


def ratio(
    key: str, numerator: int, denominator: int, *, rows: str | None, lists: Iterable[CodeList] = ()
) -> MeasureRead:
    """Return the share of the denominator in per cent, or the state `no_data` where the denominator is zero."""
    if denominator == 0:
        return without_value(key, MeasureState.no_data, reason="no_denominator", rows=rows)
    figure = _read(
        key,
        known_state(numerator),
        value=rounded(Fraction(100 * numerator, denominator), 1),
        numerator=Decimal(numerator),
        denominator=Decimal(denominator),
        n=denominator,
        rows=rows,
    )
    return figure.model_copy(update={"lists": list(lists)})


def mean(
    key: str,
    value: Decimal,
    *,
    n: int,
    rows: str | None,
    extra: Iterable[ExtraValue] = (),
    qualifier: Qualifier | None = None,
) -> MeasureRead:
    """Return a mean with `n`, the number of values that it is made of."""
    figure = _read(key, MeasureState.value, value=value, n=n, rows=rows, extra=list(extra))
    return figure.model_copy(update={"qualifier": qualifier})


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
        qualifier=None,
        numerator=numerator,
        denominator=denominator,
        n=n,
        unit=definition(key).unit,
        parts=[],
        extra=extra or [],
        lists=[],
        missing=[],
        reason=reason,
        rows=rows,
        definition_version=definition_version(key),
    )
