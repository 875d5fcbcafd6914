"""Sizes: how many bytes an answer can take, so that all answers to a survey are padded to one size."""

import math
from typing import Final, assert_never

from .questions import (
    Answerable,
    Definition,
    LongTextQuestion,
    MultiQuestion,
    NpsQuestion,
    NumberQuestion,
    ScaleQuestion,
    SingleQuestion,
    TextQuestion,
)
from .terms import MAX_TEXTS

# Of the JSON around the answers: version, language and who entered the person.
_ENVELOPE_BYTES: Final = 128
# A sign of a text in UTF-8, and the longest number as JSON: sign, 17 digits, point and exponent.
_SIGN_BYTES: Final = 4
_NUMBER_BYTES: Final = 25
_STEP_BYTES: Final = 4096


def answer_size(definition: Definition) -> int:
    """Return the bytes to which the answers to this wording are padded: its largest answer, rounded up to 4 kB."""
    questions = definition.answerable().values()
    # Each value stands behind its question's id, with two quotes, a colon and a comma.
    fixed = sum(len(question.id) + 4 + _value_bytes(question) for question in questions)
    texts = sum(question.max_length for question in questions if isinstance(question, TextQuestion | LongTextQuestion))
    size = _ENVELOPE_BYTES + fixed + _SIGN_BYTES * min(texts, MAX_TEXTS)
    return _STEP_BYTES * math.ceil(size / _STEP_BYTES)


def _value_bytes(question: Answerable) -> int:
    """Return the bytes of the longest value as JSON, without the signs of texts. Skipped is `null`."""
    match question:
        case ScaleQuestion() | NpsQuestion():
            return len("null")
        case NumberQuestion():
            return _NUMBER_BYTES
        case SingleQuestion():
            return max(len("null"), *(2 + len(choice.id) for choice in question.choices))
        case MultiQuestion():
            return 2 + sum(len(choice.id) + 3 for choice in question.choices)
        case TextQuestion() | LongTextQuestion():
            return len("null")
        case never:
            assert_never(never)
