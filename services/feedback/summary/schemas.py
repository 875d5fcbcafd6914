"""Bodies of the summary."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.contracts.decimals import WrittenDecimal
from services.contracts.measures import Qualifier
from services.contracts.periods import PeriodRead


class SummaryRead(BaseModel):
    """The feedback of a coordination's events in a period.

    Answers are counted where a survey's results may be shown; `n` counts the answers of the mean, and `nps_n` those of
    the net promoter score. Null: not shown.
    """

    coordination_id: UUID
    period: PeriodRead
    surveys: int
    invited: Annotated[
        int | None,
        Field(description="People invited, over all these surveys: the number of attendees, so for the staff alone"),
    ]
    answers: int
    mean: Annotated[WrittenDecimal | None, Field(description="Of the question `overall`, 1 to 5")]
    mean_qualifier: Annotated[Qualifier | None, Field(description="Null: the mean is exact")]
    n: int
    nps: Annotated[WrittenDecimal | None, Field(description="-100 to 100")]
    nps_qualifier: Annotated[Qualifier | None, Field(description="Null: the net promoter score is exact")]
    nps_n: int
    response_rate: Annotated[
        WrittenDecimal | None,
        Field(description="Counted answers of each hundred people reached by an invitation to these surveys"),
    ]
    computed_at: datetime
