"""Bodies of links."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.kernel.lists.pages import ListQuery
from services.kernel.text import Line
from services.registry.projects.schemas import ProjectKey
from services.registry.projects.terms import ProjectRef

from .terms import LinkId


class LinkCreate(BaseModel):
    """The project that is the same as this one, under other numbers."""

    model_config = ConfigDict(extra="forbid")

    other: Annotated[ProjectRef, Field(description="The project to link with this one, by id or slug")]
    reason: Line | None = None


class LinkRead(BaseModel):
    """A link: since then this project has the identifiers of the other one and answers in its place."""

    id: LinkId
    other: ProjectKey
    identifiers: list[str] = Field(description="The identifiers that the other project had, as `scheme:value`")
    author: str
    reason: str | None
    linked_at: datetime
    version: int


class LinkQuery(ListQuery):
    """The order and page of the list of links."""

    sort_keys = ("linked_at",)
