"""Bodies of the summary."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.contracts.periods import PeriodRead


class SummaryRead(BaseModel):
    """The feedback of a coordination's events in a period.

    Answers are counted where a survey's results may be shown; `n` counts the answers of the mean. Null: not shown.
    """

    coordination_id: UUID
    period: PeriodRead
    surveys: int
    invited: Annotated[
        int | None,
        Field(
            description="Tickets handed out, over all these surveys: the number of attendees, so for the staff alone"
        ),
    ]
    answers: int
    mean: Annotated[Decimal | None, Field(description="Of the question `overall`, 1 to 5")]
    nps: Annotated[Decimal | None, Field(description="-100 to 100")]
    response_rate: Annotated[Decimal | None, Field(description="Per cent, over the surveys whose answers are counted")]
    n: int
    computed_at: datetime
