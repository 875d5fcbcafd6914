"""Bodies of co-participation."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.contracts.periods import PeriodLabel
from services.kernel.lists.pages import ListQuery
from services.kernel.text import LocalizedLine


class ParticipatingOrganisation(BaseModel):
    """An organisation of the registry."""

    id: UUID
    name: LocalizedLine
    kind: str


class CoParticipationRead(BaseModel):
    """Two organisations, and the number of held events to which people of both came."""

    organisation: ParticipatingOrganisation
    other: ParticipatingOrganisation
    events: int


class CoParticipationQuery(ListQuery):
    """The pairs of one coordination project and a period."""

    sort_keys = ("events",)

    coordination: Annotated[UUID, Field(description="The coordination project's id")]
    period: PeriodLabel
