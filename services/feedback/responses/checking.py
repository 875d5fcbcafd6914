"""Checks whether the sent values answer the questions. One engine for every question type."""

from collections.abc import Mapping
from typing import assert_never

from services.contracts.words import InvalidValue, Phrase
from services.feedback.versions.questions import (
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
from services.feedback.versions.terms import MAX_TEXTS
from services.kernel.text import EnteredText, clean, clean_line
from services.kernel.web.errors import Invalid, InvalidField

from .terms import NOT_APPLICABLE, StoredAnswers, StoredValue


class ValueDoesNotFit(Exception):
    """A value does not answer its question."""

    def __init__(self, code: str, message: Phrase) -> None:
        super().__init__(code)
        self.code, self.message = code, message


def check_answers(definition: Definition, values: Mapping[str, object]) -> StoredAnswers:
    """Return the values to store, one for each question; null where the question was skipped.

    Raises: Invalid, with a pointer for each value that does not fit, and a message that names the question.
    """
    questions = definition.answerable()
    problems = [
        _problem(question_id, "unknown-question", Phrase("fields.unknown-question", question=question_id))
        for question_id in values
        if question_id not in questions
    ]
    checked: StoredAnswers = {}
    for question_id, question in questions.items():
        try:
            checked[question_id] = _check(question, values.get(question_id))
        except ValueDoesNotFit as error:
            problems.append(_problem_of(question, error.code, error.message))
    problems += _too_long_together(questions, checked)
    if problems:
        raise Invalid(errors=problems)
    return checked


def _too_long_together(questions: Mapping[str, Answerable], checked: StoredAnswers) -> list[InvalidField]:
    """Return a problem of the last text where the texts of one answer are longer than an answer is padded to."""
    texts = {
        question_id: value
        for question_id, value in checked.items()
        if isinstance(value, str) and isinstance(questions[question_id], TextQuestion | LongTextQuestion)
    }
    if sum(map(len, texts.values())) <= MAX_TEXTS:
        return []
    last = questions[list(texts)[-1]]
    return [_problem_of(last, "texts-too-long", Phrase("fields.texts-too-long", count=MAX_TEXTS))]


def _problem_of(question: Answerable, code: str, message: Phrase) -> InvalidField:
    named = Phrase("fields.in-question", question=EnteredText(question.label), problem=message)
    return _problem(question.id, code, named)


def _problem(question_id: str, code: str, message: Phrase) -> InvalidField:
    return InvalidField(f"/body/answers/{question_id}", code, message)


def _check(question: Answerable, value: object) -> StoredValue:
    checked = None if value is None else _fitting(question, value)
    if checked in (None, "", []):
        if question.required:
            raise ValueDoesNotFit("required", Phrase("fields.answer-required"))
        return None
    return checked


def _fitting(question: Answerable, value: object) -> StoredValue:
    match question:
        case ScaleQuestion():
            return _scale_value(question, value)
        case NpsQuestion():
            return _whole_number(value, low=0, high=10)
        case NumberQuestion():
            return _number(value, low=question.min, high=question.max)
        case SingleQuestion():
            return _choice(question, value)
        case MultiQuestion():
            return _choices(question, value)
        case TextQuestion() | LongTextQuestion():
            return _text(question, value)
        case never:
            assert_never(never)


def _scale_value(question: ScaleQuestion, value: object) -> int | str:
    if question.allows_na and value == NOT_APPLICABLE:
        return NOT_APPLICABLE
    return _whole_number(value, low=question.min, high=question.max)


def _number(value: object, *, low: float, high: float) -> int | float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ValueDoesNotFit("wrong-type", Phrase("fields.number-expected"))
    if not low <= value <= high:
        raise ValueDoesNotFit("out-of-range", Phrase("fields.out-of-range", low=low, high=high))
    return int(value) if value == int(value) else value


def _whole_number(value: object, *, low: int, high: int) -> int:
    number = _number(value, low=low, high=high)
    if not isinstance(number, int):
        raise ValueDoesNotFit("wrong-type", Phrase("fields.whole-number-expected"))
    return number


def _choice(question: SingleQuestion, value: object) -> str:
    if not isinstance(value, str):
        raise ValueDoesNotFit("wrong-type", Phrase("fields.choice-id-expected"))
    if value not in {choice.id for choice in question.choices}:
        raise ValueDoesNotFit("unknown-choice", Phrase("fields.unknown-choice"))
    return value


def _choices(question: MultiQuestion, value: object) -> list[str]:
    """Return the chosen ids in the order of the form, so that the order of clicking is not stored."""
    if not isinstance(value, list):
        raise ValueDoesNotFit("wrong-type", Phrase("fields.choice-list-expected"))
    choices = {choice.id: choice for choice in question.choices}
    if any(not isinstance(choice_id, str) or choice_id not in choices for choice_id in value):
        raise ValueDoesNotFit("unknown-choice", Phrase("fields.unknown-choice"))
    chosen = [choice_id for choice_id in choices if choice_id in value]
    if len(chosen) > 1 and any(choices[choice_id].exclusive for choice_id in chosen):
        raise ValueDoesNotFit("exclusive-choice", Phrase("fields.exclusive-choice"))
    if chosen and not question.min_choices <= len(chosen) <= question.max_choices:
        raise ValueDoesNotFit(
            "wrong-count", Phrase("fields.wrong-number-of-choices", low=question.min_choices, high=question.max_choices)
        )
    return chosen


def _text(question: TextQuestion | LongTextQuestion, value: object) -> str:
    if not isinstance(value, str):
        raise ValueDoesNotFit("wrong-type", Phrase("fields.text-expected"))
    try:
        text = (clean_line if isinstance(question, TextQuestion) else clean)(value.strip())
    except InvalidValue as error:
        raise ValueDoesNotFit("wrong-text", error.phrase) from error
    if len(text) > question.max_length:
        raise ValueDoesNotFit("too-long", Phrase("fields.answer-too-long", count=question.max_length))
    return text
