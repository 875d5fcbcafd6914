"""Bodies of the summary."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from services.contracts.measures import MeasureState, Qualifier
from services.contracts.vocabulary import EventType


class TypeCount(BaseModel):
    """The events of one type: all that were published, and of these the held and the cancelled ones."""

    type: EventType
    planned: int
    held: int
    cancelled: int


class SummaryRead(BaseModel):
    """The events of a period in short: confirmed registrations to events not cancelled, attendances of held ones.

    For readers of aggregates, a sum that would disclose a number of one to four people is null, and registrations are
    null for periods other than whole half-years.
    """

    by_type: list[TypeCount]
    registrations: int | None
    attendances: int | None
    attendances_qualifier: Annotated[Qualifier | None, Field(description="Null: the number of attendances is exact")]
    organisations: Annotated[int | None, Field(description="Distinct organisations of the people who came")]
    organisations_state: Annotated[MeasureState, Field(description="Why `organisations` is null, where it is")]
    organisations_qualifier: Annotated[
        Qualifier | None, Field(description="`at_least` where the organisation of some people is not known")
    ]
    computed_at: datetime
