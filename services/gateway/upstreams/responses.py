"""The parts of the other services' responses that the gateway reads; further fields are ignored."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, PlainSerializer, WithJsonSchema

from services.contracts.decimals import WrittenDecimal
from services.contracts.measures import MeasureState, Qualifier

_MAX = 10**15
_STATES = frozenset(MeasureState)
_QUALIFIERS = frozenset(Qualifier)


def as_number(value: Decimal) -> int | float:
    """Return a figure as JSON writes it: zero is 0, not 0.0 and not "0"."""
    return int(value) if value == value.to_integral_value() else float(value)


def as_known_state(state: object) -> object:
    """Return the state; a state that only the counting service knows becomes `unavailable` and shows no value."""
    return MeasureState.unavailable if isinstance(state, str) and state not in _STATES else state


def as_known_qualifier(qualifier: object) -> object:
    """Return the qualifier; of one that only the counting service knows, the number is roughly right at best."""
    return Qualifier.about if isinstance(qualifier, str) and qualifier not in _QUALIFIERS else qualifier


ReadQualifier = Annotated[Qualifier, BeforeValidator(as_known_qualifier)]
ReadState = Annotated[MeasureState, BeforeValidator(as_known_state)]
# A figure. Read from a number or a decimal string, always written as a number.
Number = Annotated[
    Decimal,
    Field(allow_inf_nan=False, ge=-_MAX, le=_MAX),
    PlainSerializer(as_number, return_type=int | float, when_used="json"),
    WithJsonSchema({"type": "number"}, mode="serialization"),
]
# Money is read and written as a decimal string.
Money = Annotated[WrittenDecimal, Field(allow_inf_nan=False, ge=-_MAX, le=_MAX)]
Count = Annotated[int, Field(ge=0, le=_MAX)]


class UpstreamModel(BaseModel):
    """The base of all models that are read from an upstream: unknown fields are ignored."""

    model_config = ConfigDict(extra="ignore")


class ProjectResponse(UpstreamModel):
    """`GET /v1/projects/{ref}` of the registry."""

    id: UUID
    slug: str | None
    name: dict[str, str]
    state: str
    leads: bool


class ProjectsResponse(UpstreamModel):
    """`GET /v1/projects` of the registry."""

    items: list[ProjectResponse]
    next_cursor: str | None


class CodeCount(UpstreamModel):
    """The number of projects with a code."""

    code: str
    count: Count


class RegionCount(UpstreamModel):
    """The number of projects in an area; a code means nothing without its scheme."""

    scheme: str
    code: str
    name: dict[str, str]
    count: Count


class FundingSum(UpstreamModel):
    """Money of one kind from one source. Sums of different sources may contain each other: never add them."""

    kind: str
    source: str
    amount: Money
    currency: str


class ProjectsSummary(UpstreamModel):
    """`GET /v1/summary` of the registry."""

    projects_by_state: list[CodeCount]
    projects_by_kind: list[CodeCount]
    projects_by_region: list[RegionCount]
    funding: list[FundingSum]
    computed_at: datetime


class EventTypeCounts(UpstreamModel):
    """The numbers of planned, held and cancelled events of a type."""

    type: str
    planned: Count
    held: Count
    cancelled: Count


class EventsSummary(UpstreamModel):
    """`GET /v1/summary` of events. A count of people that is not disclosed to the caller is null."""

    by_type: list[EventTypeCounts]
    registrations: Count | None
    attendances: Count | None
    attendances_qualifier: ReadQualifier | None
    organisations: Count | None
    organisations_state: ReadState
    organisations_qualifier: ReadQualifier | None
    computed_at: datetime


class FeedbackSummary(UpstreamModel):
    """`GET /v1/summary` of feedback. A figure that disclosure control hides is null."""

    surveys: Count
    invited: Count | None
    answers: Count
    mean: Number | None
    mean_qualifier: ReadQualifier | None
    n: Count
    nps: Number | None
    nps_qualifier: ReadQualifier | None
    nps_n: Count
    response_rate: Number | None
    computed_at: datetime


class ExtraResponse(UpstreamModel):
    """A further figure of a measure, or a part of its value."""

    key: str
    subject: str | None
    state: ReadState
    value: Number | None
    qualifier: ReadQualifier | None
    unit: str


class CodeListResponse(UpstreamModel):
    """Codes that belong to a figure."""

    key: str
    codes: list[str]


class MissingResponse(UpstreamModel):
    """Something that some of the counted rows lack."""

    code: str
    count: Count | None
    rows: str | None


class MeasureResponse(UpstreamModel):
    """One figure of `GET /v1/measures`."""

    key: str
    state: ReadState
    value: Number | None
    qualifier: ReadQualifier | None
    numerator: Number | None
    denominator: Number | None
    n: Count | None
    unit: str
    parts: list[ExtraResponse]
    extra: list[ExtraResponse]
    lists: list[CodeListResponse]
    missing: list[MissingResponse]
    reason: str | None
    rows: str | None
    definition_version: int


class PeriodResponse(UpstreamModel):
    """A period; both days belong to it."""

    label: str
    first_on: date
    last_on: date


class MeasuresResponse(UpstreamModel):
    """`GET /v1/measures` of any service."""

    coordination_id: UUID
    period: PeriodResponse
    computed_at: datetime
    items: list[MeasureResponse]


class RowsResponse(UpstreamModel):
    """A page of any list, with the rows of that list."""

    items: list[dict[str, JsonValue]]
    next_cursor: str | None
