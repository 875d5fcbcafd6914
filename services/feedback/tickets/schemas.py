"""Bodies of tickets."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.feedback.surveys.terms import SurveyId

from .terms import MAX_BATCH


class BatchPut(BaseModel):
    """The number of tickets, and the survey that they are for."""

    model_config = ConfigDict(extra="forbid")

    survey_id: SurveyId
    count: Annotated[int, Field(ge=1, le=MAX_BATCH)]


class BatchRead(BaseModel):
    """The tickets. They are shown only once, because only their hashes are stored."""

    tickets: Annotated[list[str], Field(description="Give each to one person, in a random order")]
