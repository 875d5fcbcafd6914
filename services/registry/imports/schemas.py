"""Bodies of imports."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.contracts.vocabulary import Code
from services.kernel.lists.pages import ListQuery

from .terms import Format, IgnoredReason, ImportId, ImportState, Rule, Severity, Verdict


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
    list_on: date | None = Field(description="The day of the list, where the file names it")
    sheet: str | None = Field(description="The sheet of the workbook that is read")
    other_sheets: list[OtherSheet]
    ignored_columns: list[str] = Field(description="Columns that the list has beside those of its format")
    lines_total: int | None
    rows_total: int | None
    rows_done: int
    counts: VerdictCounts | None = Field(description="Null until it is analysed")
    warnings: int
    sums: Sums
    failure: str | None
    created_at: datetime
    analysed_at: datetime | None
    applied_at: datetime | None
    undone_at: datetime | None


class FieldDiff(BaseModel):
    """A field in which row and register differ. With `kept`, a person has set it and the register's value stays."""

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
    diff: list[FieldDiff]
    problems: list[RowProblem]
    values: dict[str, str]
    text: str | None


class ImportQuery(ListQuery):
    """Filters of the list of imports."""

    state: Annotated[list[ImportState] | None, Field(max_length=10)] = None
    register_format: Annotated[list[Format] | None, Field(max_length=10)] = None


class ImportRowQuery(ListQuery):
    """Filters of the list of rows."""

    verdict: Annotated[list[Verdict] | None, Field(max_length=10)] = None
    severity: Annotated[
        list[Severity] | None, Field(max_length=5, description="Only rows with a problem of this severity")
    ] = None
    code: Code | None = None
