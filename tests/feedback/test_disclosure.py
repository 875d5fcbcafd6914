"""Disclosure of answers: every field of what is told of one question, at the borders of the event profile."""

import pytest
import scipy.stats  # noqa: F401  What is slow to start is charged to no test.

from services.feedback.responses.terms import OpenedAnswer
from services.feedback.results.disclosure import disclose
from services.feedback.results.figures import released_figures
from services.feedback.results.tallying import Tally
from services.feedback.versions.questions import (
    MultiQuestion,
    NpsQuestion,
    NumberQuestion,
    ScaleQuestion,
    SingleQuestion,
    TextQuestion,
)

LABEL = {"id": "q", "label": {"fi": "Q"}}
CHOICES = [{"id": name, "label": {"fi": name}} for name in ("a", "b")]
SCALE = ScaleQuestion(type="scale", min=2, max=4, allows_na=True, **LABEL)
ONE_TO_FIVE = ScaleQuestion(type="scale", allows_na=True, **LABEL)
NPS = NpsQuestion(type="nps", **LABEL)
NUMBER = NumberQuestion(type="number", min=0, max=100, **LABEL)
SINGLE = SingleQuestion(type="single", choices=CHOICES, **LABEL)
MULTI = MultiQuestion(type="multi", choices=CHOICES, **LABEL)
TEXT = TextQuestion(type="text", **LABEL)
NOTHING = dict.fromkeys(("n", "mean", "median", "deviation", "interval", "nps", "distribution"))


def column_of(answers, organisers=()):
    """The column of one question: the answers of people, and of people whom the organiser entered."""
    tally = Tally()
    for by_organiser, values in ((False, answers), (True, organisers)):
        for value in values:
            tally.add(OpenedAnswer(1, "fi", {"q": value}, by_organiser))
    counts = tally.columns(["q"], tally.patterns(), lambda pattern: pattern.answered - pattern.not_applicable)
    return counts["q"]


def told(question, answers, population=20, organisers=()):
    found = disclose(question, column_of(answers, organisers), population=population).model_dump(mode="json")
    assert (found.pop("question_id"), found.pop("type")) == ("q", question.type)
    return found


def shown(**facts):
    return {**NOTHING, "state": "shown", **facts}


def a_bar(value, count, share, low, high):
    interval = {"low": low, "high": high, "method": "Wilson"}
    return {"value": value, "state": "shown", "count": count, "share": exactly(share), "interval": interval}


def a_hidden_bar(value):
    return {"value": value, "state": "suppressed", "count": None, "share": None, "interval": None}


def the_bar_of_all(value):
    return {**a_hidden_bar(value), "state": "shown", "share": {"value": 90.0, "bound": "at_least"}}


def exactly(value):
    return {"value": value, "bound": "exact"}


@pytest.mark.parametrize(
    ("question", "answers"),
    [
        (SCALE, [2, 3, 4, 4]),
        (NPS, [0, 5, 10, 10]),
        (NUMBER, [1.5, 2, 3, 4]),
        (SINGLE, ["a"] * 5 + ["b"] * 4),
        (MULTI, [["a"]] * 5 + [["a", "b"]] * 4),
        (SINGLE, []),
    ],
)
def test_too_few_answers_tell_nothing(question, answers):
    assert told(question, answers) == {**NOTHING, "state": "suppressed"}
    # Those who did not answer are not among them.
    assert told(question, [*answers, *[None, "na"] * 9]) == {**NOTHING, "state": "suppressed"}


def test_an_answer_in_own_words_is_never_told():
    assert told(TEXT, ["Hieno päivä"] * 50, population=50) == {**NOTHING, "state": "suppressed"}


@pytest.mark.parametrize(
    ("answers", "mean"),
    [
        ([2, 3, 3, 4, 4], exactly(3.2)),
        ([2, 2, 2, 2, 3], {"value": 2.2, "bound": "at_most"}),
        ([2, 2, 2, 2, 2, 3], {"value": 2.2, "bound": "at_most"}),
        ([4, 4, 4, 4, 3], {"value": 3.8, "bound": "at_least"}),
        ([2, 3, 3, 4, 4, 4, 4, 4, 4], exactly(3.6)),
    ],
)
def test_five_to_nine_answers_tell_their_number_and_a_blurred_mean(answers, mean):
    assert told(SCALE, answers) == shown(n=len(answers), mean=mean)


def test_a_score_of_ten_points_is_blurred_by_one_point():
    assert told(NPS, [0, 1, 1, 1, 1])["mean"] == {"value": 1.0, "bound": "at_most"}
    assert told(NPS, [10, 9, 9, 9, 10])["mean"] == {"value": 9.0, "bound": "at_least"}
    assert told(NPS, [1, 1, 1, 1, 2])["mean"] == exactly(1.2)


def test_ten_answers_tell_the_whole_picture():
    assert told(SCALE, [2, 3, 3, 3, 4, 4, 4, 4, 4, 4], population=None) == shown(
        n=10,
        mean=exactly(3.5),
        median=4.0,
        deviation=0.71,
        interval={"low": 2.99, "high": 4.01, "method": "t interval"},
        # The four others are few, so the six would tell of them.
        distribution=[a_hidden_bar("2"), a_hidden_bar("3"), a_hidden_bar("4")],
    )


def test_a_bar_of_few_people_looks_like_an_empty_one_and_is_no_rest_of_the_others():
    assert told(SCALE, [2] * 1 + [3] * 4 + [4] * 5, population=None)["distribution"] == [
        *(a_hidden_bar("2"), a_hidden_bar("3")),
        a_bar("4", 5, 50.0, 23.66, 76.34),
    ]
    assert told(SCALE, [3] * 6 + [4] * 5, population=None)["distribution"] == [
        a_hidden_bar("2"),
        a_bar("3", 6, 54.5, 28.01, 78.73),
        a_bar("4", 5, 45.5, 21.27, 71.99),
    ]
    # The least of those that are shown hides the few.
    bars = told(SCALE, [2] * 3 + [3] * 7 + [4] * 8, population=None)["distribution"]
    assert [bar["count"] for bar in bars] == [None, None, 8]
    # People who were entered by the organiser do not count: of the five who gave 2, one is independent.
    bars = told(SCALE, [2] + [3] * 6 + [4] * 7, organisers=[2] * 4)["distribution"]
    assert [bar["count"] for bar in bars] == [None, None, 7]
    bars = told(SCALE, [3] * 6 + [4] * 7, organisers=[2] * 5)["distribution"]
    assert [bar["count"] for bar in bars] == [None, 6, 7]


def test_ten_scores_tell_a_net_score_too():
    found = told(NPS, [0, 6, 7, 8, 9, 9, 9, 9, 10, 10], population=None)
    assert found["nps"] == {
        "score": exactly(40.0),
        "interval": {"low": -12.59, "high": 74.12, "method": "adjusted Wald"},
        "promoters": None,
        "passives": None,
        "detractors": None,
    }
    assert found["distribution"] == [a_hidden_bar(str(place)) for place in range(11)]


def test_the_groups_of_a_net_score_are_told_where_none_is_few_and_the_bars_add_up_to_them():
    found = told(NPS, [0] * 5 + [7] * 6 + [9] * 5 + [10] * 9, population=None)
    assert [found["nps"][group] for group in ("promoters", "passives", "detractors")] == [14, 6, 5]
    bars = {bar["value"]: bar["count"] for bar in found["distribution"]}
    assert {value: count for value, count in bars.items() if count} == {"0": 5, "7": 6, "9": 5, "10": 9}
    bars = told(NPS, [0] * 5 + [7] * 6 + [9] * 4 + [10] * 9, population=None)["distribution"]
    assert {bar["value"]: bar["count"] for bar in bars if bar["count"]} == {"0": 5, "7": 6}


def test_shares_and_scores_have_one_decimal():
    assert [bar["share"] for bar in told(SINGLE, ["a"] * 7 + ["b"] * 5)["distribution"]] == [
        exactly(58.3),
        exactly(41.7),
    ]
    assert told(NPS, [10] * 5 + [8] * 3 + [0] * 3)["nps"]["score"] == exactly(18.2)


def test_a_bound_has_one_decimal_too():
    wide = NumberQuestion(type="number", min=0, max=12.3, **LABEL)
    assert told(wide, [0] * 5)["mean"] == {"value": 1.2, "bound": "at_most"}
    assert told(wide, [12] * 5)["mean"] == {"value": 11.1, "bound": "at_least"}


def test_ten_numbers_tell_no_single_one():
    found = told(NUMBER, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10.5])
    assert (found["n"], found["mean"], found["median"], found["distribution"]) == (10, exactly(5.55), 5.5, None)


def test_where_all_gave_one_score_only_nearly_all_is_told():
    assert told(SCALE, [4] * 10) == shown(
        n=10,
        mean={"value": 3.8, "bound": "at_least"},
        distribution=[a_hidden_bar("2"), a_hidden_bar("3"), the_bar_of_all("4")],
    )
    assert told(SCALE, [2] * 10)["mean"] == {"value": 2.2, "bound": "at_most"}
    assert told(NUMBER, [7] * 10) == shown(n=10, mean={"value": 16.3, "bound": "at_most"})  # 0.9 * 7 + 0.1 * 100


def test_ten_choices_tell_their_shares():
    bars = [a_bar("a", 8, 80.0, 49.02, 94.33), a_hidden_bar("b")]
    assert told(MULTI, [["a"]] * 8 + [["b"]] * 2, population=None) == shown(n=10, distribution=bars)
    # Of one choice each, the other one is the rest.
    bars = [a_hidden_bar("a"), a_hidden_bar("b")]
    assert told(SINGLE, ["a"] * 8 + ["b"] * 2, population=None) == shown(n=10, distribution=bars)


def test_what_everybody_chose_is_told_as_nearly_all_and_the_rest_not_at_all():
    bars = [the_bar_of_all("a"), a_hidden_bar("b")]
    assert told(SINGLE, ["a"] * 10) == shown(n=10, distribution=bars)
    assert told(MULTI, [["a"]] * 8 + [["a", "b"]] * 2) == shown(n=10, distribution=bars)


@pytest.mark.parametrize(
    ("scores", "value", "bound"),
    [
        ([1, 1, 1, 1, 3], 1.4, "at_most"),
        ([1, 1, 1, 2, 3], 1.6, "exact"),
        ([5, 5, 5, 4, 4], 4.6, "at_least"),
        ([5, 5, 5, 5, 2], 4.4, "exact"),
        ([3] * 9, 3.0, "exact"),
        ([1] * 10, 1.4, "at_most"),
        ([3] * 10, 2.8, "at_least"),
    ],
)
def test_a_small_or_unanimous_group_is_blurred_at_the_ends(scores, value, bound):
    found = told(ONE_TO_FIVE, [*scores, None, "na"])
    assert (found["n"], found["mean"]) == (len(scores), {"value": value, "bound": bound})


@pytest.mark.parametrize("others", [0, 1, 2])
def test_a_bound_has_the_same_form_whether_the_truth_is_90_or_100_per_cent(others):
    assert told(ONE_TO_FIVE, [5] * (20 - others) + [1] * others) == told(ONE_TO_FIVE, [5] * 20)
    assert told(SINGLE, ["a"] * (20 - others) + ["b"] * others) == told(SINGLE, ["a"] * 20)
    assert told(NPS, [9] * 10 + [10] * (10 - others) + [0] * others) == told(NPS, [9] * 10 + [10] * 10)
    assert told(NPS, [10] * (20 - others) + [0] * others) == told(NPS, [10] * 20)


def test_less_than_90_per_cent_is_told_exactly():
    assert told(ONE_TO_FIVE, [5] * 17 + [1] * 3)["mean"] == exactly(4.4)
    assert told(NPS, [9] * 9 + [10] * 8 + [0] * 3)["nps"]["score"] == exactly(70.0)


@pytest.mark.parametrize(
    ("scores", "nps", "mean"),
    [
        ([9, 10], {"value": 80.0, "bound": "at_least"}, {"value": 8.1, "bound": "at_least"}),
        ([7, 8], {"value": -10.0, "bound": "at_least"}, {"value": 6.3, "bound": "at_least"}),
        ([0, 6], {"value": -80.0, "bound": "at_most"}, {"value": 6.4, "bound": "at_most"}),
    ],
)
def test_a_group_of_nearly_all_leaves_bounds_alone(scores, nps, mean):
    only_score = {"score": nps, **dict.fromkeys(("interval", "promoters", "passives", "detractors"))}
    assert told(NPS, scores * 10) == shown(n=20, nps=only_score, mean=mean)


def test_an_uniform_score_has_its_cell_and_its_bounds():
    found = told(NPS, [10] * 20)
    assert (found["mean"], found["nps"]["score"]["value"]) == ({"value": 9.0, "bound": "at_least"}, 80.0)
    assert found["distribution"][10] == the_bar_of_all("10") and found["distribution"][0] == a_hidden_bar("0")


def test_people_whom_the_organiser_entered_do_not_count_towards_a_threshold():
    assert told(SCALE, [2, 3, 4, 4], organisers=[3] * 30) == {**NOTHING, "state": "suppressed"}
    assert told(SINGLE, ["a", "b"] * 4 + ["b"], organisers=["a"] * 30) == {**NOTHING, "state": "suppressed"}
    assert told(ONE_TO_FIVE, [1, 2, 3, 4, 5], organisers=[5] * 5) == shown(n=10, mean=exactly(4.0))


def test_uniform_answers_of_the_others_leave_only_what_follows_from_nearly_all():
    """The organiser, who knows the answers of five, could subtract them."""
    found = told(ONE_TO_FIVE, [5] * 15, organisers=[1] * 5)
    assert found == told(ONE_TO_FIVE, [5] * 14 + [2], organisers=[1] * 5)
    assert found["mean"] == {"value": 3.7, "bound": "at_least"}  # 15 * 90 % of 20 gave 5, and nobody less than 1.
    assert found["distribution"][4]["share"] == {"value": 67.5, "bound": "at_least"}
    assert told(ONE_TO_FIVE, [5] * 5, organisers=[1] * 5)["mean"] == {"value": 2.8, "bound": "at_least"}
    assert told(ONE_TO_FIVE, [1] * 5, organisers=[5] * 5)["mean"] == {"value": 3.2, "bound": "at_most"}


def test_with_a_known_population_every_interval_is_corrected():
    found = told(NPS, [0, 6, 7, 8, 9, 9, 9, 9, 10, 10], population=20)
    methods = {found["interval"]["method"], found["nps"]["interval"]["method"]}
    bars = told(SINGLE, ["a", "b"] * 6, population=20)["distribution"]
    methods |= {bar["interval"]["method"] for bar in bars}
    assert methods == {f"{name}, finite population" for name in ("t interval", "adjusted Wald", "Wilson")}
    assert (found["nps"]["interval"]["low"], found["nps"]["interval"]["high"]) == (1.12, 67.97)
    assert told(SCALE, [2, 3, 3, 3, 4, 4, 4, 4, 4, 4])["interval"]["low"] == 3.13


def test_the_word_for_not_applicable_is_an_answer_where_it_names_a_choice():
    choices = [{"id": name, "label": {"fi": name}} for name in ("a", "na")]
    answers = [{"q": name} for name in ["a"] * 6 + ["na"] * 6]
    tally = Tally()
    for given in answers:
        tally.add(OpenedAnswer(1, "fi", given, entered_by_organiser=False))
    question = SingleQuestion(type="single", choices=choices, **LABEL)
    [result] = released_figures(tally, [question], population=0).columns["questions"]
    assert [(bar["value"], bar["count"]) for bar in result["distribution"]] == [("a", 6), ("na", 6)]
