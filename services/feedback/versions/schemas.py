"""Bodies of versions."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.feedback.surveys.terms import SurveyId

from .questions import Definition


class VersionCreate(BaseModel):
    """A new wording. Questions and choices keep their ids, so their counts continue."""

    model_config = ConfigDict(extra="forbid")

    definition: Definition


class VersionRead(BaseModel):
    """One wording of a survey; it never changes."""

    survey_id: SurveyId
    number: int
    sha256: Annotated[str, Field(description="Of the definition's canonical JSON, in hexadecimal")]
    definition: Definition
