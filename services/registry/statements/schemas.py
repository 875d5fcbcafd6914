"""Bodies of statements."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.kernel.lists.pages import ListQuery

from .terms import StatementId


class StatedFact(BaseModel):
    """One field or line as the source says it. A null value, or a line with `none`, says that there is none."""

    field: str
    language: str | None
    value: str | dict[str, str | bool | dict[str, str] | None] | None


class StatementRead(BaseModel):
    """A statement of a list about one identifier of the project, or of a person about one field or line of it.

    A person's statement can be released with its `version`; then the lists speak again.
    """

    id: StatementId
    source: Literal["list", "person"]
    list_kind: str | None
    label: str | None
    list_on: date | None
    identifier: str | None = Field(description="The identifier that the list speaks of, as `scheme:value`")
    import_id: UUID | None
    author: str
    reason: str | None
    known_at: datetime
    facts: list[StatedFact]
    version: int | None


class StatementQuery(ListQuery):
    """Filters of the list of statements."""

    sort_keys = ("known_at",)

    source: Annotated[list[Literal["list", "person"]] | None, Field(max_length=5)] = None
