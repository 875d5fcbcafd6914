"""Answers and questions of the dashboard."""

from datetime import datetime
from typing import Annotated, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from services.contracts.measures import MeasureState, ServiceName
from services.contracts.periods import PeriodLabel, PeriodRead
from services.gateway.upstreams.answers import EventsSummary, FeedbackSummary, Number, ProjectsSummary
from services.gateway.upstreams.terms import MAX_COORDINATIONS, Compare, SectionStatus
from services.kernel.lists.pages import ExportFormat

Data = TypeVar("Data", bound=BaseModel)

_PERIOD = Field(description="The reporting period; the current half-year where none is named")
_FORMAT = Field(description="All rows as a file instead of JSON")
_EXCEL = Field(description="With format=csv: byte order mark and semicolons, as Finnish Excel opens it")
_CURSOR = Field(max_length=2000, description="`next_cursor` of the page before")


class SummaryQuery(BaseModel):
    """For which period."""

    model_config = ConfigDict(extra="forbid")

    period: Annotated[PeriodLabel | None, _PERIOD] = None


class CoordinationsQuery(BaseModel):
    """Which page of the list."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=MAX_COORDINATIONS, description="Rows a page")] = 25
    cursor: Annotated[str | None, _CURSOR] = None
    format: Annotated[ExportFormat | None, _FORMAT] = None
    excel: Annotated[Literal["fi"] | None, _EXCEL] = None


class MeasuresListQuery(BaseModel):
    """For which period, compared with which, in which format."""

    model_config = ConfigDict(extra="forbid")

    period: Annotated[PeriodLabel | None, _PERIOD] = None
    compare: Annotated[Compare | None, Field(description="Show the change since this period")] = None
    format: Annotated[ExportFormat | None, _FORMAT] = None
    excel: Annotated[Literal["fi"] | None, _EXCEL] = None


class RowsQuery(BaseModel):
    """Which page of the rows behind a figure."""

    model_config = ConfigDict(extra="forbid")

    period: Annotated[PeriodLabel | None, _PERIOD] = None
    limit: Annotated[int, Field(ge=1, le=100, description="Rows a page")] = 25
    cursor: Annotated[str | None, _CURSOR] = None


class CoordinationName(BaseModel):
    """A coordination project. Slug and name are null only while the registry is away and never told them."""

    id: UUID
    slug: str | None
    name: dict[str, str] | None


class HeadlineSources(BaseModel):
    """How each service's headline figures were got."""

    registry: SectionStatus
    events: SectionStatus
    feedback: SectionStatus


class Headline(BaseModel):
    """The figures of the current half-year; null where the service that counts it gave none (see `sources`)."""

    period: str
    projects: int | None
    held_events: int | None
    attendances: int | None
    answers: int | None
    sources: HeadlineSources


class CoordinationRead(BaseModel):
    """A coordination project with its headline figures."""

    id: UUID
    slug: str | None
    name: dict[str, str]
    headline: Headline


class Section(BaseModel, Generic[Data]):
    """A part of the page from one service: how and when it was got. `reason` tells why it is not ok."""

    status: SectionStatus
    as_of: datetime | None
    reason: str | None = Field(description="Why the section is not ok: a code", examples=["timeout"])
    data: Data | None


class SummarySections(BaseModel):
    """The parts whose records exist today. Others will be added."""

    projects: Section[ProjectsSummary]
    events: Section[EventsSummary]
    feedback: Section[FeedbackSummary]


class SummaryRead(BaseModel):
    """One page's figures. `partial` unless every part was got fresh."""

    coordination: CoordinationName
    period: PeriodRead
    partial: bool
    sections: SummarySections


class ChangeRead(BaseModel):
    """Against the compared period. Only counts and sums are compared: shares, means and stocks do not subtract."""

    period: str
    previous: Number
    difference: Number


class FurtherFigure(BaseModel):
    """A further figure that belongs to a measure, e.g. distinct persons beside attendances."""

    key: str
    value: Number
    unit: str


class MeasureRow(BaseModel):
    """One of the 46 measures. `value` is null unless `state` is `value` or `zero`."""

    id: str = Field(examples=["T21"])
    key: str = Field(examples=["coffee"])
    name: dict[str, str]
    state: MeasureState
    value: Number | None
    numerator: Number | None
    denominator: Number | None
    n: int | None = Field(description="Answers or cases behind a mean or a share")
    unit: str
    extra: list[FurtherFigure]
    reason: str | None = Field(description="Why there is no value: a code", examples=["no_records_yet"])
    target: Number | None = Field(description="Null until targets are recorded")
    change: ChangeRead | None
    definition: str
    definition_version: int | None
    result_type: str = Field(examples=["output"])
    source_service: ServiceName
    rows: str | None = Field(description="Where the rows behind the figure are; null where there are none")


class SourceRead(BaseModel):
    """How a service's figures were got."""

    status: SectionStatus
    as_of: datetime | None
    reason: str | None


class MeasureSources(BaseModel):
    """How each service's figures were got."""

    registry: SourceRead
    events: SourceRead
    feedback: SourceRead


class MeasuresList(BaseModel):
    """All 46 measures in the order of the catalogue. `partial` unless every service answered afresh."""

    coordination: CoordinationName
    period: PeriodRead
    compared_with: PeriodRead | None
    partial: bool
    sources: MeasureSources
    items: list[MeasureRow]


class RowsPage(BaseModel):
    """Rows behind a figure, as the list they come from shows them to this caller."""

    items: list[dict[str, JsonValue]]
    next_cursor: str | None
