"""Bodies of organisation spellings."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.contracts.periods import PeriodLabel
from services.events.events.terms import MeasureFilter
from services.kernel.lists.pages import ListQuery
from services.kernel.text import Line, LocalizedLine


class CandidateRead(BaseModel):
    """An organisation of the registry with a similar name or abbreviation."""

    organisation_id: UUID
    name: LocalizedLine
    kind: str


class OrganisationSpellingRead(BaseModel):
    """One spelling that waits for a decision, as it is written most often."""

    spelling: str
    registrations: Annotated[int, Field(description="Live registrations, and people who were present")]
    attended: Annotated[int, Field(description="The people of these who were present")]
    events: int
    candidates: Annotated[list[CandidateRead], Field(description="At most three, the most similar one first")]


class OrganisationSpellingQuery(ListQuery):
    """The spellings of one coordination project, of all its events or of those of a period or measure."""

    sort_keys = ("registrations", "attended", "events")

    coordination: Annotated[UUID, Field(description="The coordination project's id")]
    period: PeriodLabel | None = None
    measure: Annotated[MeasureFilter | None, Field(description="Of the held events that this measure counts")] = None
    q: Annotated[Line | None, Field(description="Part of a spelling")] = None
