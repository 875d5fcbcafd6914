"""The questions of a survey over all its wordings."""

from collections.abc import Sequence

from services.feedback.versions.questions import Answerable, Definition, MultiQuestion, SingleQuestion


def questions_of(versions: Sequence[Definition]) -> list[Answerable]:
    """Return the questions of all wordings, the newest first, each in its newest form with all its choices."""
    newest: dict[str, Answerable] = {}
    for definition in reversed(versions):
        for question_id, question in definition.answerable().items():
            newest[question_id] = _with_choices_of(question, newest.get(question_id, question))
    return list(newest.values())


def _with_choices_of(earlier: Answerable, question: Answerable) -> Answerable:
    """Return the question with the choices that it had in an earlier wording: people chose them, and they count."""
    if not isinstance(question, SingleQuestion | MultiQuestion) or not isinstance(
        earlier, SingleQuestion | MultiQuestion
    ):
        return question
    present_ids = {choice.id for choice in question.choices}
    former = [choice for choice in earlier.choices if choice.id not in present_ids]
    return question.model_copy(update={"choices": [*question.choices, *former]})
