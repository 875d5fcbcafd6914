"""What the gateway reads of the other services' answers; further fields are tolerated."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, PlainSerializer, WithJsonSchema

from services.contracts.measures import MeasureState

_MOST = 10**15
_STATES = frozenset(MeasureState)


def as_number(value: Decimal) -> int | float:
    """Return a figure as JSON writes it: nought is 0, not 0.0 and not "0"."""
    return int(value) if value == value.to_integral_value() else float(value)


def as_known_state(state: object) -> object:
    """Return the state; one that only the counting service knows is `unavailable`, and shows no value."""
    return MeasureState.unavailable if isinstance(state, str) and state not in _STATES else state


ReadState = Annotated[MeasureState, BeforeValidator(as_known_state)]
# A figure. Read from a number or a decimal string, always written as a number.
Number = Annotated[
    Decimal,
    Field(allow_inf_nan=False, ge=-_MOST, le=_MOST),
    PlainSerializer(as_number, return_type=int | float, when_used="json"),
    WithJsonSchema({"type": "number"}, mode="serialization"),
]
# Money is read and written as a decimal string.
Money = Annotated[Decimal, Field(allow_inf_nan=False, ge=-_MOST, le=_MOST)]
Count = Annotated[int, Field(ge=0, le=_MOST)]


class Answer(BaseModel):
    """The base of everything read from a sibling: unknown fields are ignored."""

    model_config = ConfigDict(extra="ignore")


class ProjectAnswer(Answer):
    """`GET /v1/projects/{ref}` of the registry."""

    id: UUID
    slug: str | None
    name: dict[str, str]
    state: str
    leads: bool


class ProjectsAnswer(Answer):
    """`GET /v1/projects` of the registry."""

    items: list[ProjectAnswer]
    next_cursor: str | None


class CodeCount(Answer):
    """How many have a code."""

    code: str
    count: Count


class RegionCount(Answer):
    """How many projects are in an area; a code means nothing without its scheme."""

    scheme: str
    code: str
    name: dict[str, str]
    count: Count


class FundingSum(Answer):
    """Money of one kind from one source. Sums of different sources may contain each other: never add them."""

    kind: str
    source: str
    amount: Money
    currency: str


class ProjectsSummary(Answer):
    """`GET /v1/summary` of the registry."""

    projects_by_state: list[CodeCount]
    projects_by_kind: list[CodeCount]
    projects_by_region: list[RegionCount]
    funding: list[FundingSum]
    computed_at: datetime


class EventTypeCounts(Answer):
    """Events of a type, by what became of them."""

    type: str
    planned: Count
    held: Count
    cancelled: Count


class EventsSummary(Answer):
    """`GET /v1/summary` of events. A count of people that the caller may not be told is null."""

    by_type: list[EventTypeCounts]
    registrations: Count | None
    attendances: Count | None
    organisations: Count | None
    computed_at: datetime


class FeedbackSummary(Answer):
    """`GET /v1/summary` of feedback. What disclosure control hides is null."""

    surveys: Count
    invited: Count | None
    answers: Count
    mean: Number | None
    nps: Number | None
    response_rate: Number | None
    n: Count
    computed_at: datetime


class ExtraAnswer(Answer):
    """A further figure of a measure."""

    key: str
    value: Number
    unit: str


class MeasureAnswer(Answer):
    """One figure of `GET /v1/measures`."""

    key: str
    state: ReadState
    value: Number | None
    numerator: Number | None
    denominator: Number | None
    n: Count | None
    unit: str
    extra: list[ExtraAnswer]
    reason: str | None
    rows: str | None
    definition_version: int


class PeriodAnswer(Answer):
    """A period; both days belong to it."""

    label: str
    first_on: date
    last_on: date


class MeasuresAnswer(Answer):
    """`GET /v1/measures` of any service."""

    coordination_id: UUID
    period: PeriodAnswer
    computed_at: datetime
    items: list[MeasureAnswer]


class RowsAnswer(Answer):
    """A page of any list; the rows are the list's own."""

    items: list[dict[str, JsonValue]]
    next_cursor: str | None
