"""An attacker who knows the rules too: what is hidden also tells something, because he knows why it would be hidden.

Whatever he computes, a person's grade does not follow from the published results if the same people could have given
other answers, this person another grade, with exactly the same results. So such answers are looked for.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations
from random import Random

from tests.feedback.differencing import GRADES, Person
from tests.feedback.invented_surveys import Survey

# How far the search goes: so many exchanges are followed by a second one, and so many times all people are shuffled.
FIRSTS = 4
SHUFFLES = 3000


def certain_people(survey: Survey) -> Iterator[Person]:
    """Yield the people whose grade is the same in all answers found that have these results."""
    columns = survey.columns()
    yield from (survey.people[place] for place in _unlike(survey) if not _may_be_another(survey, place, columns))


def _unlike(survey: Survey) -> Iterator[int]:
    """Yield one person of each kind who was not entered by the organiser."""
    seen = set()
    for place, (person, asked) in enumerate(zip(survey.people, survey.asked, strict=True)):
        if not person.is_of_organiser and (person, asked) not in seen:
            seen.add((person, asked))
            yield place


def _may_be_another(survey: Survey, place: int, columns: Mapping) -> bool:
    grade = survey.people[place].grade
    grades = [person.grade for person in survey.people]
    return any(
        other[place] != grade and _with_grades(survey, other).columns() == columns
        for other in _other_grades(grades, place, _free(survey))
    )


def _free(survey: Survey) -> list[int]:
    """Return the places of the people whose answers the organiser does not know."""
    return [place for place, person in enumerate(survey.people) if not person.is_of_organiser]


def _with_grades(survey: Survey, grades: list[int]) -> Survey:
    people = [replace(person, grade=grade) for person, grade in zip(survey.people, grades, strict=True)]
    return Survey(people, survey.asked)


def _other_grades(grades: list[int], place: int, free: list[int]) -> Iterator[list[int]]:
    """Yield other grades of all people, the likeliest to have the same results first."""
    exchanged = [_exchanged(grades, place, other) for other in free if grades[other] != grades[place]]
    yield from exchanged
    for grade in GRADES:
        yield [*grades[:place], grade, *grades[place + 1 :]]
    for first in exchanged[:FIRSTS]:
        yield from (_exchanged(first, *pair) for pair in combinations(free, 2) if first[pair[0]] != first[pair[1]])
    chance = Random(place)  # noqa: S311 - Invented answers.
    for _ in range(SHUFFLES):
        moved = [place, *chance.sample([other for other in free if other != place], chance.randrange(1, len(free)))]
        given = [grades[other] for other in moved]
        chance.shuffle(given)
        new = dict(zip(moved, given, strict=True))
        yield [new.get(other, grade) for other, grade in enumerate(grades)]


def _exchanged(grades: list[int], one: int, other: int) -> list[int]:
    new = list(grades)
    new[one], new[other] = grades[other], grades[one]
    return new
