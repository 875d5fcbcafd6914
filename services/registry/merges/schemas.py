"""Bodies of merges."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.kernel.lists.pages import ListQuery
from services.kernel.text import Line, LocalizedLine
from services.registry.organisations.terms import OrganisationId

from .terms import MergeId


class MergeCreate(BaseModel):
    """The organisation that is the same as this one."""

    model_config = ConfigDict(extra="forbid")

    other: Annotated[OrganisationId, Field(description="The organisation in whose place this one is to answer")]
    reason: Line | None = None


class OrganisationKey(BaseModel):
    """An organisation by its id and name."""

    id: OrganisationId
    name: LocalizedLine


class MergeRead(BaseModel):
    """A merge: since then this organisation answers in the place of the other one."""

    id: MergeId
    other: OrganisationKey
    author: str
    reason: str | None
    merged_at: datetime
    version: int


class MergeQuery(ListQuery):
    """The order and page of the list of merges."""

    sort_keys = ("merged_at",)
