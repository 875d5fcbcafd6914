"""Questions: the types of which a definition is made, and the rules within one definition."""

from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.contracts.words import InvalidValue
from services.kernel.text import FALLBACK, LocalizedLine, LocalizedProse

from .terms import MAX_LINE, MAX_LONG_TEXT, MAX_NUMBER, ChoiceId, QuestionId


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_serialization_defaults_required=True)


class _Question(_Part):
    id: QuestionId
    label: LocalizedLine
    help: LocalizedProse | None = None
    required: bool = False

    def measured_by(self) -> tuple[object, ...]:
        """Return the values that may not change under the same id, so that its counts continue."""
        return ()


class ScaleQuestion(_Question):
    """A whole number on a labelled scale; `na` where the question may not concern the answerer."""

    type: Literal["scale"]
    min: Annotated[int, Field(ge=0, le=10, examples=[1])] = 1
    max: Annotated[int, Field(ge=1, le=11, examples=[5])] = 5
    min_label: LocalizedLine | None = None
    max_label: LocalizedLine | None = None
    allows_na: bool = False

    def measured_by(self) -> tuple[object, ...]:
        """Return the ends of the scale."""
        return (self.min, self.max)

    @model_validator(mode="after")
    def _has_two_ends(self) -> Self:
        if self.min >= self.max:
            raise InvalidValue("fields.scale-reversed", question=self.id)
        return self


class NpsQuestion(_Question):
    """How likely the answerer would recommend, 0 to 10."""

    type: Literal["nps"]
    min_label: LocalizedLine | None = None
    max_label: LocalizedLine | None = None


class Choice(_Part):
    """One of the things to choose. An exclusive choice is chosen alone."""

    id: ChoiceId
    label: LocalizedLine
    exclusive: bool = False


Choices = Annotated[list[Choice], Field(min_length=2, max_length=60)]


class SingleQuestion(_Question):
    """One of the choices."""

    type: Literal["single"]
    choices: Choices

    @model_validator(mode="after")
    def _chooses_by_name(self) -> Self:
        _refuse_same_choices(self)
        return self


class MultiQuestion(_Question):
    """Several choices."""

    type: Literal["multi"]
    choices: Choices
    min_choices: Annotated[int, Field(ge=0, le=60)] = 0
    max_choices: Annotated[int, Field(ge=1, le=60)] = 60

    @model_validator(mode="after")
    def _chooses_by_name(self) -> Self:
        _refuse_same_choices(self)
        if self.min_choices > min(self.max_choices, len(self.choices)):
            raise InvalidValue("fields.too-many-choices-required", question=self.id)
        return self


class NumberQuestion(_Question):
    """A number between two bounds."""

    type: Literal["number"]
    min: Annotated[float, Field(ge=-MAX_NUMBER, le=MAX_NUMBER, allow_inf_nan=False, examples=[0])]
    max: Annotated[float, Field(ge=-MAX_NUMBER, le=MAX_NUMBER, allow_inf_nan=False, examples=[100])]
    unit: LocalizedLine | None = None

    @model_validator(mode="after")
    def _has_two_ends(self) -> Self:
        if self.min >= self.max:
            raise InvalidValue("fields.number-reversed", question=self.id)
        return self


class TextQuestion(_Question):
    """One line in the answerer's own words."""

    type: Literal["text"]
    max_length: Annotated[int, Field(ge=1, le=MAX_LINE)] = MAX_LINE


class LongTextQuestion(_Question):
    """A paragraph in the answerer's own words."""

    type: Literal["long_text"]
    max_length: Annotated[int, Field(ge=1, le=MAX_LONG_TEXT)] = MAX_LONG_TEXT


class InfoText(_Part):
    """A text to read, without an answer."""

    type: Literal["info"]
    id: QuestionId
    label: LocalizedLine
    help: LocalizedProse | None = None


Answerable = (
    ScaleQuestion | NpsQuestion | SingleQuestion | MultiQuestion | NumberQuestion | TextQuestion | LongTextQuestion
)
Question = Annotated[Answerable | InfoText, Field(discriminator="type")]


class Definition(_Part):
    """The questions of a survey, in order. All labels share at least one language."""

    questions: Annotated[list[Question], Field(min_length=1, max_length=100)]

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if repeated := _repeated(question.id for question in self.questions):
            raise InvalidValue("fields.same-question-id", question=repeated)
        if not self.answerable():
            raise InvalidValue("fields.nothing-to-answer")
        if not self.languages():
            raise InvalidValue("fields.no-shared-language")
        return self

    def answerable(self) -> dict[str, Answerable]:
        """Return the questions that take an answer, by id."""
        return {question.id: question for question in self.questions if not isinstance(question, InfoText)}

    def languages(self) -> list[str]:
        """Return the languages in which the whole form can be read: Finnish, Swedish, English, then by tag."""
        labels = [text for question in self.questions for text in _texts(question)]
        shared = set(labels[0]).intersection(*labels)
        return [tag for tag in FALLBACK if tag in shared] + sorted(shared - set(FALLBACK))


def _texts(question: Answerable | InfoText) -> list[LocalizedLine]:
    choices = question.choices if isinstance(question, SingleQuestion | MultiQuestion) else []
    return [question.label, *(choice.label for choice in choices)]


def _refuse_same_choices(question: SingleQuestion | MultiQuestion) -> None:
    if repeated := _repeated(choice.id for choice in question.choices):
        raise InvalidValue("fields.same-choice-id", question=question.id, choice=repeated)


def _repeated(ids: Iterable[str]) -> str | None:
    """Return the first id that comes more than once."""
    return next((one for one, times in Counter(ids).items() if times > 1), None)
