"""Bodies of organisations."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.kernel.lists.pages import ListQuery
from services.kernel.patches import UNCHANGED
from services.kernel.text import Line, LocalizedLine, LocalizedLinePatch

from .terms import BusinessId, OrganisationId, OrganisationKind


class OrganisationCreate(BaseModel):
    """A new organisation."""

    model_config = ConfigDict(extra="forbid")

    kind: OrganisationKind
    name: LocalizedLine
    business_id: BusinessId | None = None


class OrganisationPatch(BaseModel):
    """The fields to change (JSON merge patch); omitted fields stay."""

    model_config = ConfigDict(extra="forbid")

    kind: OrganisationKind = UNCHANGED
    name: LocalizedLinePatch = UNCHANGED
    business_id: BusinessId | None = UNCHANGED


class OrganisationRead(BaseModel):
    """An organisation as it is now."""

    model_config = ConfigDict(from_attributes=True)

    id: OrganisationId
    kind: OrganisationKind
    name: LocalizedLine
    business_id: str | None
    version: int
    created_at: datetime


class OrganisationQuery(ListQuery):
    """Filters of the list of organisations."""

    kind: Annotated[list[OrganisationKind] | None, Field(max_length=20)] = None
    business_id: BusinessId | None = None
    q: Annotated[
        Line | None, Field(description="Words in any inflection, beginnings of words, misspellings, a Y-tunnus")
    ] = None
