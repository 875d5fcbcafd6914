"""No difference of two published figures is a person: an attacker who solves all equations finds nobody."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import pytest
import scipy.stats  # noqa: F401  What is slow to start is charged to no test.

from services.feedback.responses.terms import OpenedAnswer
from services.feedback.results import differences, figures
from services.feedback.results.figures import released_figures
from services.feedback.results.tallying import Tally
from services.feedback.versions.questions import NpsQuestion, ScaleQuestion, SingleQuestion
from tests.factories import FUNDER, SERVICE, a_survey, close, respond, response_body, tickets_of
from tests.feedback.differencing import SCORES, Attacker, Person

LABEL = dict.fromkeys(("fi", "sv", "en"), "Q")
NAMES = ("overall", "again", "third", "later")
QUESTIONS = [
    *(ScaleQuestion(type="scale", id=name, label=LABEL) for name in NAMES),
    NpsQuestion(type="nps", id="recommend", label=LABEL),
]


@dataclass
class Survey:
    """The answers to one survey, and which questions each wording asked."""

    people: list[Person]
    asked: list[frozenset[str]]

    def opened(self) -> Iterator[OpenedAnswer]:
        for person, asked in zip(self.people, self.asked, strict=True):
            answers = {name: SCORES[person.grade] if name == "recommend" else person.grade for name in person.answered}
            version = 2 if "later" in asked else 1
            yield OpenedAnswer(version, "fi", dict.fromkeys(asked) | answers, person.is_of_organiser)

    def released(self) -> tuple[dict[str, object], list[Person]]:
        """Return the columns of the release, and the people whose answers are counted in it."""
        tally, patterns = Tally(), []
        for answer in self.opened():
            single = Tally()
            single.add(answer)
            tally.add(answer)
            patterns += single.patterns()
        answered_by = figures.answers_that_count(QUESTIONS)
        counted = figures.counted_patterns(tally, QUESTIONS, answered_by)
        kept = [person for person, pattern in zip(self.people, patterns, strict=True) if pattern in counted]
        return released_figures(tally, QUESTIONS, population=40).columns, kept


def an_invented_survey(chance: Random) -> Survey:
    """A survey whose organiser asks groups to leave questions blank, rewords it, and enters people."""
    size = chance.randint(5, 26)
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


def attacked(seed: int) -> tuple[int, int]:
    """Attack three surveys and the sums of their periods; return the groups found, and the questions published."""
    attacker, chance, shown, sums = Attacker(), Random(seed), 0, {}  # noqa: S311 - Invented answers.
    for name in "abc":
        columns, people = an_invented_survey(chance).released()
        attacker.learn_survey(name, people if columns["state"] == "released" else [], columns["questions"])
        shown += sum(question["state"] == "shown" for question in columns["questions"])
        if columns.get("overall_bound") == "exact":
            sums[name] = int(columns["overall_sum"])
    for period in ("ab", "bc", "abc"):
        if set(period) <= sums.keys():
            attacker.learn_period(period, sum(sums[name] for name in period))
    return len(attacker.found()), shown


SEEDS = range(40)
# Surveys in which five or more people who answered the same questions gave nearly the same answer.
WITH_UNIFORM_PARTS = (18, 28, 174, 186)


def test_whoever_solves_all_equations_finds_nobody():
    found = {seed: attacked(seed) for seed in (*SEEDS, *WITH_UNIFORM_PARTS)}
    assert {seed: groups for seed, (groups, _) in found.items() if groups} == {}
    assert sum(shown for _, shown in found.values()) > 150, "much is published"


def test_without_the_rule_of_differences_the_attacker_finds_people(monkeypatch):
    """The negative control: each question is judged by itself, as it was before."""
    monkeypatch.setattr(figures, "publishable", lambda _tally, _patterns, candidates, _answered_by: candidates)
    assert sum(attacked(seed)[0] > 0 for seed in SEEDS[:12]) > 3


def test_without_the_test_for_uniform_parts_the_attacker_finds_groups(monkeypatch):
    """The second negative control: five people are enough for each difference, whatever they answered."""
    monkeypatch.setattr(differences, "_is_any_uniform", lambda *_: False)
    assert [seed for seed in WITH_UNIFORM_PARTS if attacked(seed)[0] == 0] == []


async def results_of(applications, client, answers, *more):
    """The results of a survey whose second wording asks `more` too; answers are (version, answers given)."""
    service, anonymous = client("feedback", SERVICE), client("feedback")
    survey_id = await a_survey(service)
    address = f"/v1/surveys/{survey_id}"
    questions = (await service.get(address)).json()["definition"]["questions"]
    body = {"definition": {"questions": [*questions, *more]}}
    if more:
        assert (await service.post(f"{address}/versions", body)).status_code == 201
    for ticket, (version, given) in zip(await tickets_of(service, survey_id, len(answers)), answers, strict=True):
        sent = {**response_body(**given), "version": version}
        assert (await respond(anonymous, survey_id, ticket, body=sent)).status_code in {200, 201}
    await close(service, survey_id)
    await applications.worker("feedback").drain()
    results = (await client("feedback", FUNDER).get(f"{address}/results")).json()
    return results, {question["question_id"]: question for question in results["questions"]}


AGAIN = {"type": "scale", "id": "again", "label": LABEL}
GRADES = [1, 2, 3, 4, 5, 5, 4, 3, 2, 1, 4, 5, 4]


@pytest.mark.parametrize(("blank", "n"), [(0, 13), (1, None), (4, None), (5, 8)])
async def test_a_question_that_one_group_is_asked_to_leave_blank(applications, client, blank, n):
    answers = [
        (2, {"overall": grade, "recommend": 2 * grade, "again": None if place < blank else grade})
        for place, grade in enumerate(GRADES)
    ]
    results, questions = await results_of(applications, client, answers, AGAIN)
    assert (results["n"], questions["overall"]["n"], questions["recommend"]["n"]) == (13, 13, 13)
    assert questions["again"]["n"] == n
    hidden = {"question_id": "again", "type": "scale", "state": "suppressed"}
    if n is None:
        assert questions["again"] == dict.fromkeys(questions["again"]) | hidden


async def test_one_answer_to_another_wording_hides_no_bad_grade(applications, client):
    answers = [(1, {"overall": grade}) for grade in (1, 1, 2, 1, 3)] + [(2, {"overall": 5, "again": 5})]
    results, questions = await results_of(applications, client, answers, AGAIN)
    assert (results["n"], questions["overall"]["mean"]) == (5, {"value": 1.6, "bound": "exact"})
    assert questions["again"]["state"] == "suppressed"


async def test_two_groups_of_five_are_no_reason_to_hide_a_question(applications, client):
    answers = [(1, {"overall": grade}) for grade in GRADES[:6]]
    answers += [(2, {"overall": grade, "again": grade}) for grade in GRADES[:7]]
    _, questions = await results_of(applications, client, answers, AGAIN)
    assert (questions["overall"]["n"], questions["again"]["n"]) == (13, 7)


async def test_a_difference_of_five_who_all_agree_is_not_published(applications, client):
    """The mean of all less that of the others would show that each of the five gave 5."""
    answers = [(1, {"overall": 5})] * 5 + [(2, {"overall": grade, "again": grade}) for grade in GRADES[:8]]
    _, questions = await results_of(applications, client, answers, AGAIN)
    assert (questions["overall"]["n"], questions["again"]["state"]) == (13, "suppressed")


def skipping(name: str, count: int, *, by_organiser: int = 0, grades=GRADES) -> dict[str, object]:
    """The columns of a release in which some people, and some whom the organiser entered, left a question out."""
    tally = Tally()
    for place, grade in enumerate([*grades, *[3] * by_organiser]):
        of_organiser = place >= len(grades)
        answers = {"overall": grade, "again": grade}
        if of_organiser or place < count:
            answers[name] = None
        tally.add(OpenedAnswer(1, "fi", answers, of_organiser))
    return released_figures(tally, QUESTIONS[:2], population=0).columns


def test_people_of_the_organiser_do_not_help_a_small_group_to_five():
    def state(columns):
        return [question["n"] for question in columns["questions"]]

    assert state(skipping("again", 4, by_organiser=6)) == [19, None]
    assert state(skipping("again", 5, by_organiser=6)) == [19, 8]
    # Without independent people in it, a difference is of people whose answers the organiser knows.
    assert state(skipping("again", 0, by_organiser=1)) == [14, None]


def test_few_who_leave_the_grade_out_hide_it_from_nobody():
    columns = skipping("overall", 2)
    assert (columns["n"], columns["overall_n"]) == (11, 11)
    columns = skipping("overall", 9)  # Those who gave it are few themselves: nothing of it is shown.
    assert (columns["n"], columns.get("overall_n")) == (13, None)
    assert (skipping("overall", 6)["n"], skipping("overall", 6)["overall_n"]) == (13, 7)


def test_a_wording_is_another_one_where_a_question_may_have_other_choices():
    choices = [{"id": name, "label": LABEL} for name in "abcd"]
    role = SingleQuestion(type="single", id="role", label=LABEL, choices=choices)
    tally = Tally()
    for place in range(14):
        # The last one saw other choices: the bars of these choices would be this person's answer.
        version, chosen = (2, "c") if place == 13 else (1, "ab"[place % 2])
        tally.add(OpenedAnswer(version, "fi", {"overall": GRADES[place % 13], "role": chosen}, False))
    columns = released_figures(tally, [QUESTIONS[0], role], population=0).columns
    bars = columns["questions"][1]["distribution"]
    assert (columns["n"], [bar["count"] for bar in bars]) == (13, [7, 6, None, None])
