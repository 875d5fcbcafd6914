"""Tallying: counts of the answers, made one answer at a time, so that no two answers need to be held at once.

People with the same wording who answered the same questions are counted together. Only so much is kept of who answered
what as the disclosure rule needs.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from services.feedback.responses.terms import NOT_APPLICABLE, OpenedAnswer, StoredValue

# The value of one question: a number, a choice or words.
Value = int | float | str


@dataclass(frozen=True, slots=True)
class Pattern:
    """The wording that people saw and the questions that they answered. People with the same are counted together.

    `not_applicable` are those of the answered questions whose answer is the word for "does not concern me". To a choice
    or a text this is an answer like any other.
    """

    version: int
    asked: frozenset[str]
    answered: frozenset[str]
    not_applicable: frozenset[str]
    entered_by_organiser: bool


# The questions that the people of a pattern answered, as far as an answer counts.
AnsweredBy = Callable[[Pattern], frozenset[str]]


@dataclass(slots=True)
class Column:
    """The values of one question: of all people, and of the independent ones, who were not entered by the organiser.

    `n` and `independents` are the people who answered; a person who chose several choices is one of them.
    `is_of_several`: a person may give several values, so that each value is a question of its own, answered yes or no.
    """

    n: int = 0
    independents: int = 0
    values: Counter[Value] = field(default_factory=Counter)
    independent_values: Counter[Value] = field(default_factory=Counter)
    is_of_several: bool = False

    def add(self, values: Mapping[Value, int], *, people: int, entered_by_organiser: bool) -> None:
        """Count the values of so many people."""
        self.n += people
        self.values.update(values)
        if not entered_by_organiser:
            self.independents += people
            self.independent_values.update(values)


@dataclass(slots=True)
class _Group:
    people: int = 0
    cells: Counter[tuple[str, Value]] = field(default_factory=Counter)


class Tally:
    """The counts of the answers to one survey."""

    def __init__(self) -> None:
        """Begin with no answers."""
        self._groups: dict[Pattern, _Group] = {}
        # One object for each pair of a question and a value, however many groups count it.
        self._keys: dict[tuple[str, Value], tuple[str, Value]] = {}
        self._of_several: set[str] = set()

    def add(self, answer: OpenedAnswer) -> None:
        """Count one answer."""
        self._of_several |= {question_id for question_id, value in answer.answers.items() if isinstance(value, list)}
        given = {question_id: _values(value) for question_id, value in answer.answers.items() if _is_answer(value)}
        pattern = Pattern(
            version=answer.version,
            asked=frozenset(answer.answers),
            answered=frozenset(given),
            not_applicable=frozenset(name for name, values in given.items() if values == [NOT_APPLICABLE]),
            entered_by_organiser=answer.entered_by_organiser,
        )
        group = self._groups.setdefault(pattern, _Group())
        group.people += 1
        keys = ((question_id, value) for question_id, values in given.items() for value in values)
        group.cells.update(self._keys.setdefault(key, key) for key in keys)

    def patterns(self) -> list[Pattern]:
        """Return all patterns, each once."""
        return list(self._groups)

    def people(self, pattern: Pattern) -> int:
        """Return the number of people of a pattern."""
        return self._groups[pattern].people

    def columns(
        self, question_ids: Iterable[str], patterns: Iterable[Pattern], answered_by: AnsweredBy
    ) -> dict[str, Column]:
        """Return the values of each of the questions in these patterns."""
        columns = {name: Column(is_of_several=name in self._of_several) for name in question_ids}
        for pattern in patterns:
            group = self._groups[pattern]
            for question_id, values in _by_question(group.cells, answered_by(pattern).intersection(columns)).items():
                columns[question_id].add(values, people=group.people, entered_by_organiser=pattern.entered_by_organiser)
        return columns


def _by_question(cells: Mapping[tuple[str, Value], int], question_ids: frozenset[str]) -> dict[str, dict[Value, int]]:
    values: dict[str, dict[Value, int]] = {question_id: {} for question_id in question_ids}
    for (question_id, value), count in cells.items():
        if question_id in values:
            values[question_id][value] = count
    return values


def _is_answer(value: StoredValue) -> bool:
    return value is not None and value != []


def _values(value: StoredValue) -> list[Value]:
    if isinstance(value, list):
        return [*value]
    return [] if value is None else [value]
