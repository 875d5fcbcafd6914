"""Bodies of imports."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.contracts.vocabulary import Code
from services.kernel.lists.pages import ListQuery
from services.registry.nouns.terms import IgnoredReason, Rule, Severity, Verdict
from services.registry.projects.parts import Day
from services.registry.projects.terms import ProjectId, ProjectRef

from .terms import Format, ImportId, ImportState


class ImportOptions(BaseModel):
    """Options of an upload: a form's fields of these names, or parameters of the address."""

    list_on: Annotated[
        Day | None,
        Field(description="The day of the list. A day in the file comes before it; without both it is today"),
    ] = None
    coordinated_by: Annotated[
        ProjectRef | None,
        Field(description="The coordination project that coordinates the new ones, by id or slug"),
    ] = None


class VerdictCounts(BaseModel):
    """The number of lines by verdict. Together they are `lines_total`; without the ignored ones `rows_total`."""

    new: int
    changed: int
    same: int
    conflict: int
    rejected: int
    ignored: int


class Sums(BaseModel):
    """Control sums in euros of the rows that are not rejected; null where the format has no such column."""

    granted: str | None
    realised: str | None
    planned_public: str | None
    realised_public: str | None
    planned_eu_and_state: str | None
    planned_total: str | None
    realised_total: str | None
    realised_eu: str | None


class OtherSheet(BaseModel):
    """A sheet of the workbook that is not read, with the number of its lines that are not blank."""

    name: str
    hidden: bool
    lines: int


class ImportRead(BaseModel):
    """An import with its state and its effect. `rows_done` grows while it is applied."""

    id: ImportId
    file_name: str | None
    format: Format
    state: ImportState
    sha256: str
    list_on: date | None = Field(
        description="The day of the list: in the file, else given by the upload, else the day of the analysis"
    )
    coordinated_by: ProjectId | None
    sheet: str | None = Field(description="The sheet of the workbook that is read")
    other_sheets: list[OtherSheet]
    ignored_columns: list[str] = Field(description="Columns that the list has beside those of its format")
    lines_total: int | None
    rows_total: int | None
    rows_done: int
    counts: VerdictCounts | None = Field(description="Null until it is analysed")
    warnings: int
    sums: Sums
    kept: int | None = Field(description="After an undo, the projects that stay because a person has spoken of them")
    failure: str | None
    created_at: datetime
    analysed_at: datetime | None
    applied_at: datetime | None
    undone_at: datetime | None


class FieldDiff(BaseModel):
    """A field that would be shown otherwise. With `kept`, a person's value stays instead of that of the file."""

    field: str
    before: str | None
    after: str | None
    kept: bool


class RowProblem(BaseModel):
    """A problem in one column of a row, or in the whole line; of the severity `info` the reason why it is no row."""

    severity: Severity
    column: str
    rule: Rule | IgnoredReason
    value: str


class ImportRowRead(BaseModel):
    """One line of the file and its verdict. `line` is its place in the file, header included.

    A line that is no row, or whose cells cannot be separated, has its `text`.
    """

    line: int
    verdict: Verdict
    code: str | None
    name: str | None
    project_id: UUID | None
    kept: bool = Field(description="The import was undone, and the project stays because a person has spoken of it")
    diff: list[FieldDiff]
    problems: list[RowProblem]
    values: dict[str, str]
    text: str | None


class ImportQuery(ListQuery):
    """Filters of the list of imports."""

    sort_keys = ("created_at", "state")

    state: Annotated[list[ImportState] | None, Field(max_length=10)] = None
    register_format: Annotated[list[Format] | None, Field(max_length=10)] = None


class ImportRowQuery(ListQuery):
    """Filters of the list of rows."""

    sort_keys = ("line",)

    verdict: Annotated[list[Verdict] | None, Field(max_length=10)] = None
    severity: Annotated[
        list[Severity] | None, Field(max_length=5, description="Only rows with a problem of this severity")
    ] = None
    code: Code | None = None
    kept: Annotated[bool | None, Field(description="Whether the project stays after the undo")] = None


# The fields of rows of which the control sums are taken.
SUMMED = tuple(Sums.model_fields)
