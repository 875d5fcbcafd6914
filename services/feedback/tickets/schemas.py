"""Bodies of tickets."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.feedback.surveys.terms import SurveyId

from .terms import MAX_BATCH


class BatchPut(BaseModel):
    """How many tickets of which survey."""

    model_config = ConfigDict(extra="forbid")

    survey_id: SurveyId
    count: Annotated[int, Field(ge=1, le=MAX_BATCH)]


class BatchRead(BaseModel):
    """The tickets, told this once: only their hashes are kept."""

    tickets: Annotated[list[str], Field(description="Give each to one person, in an order of your own")]
