"""Tallying: answers are counted one at a time, and become the columns of a release."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from services.feedback.responses.terms import OpenedAnswer, StoredAnswers
from services.feedback.versions.questions import Answerable

from . import disclosure, statistics
from .schemas import QuestionResult
from .terms import SHOWN_FROM, Bound, ResultState


class Tally:
    """The answers to one survey."""

    def __init__(self) -> None:
        self.answers: list[StoredAnswers] = []

    def add(self, answer: OpenedAnswer) -> None:
        """Count one answer."""
        self.answers.append(answer.answers)


@dataclass(frozen=True, slots=True)
class ReleasedFigures:
    """The columns of a release, and the texts that may be kept, each with the id of its question."""

    columns: dict[str, object]
    texts: list[tuple[str, str]] = field(default_factory=list)


def released_figures(tally: Tally, questions: Sequence[Answerable], *, population: int) -> ReleasedFigures:
    """Return what may be published of the answers. `population` counts the people who could have answered."""
    n = len(tally.answers)
    hidden: dict[str, object] = {"engine": statistics.engine(), "state": ResultState.hidden, "questions": []}
    if n < SHOWN_FROM:
        return ReleasedFigures(hidden)
    comparable = disclosure.comparable(tally.answers)
    shown = {}
    for question in questions:
        values = [answer.get(question.id) for answer in tally.answers] if question.id in comparable else []
        result = disclosure.disclose(question, values, population=max(population, n))
        if result is not None:
            shown[question.id] = result
    figures = {
        "state": ResultState.released,
        "n": n,
        "questions": [result.model_dump(mode="json") for result in shown.values()],
        **_headline(shown.get("overall"), shown.get("recommend")),
    }
    return ReleasedFigures({**hidden, **figures}, _texts(tally, questions))


def _headline(overall: QuestionResult | None, recommend: QuestionResult | None) -> dict[str, object]:
    columns: dict[str, object] = {}
    if overall is not None and overall.n and overall.mean is not None:
        total = Decimal(str(overall.mean.value)) * overall.n
        columns |= {"overall_n": overall.n, "overall_sum": total, "overall_bound": overall.mean.bound}
    if recommend is not None and recommend.n and recommend.nps is not None:
        net = Decimal(str(recommend.nps.score)) * recommend.n
        columns |= {"nps_n": recommend.n, "nps_net": net, "nps_bound": Bound.exact}
    return columns


def _texts(tally: Tally, questions: Sequence[Answerable]) -> list[tuple[str, str]]:
    ids = [question.id for question in questions if question.type in {"text", "long_text"}]
    return [(name, words) for answer in tally.answers for name in ids if isinstance(words := answer.get(name), str)]
