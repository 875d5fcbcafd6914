"""Bodies of answers."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from services.feedback.versions.terms import QuestionId
from services.kernel.text import LanguageTag

from .terms import AnswerValue, Receipt


def _or_as_sent(value: object, check: ValidatorFunctionWrapHandler) -> object:
    """Return the value as it was sent where it answers no question.

    The check of the answers refuses it, with a message that names its question.
    """
    try:
        return check(value)
    except ValidationError:
        return value


SentValue = Annotated[AnswerValue, WrapValidator(_or_as_sent)]


class ResponseCreate(BaseModel):
    """One person's answers."""

    model_config = ConfigDict(extra="forbid")

    version: Annotated[int, Field(ge=1, le=10_000, description="The definition version that was shown")]
    language: LanguageTag
    complete: Annotated[
        Literal[True], Field(description="Always true: saving a part of the answers is not offered yet")
    ]
    answers: Annotated[
        dict[QuestionId, SentValue],
        Field(max_length=100, examples=[{"overall": 5, "recommend": 9, "practice": "Kokeilemme hankekahveja."}]),
    ]


class ResponseRead(BaseModel):
    """The confirmation that an answer was received: this one, or one that came earlier with the same ticket."""

    state: Receipt
