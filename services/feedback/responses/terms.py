"""Vocabulary of answers."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from services.feedback.versions.terms import MAX_LONG_TEXT, MAX_NUMBER, ChoiceId

# "Does not concern me", where a scale allows it.
NOT_APPLICABLE: Final = "na"

WholeNumber = Annotated[int, Field(strict=True, ge=-MAX_NUMBER, le=MAX_NUMBER)]
Fraction = Annotated[float, Field(strict=True, ge=-MAX_NUMBER, le=MAX_NUMBER, allow_inf_nan=False)]
Words = Annotated[str, StringConstraints(strict=True, max_length=MAX_LONG_TEXT)]
ChosenIds = Annotated[list[ChoiceId], Field(max_length=60)]
# The value that is sent for one question; null is "skipped".
AnswerValue = WholeNumber | Fraction | Words | ChosenIds | None

# The value that is stored for one question.
StoredValue = int | float | str | list[str] | None
# Question id → value. Null: the person skipped the question. Absent: their wording did not ask it.
StoredAnswers = dict[str, StoredValue]


@dataclass(frozen=True, slots=True)
class OpenedAnswer:
    """One person's answer, as it is sealed and as the release reads it.

    `entered_by_organiser`: the organiser entered the person, and may have written the answer.
    """

    version: int
    language: str
    answers: StoredAnswers
    entered_by_organiser: bool


class Receipt(StrEnum):
    """Whether this request's answer was stored, or one that came earlier with the same ticket."""

    received = "received"
    received_before = "received_before"


STATUS_OF: Final = {Receipt.received: 201, Receipt.received_before: 200}
