"""Vocabulary of answers."""

from typing import Annotated, Final

from pydantic import Field, StringConstraints

from services.feedback.versions.terms import MAX_LONG_TEXT, MAX_NUMBER, ChoiceId

# A UUID of version 4, made by the answerer's own device: it discloses nothing, not even when it was made.
UUID4_PATTERN: Final = r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$"

# Each answer rewrites at most so many others. A smaller number would cost less and hide less.
SHARD_ROWS: Final = 512

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


def shard_count(answers: int) -> int:
    """Return over how many shards so many answers are spread: doubled when a shard would grow beyond its rows."""
    shards = 1
    while shards * SHARD_ROWS < answers:
        shards *= 2
    return shards
