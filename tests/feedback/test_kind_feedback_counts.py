"""Figures are made of counts: a bound stays a bound in every sum, and people are counted whom an invitation reached."""

from uuid import UUID

import pytest

from services.feedback.responses.terms import OpenedAnswer
from services.feedback.results.figures import released_figures
from services.feedback.results.tallying import Tally
from services.feedback.versions.questions import NpsQuestion, ScaleQuestion
from tests.factories import COORDINATION, COORDINATOR, FUNDER, SERVICE, answered, released

ASKED = {"coordination": str(COORDINATION), "period": "2026S2"}
LABEL = {"fi": "Q"}
QUESTIONS = [
    ScaleQuestion(type="scale", id="overall", label=LABEL),
    NpsQuestion(type="nps", id="recommend", label=LABEL),
]


async def webinars(client) -> dict[str, object]:
    [item] = (await client("feedback", FUNDER).get("/v1/measures", **ASKED, keys=["webinar_fb"])).json()["items"]
    return item


def extra_of(item, key):
    return next(((one["value"], one["qualifier"]) for one in item["extra"] if one["key"] == key), None)


def given(*grades, recommend=None):
    return [{"overall": grade, "recommend": recommend} for grade in grades]


async def release(applications, client, answers) -> str:
    return await released(applications, client("feedback", SERVICE), client("feedback"), answers)


async def test_sixty_people_who_all_gave_five_are_a_bound_in_the_measure(applications, client):
    await release(applications, client, given(*[5] * 60, recommend=10))
    item = await webinars(client)
    assert (item["value"], item["qualifier"], item["n"]) == ("4.60", "at_least", 60)
    assert (extra_of(item, "nps"), extra_of(item, "nps_n")) == (("80.0", "at_least"), ("60", None))
    summary = (await client("feedback", FUNDER).get("/v1/summary", **ASKED)).json()
    assert (summary["mean"], summary["mean_qualifier"], summary["n"]) == ("4.60", "at_least", 60)
    assert (summary["nps"], summary["nps_qualifier"], summary["nps_n"]) == ("80.0", "at_least", 60)


@pytest.mark.parametrize(
    ("others", "value", "qualifier"),
    [
        ([1, 2, 3, 4, 5], "3.80", "at_least"),  # (5 * 4.6 + 15) / 10
        ([1, 1, 1, 1, 1], "3.00", "about"),  # (5 * 4.6 + 5 * 1.4) / 10
        ([5, 5, 5, 5, 4], "4.60", "at_least"),
    ],
)
async def test_a_sum_of_bounds_is_a_bound_of_their_direction(applications, client, others, value, qualifier):
    await release(applications, client, given(5, 5, 5, 5, 5))
    await release(applications, client, given(*others))
    item = await webinars(client)
    assert (item["value"], item["qualifier"], item["n"]) == (value, qualifier, 10)


async def test_upper_bounds_stay_upper_bounds(applications, client):
    await release(applications, client, given(*[1] * 10, recommend=0))
    item = await webinars(client)
    assert (item["value"], item["qualifier"]) == ("1.40", "at_most")
    assert extra_of(item, "nps") == ("-80.0", "at_most")


async def test_sums_are_made_of_counts_and_not_of_rounded_means(applications, client):
    for _ in range(2):
        await release(applications, client, given(4, 4, 4, 4, 4, 3, 4))  # 27 / 7 is shown as 3.9.
    item = await webinars(client)
    assert (item["value"], item["n"]) == ("3.86", 14)


async def test_the_net_promoter_score_has_its_own_number_of_answers(applications, client):
    recommended = [*[10] * 6, *[7] * 4, *[0] * 3]
    answers = [{"overall": 1 + place % 5, "recommend": score} for place, score in enumerate(recommended)]
    await release(applications, client, [*answers, *given(1, 2, 3, 4, 5)])
    item = await webinars(client)
    assert (item["n"], extra_of(item, "nps_n"), extra_of(item, "nps")) == (18, ("13", None), ("23.1", None))


async def test_people_whom_no_mail_reached_are_not_in_the_denominator(applications, client, superuser):
    survey_id = await release(applications, client, given(1, 2, 3, 4, 5))
    await superuser.execute("UPDATE feedback.releases SET invited = 13, undeliverable = 3")
    assert extra_of(await webinars(client), "response_rate") == ("50.0", None)
    address = f"/v1/surveys/{survey_id}/results"
    for grant, invited, undeliverable in ((FUNDER, None, None), (COORDINATOR, 13, 3)):
        results = (await client("feedback", grant).get(address)).json()
        found = [results[name] for name in ("response_rate", "invited", "undeliverable")]
        assert found == [50.0, invited, undeliverable]
    # Whoever answered was reached, even if the mail came back.
    await superuser.execute("UPDATE feedback.releases SET undeliverable = 9")
    assert extra_of(await webinars(client), "response_rate") == ("100.0", None)
    await superuser.execute("UPDATE feedback.releases SET undeliverable = 13")
    assert extra_of(await webinars(client), "response_rate") is None


async def test_a_survey_whose_invitations_are_unknown_is_not_in_the_response_rate(applications, client, superuser):
    unknown = await release(applications, client, given(1, 2, 3, 4, 5))
    await release(applications, client, given(1, 2, 3, 4, 5))
    await superuser.execute("UPDATE feedback.releases SET invited = 10")
    await superuser.execute("UPDATE feedback.releases SET invited = 0 WHERE survey_id = $1", UUID(unknown))
    assert extra_of(await webinars(client), "response_rate") == ("50.0", None)


async def lose(superuser, survey_id: str, answers: int) -> None:
    """Close a survey as one whose key is lost."""
    await superuser.execute("UPDATE feedback.surveys SET state = 'closed' WHERE id = $1", UUID(survey_id))
    await superuser.execute(
        "INSERT INTO feedback.releases (survey_id, state, invited, undeliverable, answers_lost, questions)"
        " VALUES ($1, 'answers_lost', 10, 0, $2, '[]')",
        UUID(survey_id),
        answers,
    )


@pytest.mark.parametrize(("lost", "shown"), [(0, None), (4, None), (5, 5)])
async def test_lost_answers_are_named_where_nothing_else_is_known(client, superuser, lost, shown):
    survey_id = await answered(client("feedback", SERVICE), client("feedback"), [])
    await lose(superuser, survey_id, lost)
    item = await webinars(client)
    assert (item["state"], item["reason"], item["value"], item["missing"]) == ("no_data", "answers_lost", None, [])
    results = (await client("feedback", FUNDER).get(f"/v1/surveys/{survey_id}/results")).json()
    assert (results["state"], results["answers_lost"]) == ("answers_lost", shown)
    assert [results[name] for name in ("n", "response_rate", "engine")] == [None] * 3


async def test_lost_answers_are_missing_beside_those_that_are_counted(applications, client, superuser):
    lost = await answered(client("feedback", SERVICE), client("feedback"), [])
    await lose(superuser, lost, 7)
    await release(applications, client, given(1, 2, 3, 4, 5))
    item = await webinars(client)
    assert (item["state"], item["value"], item["n"]) == ("value", "3.00", 5)
    assert item["missing"] == [{"code": "answers_lost", "count": 1, "rows": None}]


def columns_of(grades, population=0):
    tally = Tally()
    for grade in grades:
        tally.add(OpenedAnswer(1, "fi", {"overall": grade, "recommend": None}, entered_by_organiser=False))
    return released_figures(tally, QUESTIONS, population=population).columns


def test_a_mean_in_the_middle_of_two_goes_up():
    [overall, _] = columns_of([4] * 14 + [5] * 2)["questions"]
    assert overall["mean"] == {"value": 4.13, "bound": "exact"}  # 4.125; half to even would be 4.12.
    [overall, _] = columns_of([2, 2, 2, 2, 3, 3, 3, 3])["questions"]
    assert overall["mean"] == {"value": 2.5, "bound": "exact"}


def test_only_published_sums_are_stored():
    hidden = columns_of([1, 2, 3, 4])
    assert {name: hidden.get(name) for name in ("n", "overall_n", "overall_sum", "nps_n")} == dict.fromkeys(
        ("n", "overall_n", "overall_sum", "nps_n")
    )
    bound = columns_of([5] * 59 + [1])
    assert (bound["overall_n"], bound["overall_sum"], bound["overall_bound"]) == (60, 276, "at_least")
    exact = columns_of([1, 2, 3, 4, 5, 5])
    assert (exact["overall_n"], exact["overall_sum"], exact["overall_bound"]) == (6, 20, "exact")


def test_all_intervals_of_a_result_name_the_same_population():
    grades = [1, 2, 3, 4, 5] * 5
    for population, suffix in ((0, ""), (40, ", finite population")):
        [overall, _] = columns_of(grades, population=population)["questions"]
        assert overall["interval"]["method"] == f"t interval{suffix}"
        assert {cell["interval"]["method"] for cell in overall["distribution"]} == {f"Wilson{suffix}"}
