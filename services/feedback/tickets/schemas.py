"""Bodies of tickets."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.contracts.words import InvalidValue
from services.feedback.surveys.terms import SurveyId

from .terms import MAX_BATCH


class BatchCreate(BaseModel):
    """The number of tickets, and the survey that they are for."""

    model_config = ConfigDict(extra="forbid")

    survey_id: SurveyId
    count: Annotated[int, Field(ge=0, le=MAX_BATCH, description="Tickets of people who registered themselves")]
    by_organiser: Annotated[
        int, Field(ge=0, le=MAX_BATCH, description="Further tickets, of people that the organiser entered")
    ] = 0

    @model_validator(mode="after")
    def _asks_for_some(self) -> Self:
        if self.count + self.by_organiser == 0:
            raise InvalidValue("fields.no-tickets")
        return self


class BatchRead(BaseModel):
    """The tickets. They are shown only once, because only their hashes are stored."""

    tickets: Annotated[list[str], Field(description="Give each to one person, in a random order")]
    by_organiser: Annotated[list[str], Field(description="The same, for people that the organiser entered")]
