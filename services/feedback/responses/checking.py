"""Checking: whether what was sent answers the questions. One engine for every question type."""

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
from services.kernel.text import clean, clean_line
from services.kernel.web.errors import Invalid, InvalidField

from .terms import NOT_APPLICABLE, AnswerValue, Kept


class Unfit(Exception):
    """A value does not answer its question."""

    def __init__(self, code: str, message: Phrase) -> None:
        super().__init__(code)
        self.code, self.message = code, message


def check_answers(definition: Definition, sent: Mapping[str, AnswerValue]) -> dict[str, Kept]:
    """Return what is kept of the answers: a value for each question, null where it was skipped.

    Raises Invalid with a pointer for each answer that does not fit.
    """
    questions = definition.answerable()
    problems = [
        _problem(name, "unknown-question", Phrase("fields.unknown-question")) for name in sent if name not in questions
    ]
    kept: dict[str, Kept] = {}
    for question_id, question in questions.items():
        try:
            kept[question_id] = _check(question, sent.get(question_id))
        except Unfit as unfit:
            problems.append(_problem(question_id, unfit.code, unfit.message))
    if problems:
        raise Invalid(errors=problems)
    return kept


def _problem(question_id: str, code: str, message: Phrase) -> InvalidField:
    return InvalidField(f"/body/answers/{question_id}", code, message)


def _check(question: Answerable, value: AnswerValue) -> Kept:
    kept = None if value is None else _fit(question, value)
    if kept in (None, "", []):
        if question.required:
            raise Unfit("required", Phrase("fields.answer-required"))
        return None
    return kept


def _fit(question: Answerable, value: AnswerValue) -> Kept:
    match question:
        case ScaleQuestion():
            return _place(question, value)
        case NpsQuestion():
            return _whole(value, low=0, high=10)
        case NumberQuestion():
            return _number(value, low=question.min, high=question.max)
        case SingleQuestion():
            return _one_choice(question, value)
        case MultiQuestion():
            return _choices(question, value)
        case TextQuestion() | LongTextQuestion():
            return _words(question, value)
        case never:
            assert_never(never)


def _place(question: ScaleQuestion, value: AnswerValue) -> int | str:
    if question.allows_na and value == NOT_APPLICABLE:
        return NOT_APPLICABLE
    return _whole(value, low=question.min, high=question.max)


def _number(value: AnswerValue, *, low: float, high: float) -> int | float:
    if not isinstance(value, int | float):
        raise Unfit("wrong-type", Phrase("fields.number-expected"))
    if not low <= value <= high:
        raise Unfit("out-of-range", Phrase("fields.out-of-range", low=low, high=high))
    return int(value) if value == int(value) else value


def _whole(value: AnswerValue, *, low: int, high: int) -> int:
    number = _number(value, low=low, high=high)
    if not isinstance(number, int):
        raise Unfit("wrong-type", Phrase("fields.whole-number-expected"))
    return number


def _one_choice(question: SingleQuestion, value: AnswerValue) -> str:
    if not isinstance(value, str):
        raise Unfit("wrong-type", Phrase("fields.choice-id-expected"))
    if value not in {choice.id for choice in question.choices}:
        raise Unfit("unknown-choice", Phrase("fields.unknown-choice"))
    return value


def _choices(question: MultiQuestion, value: AnswerValue) -> list[str]:
    """Return the chosen ids in the order of the form: the order of clicking is nobody's business."""
    if not isinstance(value, list):
        raise Unfit("wrong-type", Phrase("fields.choice-list-expected"))
    known = {choice.id: choice for choice in question.choices}
    if any(name not in known for name in value):
        raise Unfit("unknown-choice", Phrase("fields.unknown-choice"))
    chosen = [name for name in known if name in value]
    if len(chosen) > 1 and any(known[name].exclusive for name in chosen):
        raise Unfit("exclusive-choice", Phrase("fields.exclusive-choice"))
    if chosen and not question.min_choices <= len(chosen) <= question.max_choices:
        raise Unfit(
            "wrong-count", Phrase("fields.wrong-number-of-choices", low=question.min_choices, high=question.max_choices)
        )
    return chosen


def _words(question: TextQuestion | LongTextQuestion, value: AnswerValue) -> str:
    if not isinstance(value, str):
        raise Unfit("wrong-type", Phrase("fields.text-expected"))
    try:
        text = (clean_line if isinstance(question, TextQuestion) else clean)(value.strip())
    except InvalidValue as error:
        raise Unfit("wrong-text", error.phrase) from error
    if len(text) > question.max_length:
        raise Unfit("too-long", Phrase("fields.answer-too-long", count=question.max_length))
    return text
