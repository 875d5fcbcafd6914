"""Bodies of measures."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from services.contracts.vocabulary import EventType


class TypeCount(BaseModel):
    """Events of one type: all that were announced, and of these the held and the cancelled."""

    type: EventType
    planned: int
    held: int
    cancelled: int


class SummaryRead(BaseModel):
    """The events of a period in short: confirmed registrations to events not cancelled, attendances of held ones.

    Null, where only aggregates are told: a sum that would tell of one to four people. Registrations are told for whole
    half-years.
    """

    by_type: list[TypeCount]
    registrations: int | None
    attendances: int | None
    organisations: Annotated[int | None, Field(description="Distinct organisations among those who came")]
    computed_at: datetime
