"""Bodies of partners."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.contracts.roles import Grant, Role, Scope
from services.contracts.words import InvalidValue
from services.kernel.lists.pages import ListQuery
from services.kernel.patches import UNCHANGED
from services.kernel.text import Line

from .terms import MAX_GRANTS, ClientId, PartnerRole

PartnerScope = Literal[
    Scope.registry_read,
    Scope.registry_write,
    Scope.events_read,
    Scope.events_write,
    Scope.registrations_read,
    Scope.registrations_write,
    Scope.attendance_write,
    Scope.feedback_read,
    Scope.feedback_write,
    Scope.feedback_text,
    Scope.dashboard_read,
]
PartnerScopes = Annotated[list[PartnerScope], Field(min_length=1, max_length=20)]


class GrantBody(BaseModel):
    """A role and the one place where it holds; without a place it holds everywhere."""

    model_config = ConfigDict(extra="forbid")

    role: PartnerRole
    coordination_id: UUID | None = None
    project_id: UUID | None = None
    event_id: UUID | None = None

    @model_validator(mode="after")
    def _has_one_place_or_none(self) -> Self:
        if sum(place_id is not None for place_id in (self.coordination_id, self.project_id, self.event_id)) > 1:
            raise InvalidValue("fields.one-place")
        return self

    def grant(self) -> Grant:
        """Return the grant as tokens carry it."""
        return Grant(Role(self.role), self.coordination_id, self.project_id, self.event_id)


PartnerGrants = Annotated[list[GrantBody], Field(min_length=1, max_length=MAX_GRANTS)]


class PartnerCreate(BaseModel):
    """A new machine client."""

    model_config = ConfigDict(extra="forbid")

    name: Line
    scopes: PartnerScopes
    grants: PartnerGrants = [GrantBody(role=PartnerRole.partner)]


class PartnerPatch(BaseModel):
    """The fields to change (JSON merge patch); omitted fields stay."""

    model_config = ConfigDict(extra="forbid")

    name: Line = UNCHANGED
    scopes: PartnerScopes = UNCHANGED
    grants: PartnerGrants = UNCHANGED
    active: bool = UNCHANGED


class GrantRead(BaseModel):
    """A role and the place where it holds."""

    role: PartnerRole
    coordination_id: UUID | None
    project_id: UUID | None
    event_id: UUID | None


class PartnerRead(BaseModel):
    """A machine client as it is now, without its secret."""

    model_config = ConfigDict(from_attributes=True)

    client_id: ClientId
    name: str
    scopes: list[str]
    grants: list[GrantRead]
    active: bool
    version: int
    created_at: datetime


class PartnerWithSecret(PartnerRead):
    """A machine client and its secret, which no later answer shows."""

    client_secret: str


class PartnerQuery(ListQuery):
    """Filters of the list of machine clients."""

    sort_keys = ("name", "created_at")

    active: bool | None = None
