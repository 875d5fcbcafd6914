"""Bodies and queries of the dashboard."""

from datetime import date, datetime
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from services.contracts.measures import MeasureState, Qualifier
from services.contracts.periods import PeriodLabel, PeriodRead
from services.contracts.services import StoringService
from services.gateway.upstreams.responses import EventsSummary, FeedbackSummary, Number, ProjectsSummary
from services.gateway.upstreams.terms import SectionStatus
from services.kernel.lists.pages import ExcelParameter, FormatParameter
from services.kernel.text import LocalizedText

from .terms import MAX_COORDINATIONS, MAX_SERIES, Compare

Data = TypeVar("Data", bound=BaseModel)

_PERIOD = Field(description="The reporting period; the current half-year by default")
_CURSOR = Field(max_length=2000, description="`next_cursor` of the previous page")


class SummaryQuery(BaseModel):
    """The period of a summary."""

    model_config = ConfigDict(extra="forbid")

    period: Annotated[PeriodLabel | None, _PERIOD] = None


class CoordinationsQuery(BaseModel):
    """Page and format of the list of coordination projects."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=MAX_COORDINATIONS, description="Rows a page")] = 25
    cursor: Annotated[str | None, _CURSOR] = None
    format: FormatParameter = None
    excel: ExcelParameter = None


class MeasuresListQuery(BaseModel):
    """Period, comparison and format of the list of measures."""

    model_config = ConfigDict(extra="forbid")

    period: Annotated[PeriodLabel | None, _PERIOD] = None
    compare: Annotated[Compare | None, Field(description="Show the change since this period")] = None
    format: FormatParameter = None
    excel: ExcelParameter = None


class RowsQuery(BaseModel):
    """Period and page of the rows behind a figure."""

    model_config = ConfigDict(extra="forbid")

    period: Annotated[PeriodLabel | None, _PERIOD] = None
    missing: Annotated[
        str | None,
        Field(max_length=40, pattern=r"^[a-z_]+$", description="Only the rows that lack this; a code of `missing`"),
    ] = None
    limit: Annotated[int, Field(ge=1, le=100, description="Rows a page")] = 25
    cursor: Annotated[str | None, _CURSOR] = None


class CoordinationName(BaseModel):
    """A coordination project. Slug and name are null when the registry does not answer and they are not cached."""

    id: UUID
    slug: str | None
    name: LocalizedText | None


class HeadlineSources(BaseModel):
    """The status of each service's headline figures."""

    registry: SectionStatus
    events: SectionStatus
    feedback: SectionStatus


class Headline(BaseModel):
    """The figures of the current half-year; null where the counting service sent no figure (see `sources`)."""

    period: str
    projects: int | None
    held_events: int | None
    attendances: int | None
    attendances_qualifier: Qualifier | None = Field(description="Null: the number of attendances is exact")
    answers: int | None
    sources: HeadlineSources


class CoordinationRead(BaseModel):
    """A coordination project with its headline figures."""

    id: UUID
    slug: str | None
    name: LocalizedText
    headline: Headline


class Section(BaseModel, Generic[Data]):
    """The figures of one service with their status and time. `reason` states why the status is not `ok`."""

    status: SectionStatus
    as_of: datetime | None
    reason: str | None = Field(description="A code of the reason why the status is not `ok`", examples=["timeout"])
    data: Data | None


class SummarySections(BaseModel):
    """The sections of the summary. Others will be added."""

    projects: Section[ProjectsSummary]
    events: Section[EventsSummary]
    feedback: Section[FeedbackSummary]


class SummaryRead(BaseModel):
    """The figures of a coordination project. `partial`: at least one section is not fresh."""

    coordination: CoordinationName
    period: PeriodRead
    partial: bool
    sections: SummarySections


class ChangeRead(BaseModel):
    """The change since the compared period. Only counts and sums are compared; shares, means and stocks are not."""

    period: str
    previous: Number
    difference: Number
    qualifier: Qualifier | None = Field(description="Null: the difference is exact")
    definition_changed: bool = Field(description="Whether a new definition began to hold between the two periods")


class FurtherFigure(BaseModel):
    """A further figure that belongs to a measure, e.g. distinct organisations beside attendances, or a part of it."""

    key: str
    subject: str | None = Field(description="The thing that it is about, where there are several: a call")
    state: MeasureState
    value: Number | None
    qualifier: Qualifier | None = Field(description="Null: the value is exact")
    unit: str


class CodeListRead(BaseModel):
    """Codes that belong to a figure, e.g. the themes that no event dealt with."""

    key: str = Field(examples=["uncovered_themes"])
    codes: list[str]


class MissingRead(BaseModel):
    """Something that some of the counted rows lack. The rows count nevertheless."""

    code: str = Field(examples=["call_missing"])
    count: int | None = Field(description="The number of rows that lack it; null: not disclosed")
    rows: str | None = Field(description="The address of these rows")


class MeasureRow(BaseModel):
    """One of the 46 measures. `value` is null unless `state` is `value` or `zero`."""

    id: str = Field(examples=["T21"])
    key: str = Field(examples=["coffee"])
    name: LocalizedText
    state: MeasureState
    value: Number | None
    qualifier: Qualifier | None = Field(description="Null: the value is exact")
    numerator: Number | None
    denominator: Number | None
    n: int | None = Field(description="The number of answers or cases of a mean or a share")
    unit: str
    parts: list[FurtherFigure] = Field(description="The parts that add up to the value, where there are several")
    extra: list[FurtherFigure]
    lists: list[CodeListRead]
    missing: list[MissingRead]
    reason: str | None = Field(description="A code of the reason why there is no value", examples=["no_records_yet"])
    target: Number | None = Field(description="Null until targets are recorded")
    change: ChangeRead | None
    definition: str
    definition_version: int | None
    result_type: str = Field(examples=["output"])
    source_service: StoringService
    rows: str | None = Field(description="The address of the rows behind the figure; null where there is none")


class SeriesQuery(BaseModel):
    """The periods of a series, and whether to add over a change of the definition."""

    model_config = ConfigDict(extra="forbid")

    periods: Annotated[
        list[PeriodLabel], Field(min_length=1, max_length=MAX_SERIES, description="Periods that do not overlap")
    ]
    across_breaks: Annotated[
        bool, Field(description="Add the figures also where the definition changed between the periods")
    ] = False


class PointRead(BaseModel):
    """The figure of one period of a series."""

    period: PeriodRead
    state: MeasureState
    value: Number | None
    qualifier: Qualifier | None = Field(description="Null: the value is exact")
    numerator: Number | None
    denominator: Number | None
    n: int | None
    reason: str | None
    version_in_force: int = Field(
        description="The version of the definition that holds on the last day of the period. "
        "The figure is counted by the newest version, whatever its period"
    )
    rows: str | None


class BreakRead(BaseModel):
    """A version of the definition that began to hold between two periods of a series.

    The figures of both are counted by the newest version, but the records of the earlier period were kept for an
    earlier one.
    """

    definition_version: int
    holds_from_on: date
    before: str = Field(description="The last period before this version held", examples=["2026S1"])
    after: str = Field(description="The first period at whose end this version held", examples=["2026S2"])


class TotalRead(BaseModel):
    """The sum over the periods. `reason` is the code of the reason why there is none."""

    value: Number | None
    qualifier: Qualifier | None = Field(description="Null: the value is exact")
    reason: str | None = Field(examples=["definition_changed"])


class SeriesRead(BaseModel):
    """One measure over several periods, by time."""

    coordination: CoordinationName
    id: str = Field(examples=["T21"])
    key: str = Field(examples=["coffee"])
    name: LocalizedText
    unit: str
    definition: str
    partial: bool
    items: list[PointRead]
    breaks: list[BreakRead]
    total: TotalRead


class SourceRead(BaseModel):
    """The status and time of a service's figures."""

    status: SectionStatus
    as_of: datetime | None
    reason: str | None


class MeasureSources(BaseModel):
    """The status and time of each service's figures."""

    registry: SourceRead
    events: SourceRead
    feedback: SourceRead


class MeasuresList(BaseModel):
    """All 46 measures in the order of the catalogue. `partial`: at least one service sent no fresh figures."""

    coordination: CoordinationName
    period: PeriodRead
    compared_with: PeriodRead | None
    partial: bool
    sources: MeasureSources
    items: list[MeasureRow]


class RowsPage(BaseModel):
    """Rows behind a figure, as their own list shows them to this caller."""

    items: list[dict[str, JsonValue]]
    next_cursor: str | None
