"""No difference of two published figures is a person: questions left blank, rewordings, few who skip."""

import pytest
import scipy.stats  # noqa: F401  What is slow to start is charged to no test.

from services.feedback.responses.terms import OpenedAnswer
from services.feedback.results import differences
from services.feedback.results.figures import released_figures
from services.feedback.results.tallying import Tally
from services.feedback.versions.questions import MultiQuestion, NpsQuestion, SingleQuestion
from tests.factories import FUNDER, SERVICE, a_survey, close, respond, response_body, tickets_of
from tests.feedback.invented_surveys import LABEL, QUESTIONS


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
# No one grade is that of nearly all: a bound stands beside no question that some left out.
GRADES = [1, 2, 3, 4, 5, 5, 4, 3, 2, 1, 4, 5, 4]


def of_one(grade: int) -> dict[str, int]:
    """The answers of someone who gives everything the same grade."""
    return {**dict.fromkeys(("overall", "usefulness", "clarity", "arrangements"), grade), "recommend": 2 * grade}


@pytest.mark.parametrize(("blank", "n"), [(0, 13), (1, None), (4, None), (5, 8)])
async def test_a_question_that_one_group_is_asked_to_leave_blank(applications, client, blank, n):
    answers = [(2, {**of_one(grade), "again": None if place < blank else grade}) for place, grade in enumerate(GRADES)]
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
    answers = [(1, of_one(grade)) for grade in GRADES[:6]]
    answers += [(2, {**of_one(grade), "again": grade}) for grade in GRADES[:7]]
    _, questions = await results_of(applications, client, answers, AGAIN)
    assert (questions["overall"]["n"], questions["again"]["n"]) == (13, 7)


async def test_a_difference_of_five_who_all_agree_is_not_published(applications, client):
    """The mean of all less that of the others would show that each of the five gave 5."""
    answers = [(1, of_one(5))] * 5 + [(2, {**of_one(grade), "again": grade}) for grade in GRADES[:8]]
    _, questions = await results_of(applications, client, answers, AGAIN)
    assert (questions["overall"]["n"], questions["again"]["state"]) == (13, "suppressed")


async def test_four_of_five_who_agree_are_as_good_as_five(applications, client):
    """Else whoever knows the rule would know from what is hidden that all five gave the same grade."""
    answers = [(1, of_one(grade)) for grade in (5, 5, 5, 5, 1)]
    answers += [(2, {**of_one(grade), "again": grade}) for grade in GRADES[:8]]
    _, questions = await results_of(applications, client, answers, AGAIN)
    assert (questions["overall"]["n"], questions["again"]["state"]) == (13, "suppressed")


async def test_nothing_that_some_left_out_is_published_beside_a_bound(applications, client):
    """Else "at least 90 %" of all, less those who answered both questions, would be the grade of the others."""
    answers = [(1, {**of_one(grade), "overall": 5}) for grade in GRADES[:7]]
    answers += [(2, {**of_one(grade), "overall": 5, "again": grade}) for grade in GRADES[:8]]
    _, questions = await results_of(applications, client, answers, AGAIN)
    assert questions["overall"]["mean"] == {"value": 4.6, "bound": "at_least"}
    assert (questions["usefulness"]["n"], questions["again"]["state"]) == (15, "suppressed")


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


def of_choices(choosing: int) -> list[tuple[str, int | None]]:
    """What is published of a question with choices, and of the same one again, which six are asked to leave blank.

    All who chose "b", less those of them who answered twice, are those of the six.
    """
    choices = [{"id": name, "label": LABEL} for name in "abc"]
    twice = [MultiQuestion(type="multi", id=name, label=LABEL, choices=choices) for name in ("topics", "again")]
    tally = Tally()
    for place in range(16):
        is_of_six = place < 6
        chosen = "ac"[place % 2] if is_of_six else ["ab", "cb", "a", "bc", "b", "ca"][place % 6]
        picked = [*chosen, *("b" if place < choosing else "")]
        answers = {"overall": GRADES[place % 13], "topics": picked, "again": None if is_of_six else picked}
        tally.add(OpenedAnswer(1, "fi", answers, False))
    questions = released_figures(tally, [QUESTIONS[0], *twice], population=0).columns["questions"]
    return [
        (question["state"], question["distribution"] and question["distribution"][1]["count"])
        for question in questions[1:]
    ]


@pytest.mark.parametrize(("choosing", "state"), [(0, "suppressed"), (1, "suppressed"), (2, "shown"), (4, "shown")])
def test_a_group_that_did_not_choose_one_of_several_choices_agrees(choosing, state):
    (whole, of_b), (part, _) = of_choices(choosing)
    assert (whole, of_b, part) == ("shown", 7 + choosing, state)


def test_without_that_rule_the_difference_is_what_the_group_did_not_choose(monkeypatch):
    """The negative control."""
    monkeypatch.setattr(differences, "shown_values", lambda *_, **__: frozenset())
    assert of_choices(0) == [("shown", 7), ("shown", 7)]


@pytest.mark.parametrize(
    ("scores", "state"),
    [
        ([9, 9, 9, 10, 10], "suppressed"),
        ([9, 9, 10, 10, 0], "suppressed"),
        ([0, 1, 2, 3, 4], "suppressed"),
        ([9, 9, 10, 7, 0], "shown"),
    ],
)
def test_a_group_that_is_of_one_group_of_the_net_promoter_score_agrees(scores, state):
    """The promoters of all, less those of them who answered twice, are those of the five who were not asked again."""
    again = NpsQuestion(type="nps", id="again", label=LABEL)
    others = [9, 10, 9, 10, 10, 0, 6, 5, 4, 3, 7, 8, 7, 8, 7]
    tally = Tally()
    for place, score in enumerate([*others, *scores]):
        given = {"overall": GRADES[place % 13], "recommend": score, "again": score if place < len(others) else None}
        tally.add(OpenedAnswer(1, "fi", given, False))
    columns = released_figures(tally, [QUESTIONS[0], QUESTIONS[-1], again], population=0).columns
    assert [question["state"] for question in columns["questions"]] == ["shown", "shown", state]
