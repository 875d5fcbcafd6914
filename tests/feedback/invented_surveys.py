"""Invented surveys whose organiser asks groups to leave questions blank, rewords them, and enters people."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

from services.feedback.responses.terms import OpenedAnswer
from services.feedback.results import figures
from services.feedback.results.figures import released_figures
from services.feedback.results.queries import response_rate
from services.feedback.results.tallying import Tally
from services.feedback.versions.questions import NpsQuestion, ScaleQuestion
from tests.feedback.differencing import SCORES, Person

LABEL = dict.fromkeys(("fi", "sv", "en"), "Q")
NAMES = ("overall", "again", "third", "later")
QUESTIONS = [
    *(ScaleQuestion(type="scale", id=name, label=LABEL) for name in NAMES),
    NpsQuestion(type="nps", id="recommend", label=LABEL),
]
INVITED = 40


@dataclass(frozen=True)
class Survey:
    """The answers to one survey, and which questions each wording asked."""

    people: list[Person]
    asked: list[frozenset[str]]

    def opened(self) -> Iterator[OpenedAnswer]:
        for person, asked in zip(self.people, self.asked, strict=True):
            answers = {name: SCORES[person.grade] if name == "recommend" else person.grade for name in person.answered}
            version = 2 if "later" in asked else 1
            yield OpenedAnswer(version, "fi", dict.fromkeys(asked) | answers, person.is_of_organiser)

    def columns(self) -> Mapping:
        """Return the columns of the release."""
        tally = Tally()
        for answer in self.opened():
            tally.add(answer)
        return released_figures(tally, QUESTIONS, population=INVITED).columns

    def counted(self) -> list[Person]:
        """Return the people whose answers are counted in the release."""
        tally, patterns = Tally(), []
        for answer in self.opened():
            single = Tally()
            single.add(answer)
            tally.add(answer)
            patterns += single.patterns()
        kept = figures.counted_patterns(tally, QUESTIONS, figures.answers_that_count(QUESTIONS))
        return [person for person, pattern in zip(self.people, patterns, strict=True) if pattern in kept]


def an_invented_survey(chance: Random, *, least: int = 5) -> Survey:
    """A survey of up to 26 people."""
    size = chance.randint(least, 26)
    usual = chance.choice([[1, 2, 3, 4, 5], [4, 5, 5, 5], [5] * 12 + [4], [1, 1, 1, 2]])
    blank = {name: set(chance.sample(range(size), chance.choice([0, 0, 1, 2, 5, 6, 9]) % size)) for name in NAMES[1:]}
    blank["recommend"] = set(chance.sample(range(size), chance.choice([0, 0, 0, 1, 5, 7]) % size))
    blank["overall"] = set(chance.sample(range(size), chance.choice([0, 0, 0, 1, 5]) % size))
    reworded_at = chance.choice([size, chance.randrange(size)])
    people, wordings = [], []
    for place in range(size):
        asked = frozenset(blank) - ({"later"} if place < reworded_at else set())
        answered = frozenset(name for name in asked if place not in blank[name])
        people.append(Person(answered, chance.choice(usual), is_of_organiser=chance.random() < 0.1))
        wordings.append(asked)
    return Survey(people, wordings)


def results_read(columns: Mapping) -> Mapping:
    """What the results of a survey say of these columns."""
    n = columns.get("n")
    rate = response_rate(n, INVITED)
    return {**columns, "n": n, "invited": INVITED, "response_rate": None if rate is None else float(rate)}
