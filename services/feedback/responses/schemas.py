"""Bodies of answers."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.feedback.versions.terms import QuestionId
from services.kernel.text import LanguageTag

from .terms import AnswerValue, Receipt


class ResponseCreate(BaseModel):
    """One person's answers."""

    model_config = ConfigDict(extra="forbid")

    version: Annotated[int, Field(ge=1, le=10_000, description="The definition version that was shown")]
    language: LanguageTag
    complete: Annotated[
        Literal[True], Field(description="Always true: saving a part of the answers is not offered yet")
    ]
    answers: Annotated[
        dict[QuestionId, AnswerValue],
        Field(max_length=100, examples=[{"overall": 5, "recommend": 9, "practice": "Kokeilemme hankekahveja."}]),
    ]


class ResponseRead(BaseModel):
    """The confirmation that an answer was received: this one, or one that came earlier with the same ticket."""

    state: Receipt
