"""Whoever computes with everything that is published of surveys finds no person; without one of the rules, people."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from random import Random
from uuid import UUID

import pytest
import scipy.stats  # noqa: F401  What is slow to start is charged to no test.

from services.contracts.roles import Grant, Role
from services.feedback.measures.queries import Mean
from services.feedback.results import differences, disclosure, figures, net_scores, queries, uniformity
from services.feedback.results.terms import Bound
from services.feedback.results.uniformity import Majority, majority, nearly_all
from tests.factories import COORDINATION, SERVICE, a_project, answered, close
from tests.feedback import other_answers
from tests.feedback.differencing import SCORES, Attacker, Group, Person
from tests.feedback.invented_surveys import Survey, an_invented_survey, results_read
from tests.feedback.other_answers import certain_people

ADMIN = Grant(Role.admin)
PERIODS = ("ab", "bc", "abc")


def period_of(released: Sequence[dict]) -> dict:
    """What the summary of a period says of the grade and of the recommendation."""

    def mean(total: str, n: str, bound: str) -> Mean:
        shown = [columns for columns in released if total in columns]
        bounds = frozenset(Bound(columns[bound]) for columns in shown)
        return Mean(sum(columns[total] for columns in shown), sum(columns[n] for columns in shown), bounds)

    overall, net = mean("overall_sum", "overall_n", "overall_bound"), mean("nps_net", "nps_n", "nps_bound")
    return {"mean": overall.value(2), "n": overall.n, "nps": net.value(1, times=100), "nps_n": net.n}


def attacked(seed: int, *, least: int = 5) -> tuple[list[Group], int]:
    """Attack three surveys and the sums of their periods; return the groups found, and the questions published."""
    attacker, chance, columns = Attacker(), Random(seed), {}  # noqa: S311 - Invented answers.
    for name in "abc":
        survey = an_invented_survey(chance, least=least)
        columns[name] = survey.columns()
        is_hidden = columns[name]["state"] == "hidden"
        attacker.learn_survey(name, survey.people if is_hidden else survey.counted(), results_read(columns[name]))
    for period in PERIODS:
        attacker.learn_period(period, period_of([columns[name] for name in period]))
    return attacker.found(), sum(map(len, attacker.shown.values()))


# Among them surveys in which five or more people who answered the same questions gave nearly the same answer.
SEEDS = (0, 1, 5, 18, 28, 174)


def test_whoever_solves_everything_published_finds_nobody():
    found = {seed: attacked(seed) for seed in SEEDS}
    assert {seed: groups for seed, (groups, _) in found.items() if groups} == {}
    assert sum(shown for _, shown in found.values()) > 20, "much is published"


@pytest.mark.slow
def test_nobody_is_found_in_hundreds_of_surveys():
    found = {seed: attacked(seed, least=3) for seed in range(120)}
    assert {seed: groups for seed, (groups, _) in found.items() if groups} == {}


def whatever_is_asked(monkeypatch):
    """Each question is judged by itself."""
    monkeypatch.setattr(figures, "publishable", lambda _tally, _patterns, candidates, *_, **__: candidates)


def whatever_groups_answer(monkeypatch):
    """Five people are enough for each difference, whatever they answered."""
    monkeypatch.setattr(differences, "_shows_uniform", lambda *_, **__: False)


def exact_bounds(monkeypatch):
    """Figures are exact where nearly all agree."""
    for module in (uniformity, disclosure, net_scores):
        monkeypatch.setattr(module, "majority", lambda _column: None)
    monkeypatch.setattr(disclosure, "BLUR", Fraction(0))


def shown_from_three(monkeypatch):
    """Three answers are enough."""
    monkeypatch.setattr("services.contracts.disclosure.MIN_CELL_COUNT", 3)
    for module in (figures, disclosure):
        monkeypatch.setattr(module, "SHOWN_FROM", 3)


def hidden_surveys_in_sums(monkeypatch):
    """A survey of which nothing is shown is in the sums of its period."""
    released = figures.released_figures

    def with_headline(tally, questions, *, population):
        shown = released(tally, questions, population=population)
        column = tally.columns(["overall"], tally.patterns(), figures.answers_that_count(questions))["overall"]
        if shown.columns["state"] == "hidden" and column.n:
            total = disclosure.sum_of(column.values)
            shown.columns.update(overall_n=column.n, overall_sum=int(total), overall_bound="exact")
        return shown

    monkeypatch.setattr("tests.feedback.invented_surveys.released_figures", with_headline)


def rates_of_hidden_surveys(monkeypatch):
    """The response rate of a survey is shown, though nothing else of it is."""
    read, released = results_read, figures.released_figures

    def with_rate(columns):
        return {**read(columns), "response_rate": columns["rate"]}

    def with_count(tally, questions, *, population):
        shown = released(tally, questions, population=population)
        answers = figures.counted(tally, tally.patterns()).n
        shown.columns.update(rate=float(queries.response_rate(answers, population)))
        return shown

    monkeypatch.setattr("tests.feedback.test_kind_feedback_attackers.results_read", with_rate)
    monkeypatch.setattr("tests.feedback.invented_surveys.released_figures", with_count)


@pytest.mark.parametrize(
    ("without", "seeds"),
    [
        (whatever_is_asked, (0,)),
        (whatever_groups_answer, (5, 54)),
        (exact_bounds, (6, 11, 12)),
        (shown_from_three, (2, 4, 8)),
        (hidden_surveys_in_sums, (0, 2)),
        (rates_of_hidden_surveys, (0, 2)),
    ],
)
def test_without_one_of_the_rules_the_attacker_finds_people(monkeypatch, without, seeds):
    without(monkeypatch)
    assert [seed for seed in seeds if not attacked(seed, least=3)[0]] == []


OF_TEMPLATE = ("usefulness", "clarity", "arrangements", "recommend")


def answers_of(chance: Random, size: int) -> list[Person]:
    """People who answer the template; some of them are asked to leave a question blank."""
    usual = chance.choice([[1, 2, 3, 4, 5], [4, 5, 5, 5], [5] * 12 + [4]])
    blank = {name: set(chance.sample(range(size), chance.choice([0, 0, 1, 5]) % size)) for name in OF_TEMPLATE}
    return [
        Person(
            frozenset(["overall", *(name for name in OF_TEMPLATE if place not in blank[name])]), chance.choice(usual)
        )
        for place in range(size)
    ]


def answer_of(person: Person) -> dict[str, int | None]:
    return {
        name: (SCORES[person.grade] if name == "recommend" else person.grade) if name in person.answered else None
        for name in ("overall", *OF_TEMPLATE)
    }


async def figures_of(client, coordination: str, period: str) -> list[Mapping]:
    """Return what the summary and the measures say of the webinars of a period, to two readers."""
    found, asked = [], {"coordination": coordination, "period": period}
    for reader in readers_of(coordination):
        found.append((await client("feedback", reader).get("/v1/summary", **asked)).json())
        [measure] = (await client("feedback", reader).get("/v1/measures", keys=["webinar_fb"], **asked)).json()["items"]
        found.append(figures_in(measure))
    return found


async def figures_on_dashboard(client, coordination: str, period: str) -> list[Mapping]:
    """Return what the dashboard says of the webinars of a period, to two readers."""
    address = f"/v1/coordinations/{coordination}/measures"
    told = [(await client("dashboard", who).get(address, period=period)).json() for who in readers_of(coordination)]
    return [figures_in(one) for page in told for one in page["items"] if one["key"] == "webinar_fb"]


def figures_in(measure: Mapping) -> Mapping:
    more = {one["key"]: one["value"] for one in measure["extra"]}
    return {
        "mean": measure["value"],
        "n": measure["n"],
        "nps": more.get("nps"),
        "nps_n": int(more.get("nps_n") or 0),
    }


def readers_of(coordination: str) -> list[Grant]:
    return [Grant(role, coordination_id=UUID(coordination)) for role in (Role.coordinator, Role.funder)]


HALF_YEARS = {"2026S1": "2026-03-10", "2026S2": "2026-09-15"}


async def attacked_over_http(applications, client, sizes: Sequence[int], *, seed: int, coordination: str) -> Attacker:
    """Make surveys of two half-years, and let the attacker read what a coordinator and a funder can read."""
    attacker, chance, people = Attacker(), Random(seed), {}  # noqa: S311 - Invented answers.
    service, anonymous = client("feedback", SERVICE), client("feedback")
    for place, size in enumerate(sizes):
        answers, held_on = answers_of(chance, size), list(HALF_YEARS.values())[place % 2]
        event = {"coordination_id": coordination, "held_on": held_on}
        survey = await answered(service, anonymous, [answer_of(person) for person in answers], **event)
        await close(service, survey)
        people[survey] = answers
    await applications.worker("feedback").drain()
    for survey, answers in people.items():
        results = [
            (await client("feedback", reader).get(f"/v1/surveys/{survey}/results")).json()
            for reader in readers_of(coordination)
        ]
        assert results[0] == {**results[1], "invited": len(answers), "undeliverable": 0}
        attacker.learn_survey(survey, answers, results[0])
    for period, surveys in surveys_by_period(list(people)).items():
        for told in await figures_of(client, coordination, period):
            attacker.learn_period(surveys, told)
    return attacker


def surveys_by_period(surveys: Sequence[str]) -> dict[str, Sequence[str]]:
    return {"2026S1": surveys[::2], "2026S2": surveys[1::2], "2026": surveys}


async def test_nobody_is_found_in_what_a_coordinator_and_a_funder_can_read(applications, client):
    attacker = await attacked_over_http(applications, client, [13, 3], seed=1, coordination=str(COORDINATION))
    assert attacker.found() == []
    assert len(attacker.sizes) > 1


@pytest.mark.slow
async def test_nobody_is_found_in_twelve_surveys_and_the_dashboard(applications, client):
    project = await a_project(client("registry", ADMIN), kind="coordination", scope="national")
    sizes, coordination = [8, 9, 10, 11, 12, 13, 14, 3, 18, 5, 6, 24], str(project["id"])
    attacker = await attacked_over_http(applications, client, sizes, seed=2, coordination=coordination)
    for period, surveys in surveys_by_period(list(attacker.own)).items():
        told = await figures_on_dashboard(client, coordination, period)
        assert len(told) == 2
        for figures_of_reader in told:
            attacker.learn_period(surveys, figures_of_reader)
    assert attacker.found() == []


# Surveys in which the rules before these gave people away to someone who asks why something is hidden.
HIDDEN_BY_AGREEMENT = ("1b", "2c", "13c", "18c", "35c", "182a")


def survey_of(name: str) -> Survey:
    chance = Random(int(name[:-1]))  # noqa: S311 - Invented answers.
    surveys = {letter: an_invented_survey(chance) for letter in "abc"}
    return surveys[name[-1]]


def test_what_is_hidden_tells_nobodys_grade():
    assert [name for name in HIDDEN_BY_AGREEMENT if any(certain_people(survey_of(name)))] == []


@pytest.mark.slow
def test_what_is_hidden_tells_nobodys_grade_in_hundreds_of_surveys():
    names = [f"{seed}{letter}" for seed in range(120) for letter in "abc"]
    assert [name for name in names if any(certain_people(survey_of(name)))] == []


def hidden_at_nine_tenths(monkeypatch):
    """A question is hidden only where nearly all of a class agree: who knows that knows that they do."""
    monkeypatch.setattr(uniformity, "CLASS_AGREES_FROM", uniformity.NEARLY_ALL)


def bounds_hide_nothing(monkeypatch):
    """A question that not all answered is published beside a bound."""
    shows = differences._shows_uniform  # noqa: SLF001 - The rule that is left out.
    monkeypatch.setattr(
        differences, "_shows_uniform", lambda part, all_, **more: not majority(all_) and shows(part, all_, **more)
    )


def bounds_on_all_first(monkeypatch):
    """A bound is one on all people where it can be: the organiser subtracts the answers of the organiser's people."""

    def on_all(column):
        values = nearly_all(column.values, column.n)
        return Majority(values, uniformity.NEARLY_ALL) if values else majority(column)

    for module in (uniformity, disclosure, net_scores):
        monkeypatch.setattr(module, "majority", on_all)


@pytest.mark.parametrize(
    ("without", "names"),
    [(hidden_at_nine_tenths, ("13c",)), (bounds_hide_nothing, ("35c",)), (bounds_on_all_first, ("182a",))],
)
def test_without_one_of_the_rules_what_is_hidden_tells_grades(monkeypatch, without, names):
    monkeypatch.setattr(other_answers, "SHUFFLES", 100)
    monkeypatch.setattr(other_answers, "FIRSTS", 1)
    without(monkeypatch)
    assert [name for name in names if not any(certain_people(survey_of(name)))] == []


def grades_shown(own: list[int], of_organiser: list[int]) -> object:
    """The figures of a question that everybody answered; the organiser entered some of them."""
    everybody = frozenset({"overall"})
    people = [Person(everybody, grade) for grade in own] + [Person(everybody, grade, True) for grade in of_organiser]
    return Survey(people, [everybody] * len(people)).columns()["questions"][0]


@pytest.mark.parametrize(
    ("all_agree", "one_differs", "of_organiser"),
    [([5] * 5, [5, 5, 5, 5, 3], [3]), ([1] * 5, [1, 1, 1, 1, 3], [4]), ([5] * 15, [*[5] * 14, 1], [4, 5, 5, 5])],
)
def test_the_organisers_people_do_not_turn_a_bound_into_the_others_answers(all_agree, one_differs, of_organiser):
    shown = grades_shown(all_agree, of_organiser)
    assert shown["state"] == "shown" and shown == grades_shown(one_differs, of_organiser)
