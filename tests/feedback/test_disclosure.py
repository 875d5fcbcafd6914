"""Disclosure of answers: every field of what is told of one question, at the borders of the event profile."""

import pytest
import scipy.stats  # noqa: F401  What is slow to start is charged to no test.

from services.feedback.results.disclosure import comparable, disclose
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
NPS = NpsQuestion(type="nps", **LABEL)
NUMBER = NumberQuestion(type="number", min=0, max=100, **LABEL)
SINGLE = SingleQuestion(type="single", choices=CHOICES, **LABEL)
MULTI = MultiQuestion(type="multi", choices=CHOICES, **LABEL)
TEXT = TextQuestion(type="text", **LABEL)
NOTHING = dict.fromkeys(("n", "mean", "median", "deviation", "interval", "nps", "distribution"))


def told(question, answers, population=20):
    found = disclose(question, answers, population=population).model_dump(mode="json")
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
    assert disclose(TEXT, ["Hieno päivä"] * 50, population=50) is None


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
    assert told(SCALE, [2, 3, 3, 3, 4, 4, 4, 4, 4, 4]) == shown(
        n=10,
        mean=exactly(3.5),
        median=4.0,
        deviation=0.71,
        interval={"low": 3.13, "high": 3.87, "method": "t interval, finite population"},
        distribution=[
            a_bar("2", 1, 10.0, 1.79, 40.42),
            a_bar("3", 3, 30.0, 10.78, 60.32),
            a_bar("4", 6, 60.0, 31.27, 83.18),
        ],
    )


def test_ten_scores_tell_a_net_score_too():
    found = told(NPS, [0, 6, 7, 8, 9, 9, 9, 9, 10, 10])
    assert found["nps"] == {
        "score": 40.0,
        "interval": {"low": -12.59, "high": 74.12, "method": "adjusted Wald"},
        "promoters": 6,
        "passives": 2,
        "detractors": 2,
    }
    assert [(bar["value"], bar["count"]) for bar in found["distribution"]] == [
        *(("0", 1), ("1", 0), ("2", 0), ("3", 0), ("4", 0), ("5", 0)),
        *(("6", 1), ("7", 1), ("8", 1), ("9", 4), ("10", 2)),
    ]


def test_shares_and_scores_have_one_decimal():
    assert [bar["share"] for bar in told(SINGLE, ["a"] * 7 + ["b"] * 5)["distribution"]] == [
        exactly(58.3),
        exactly(41.7),
    ]
    assert told(NPS, [10] * 5 + [8] * 3 + [0] * 3)["nps"]["score"] == 18.2


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
    assert told(NUMBER, [7] * 10) == shown(n=10, mean={"value": 10.0, "bound": "at_most"})


def test_ten_choices_tell_their_shares():
    bars = [a_bar("a", 8, 80.0, 49.02, 94.33), a_bar("b", 2, 20.0, 5.67, 50.98)]
    assert told(SINGLE, ["a"] * 8 + ["b"] * 2) == shown(n=10, distribution=bars)
    assert told(MULTI, [["a"]] * 8 + [["b"]] * 2) == shown(n=10, distribution=bars)


def test_what_everybody_chose_is_told_as_nearly_all_and_the_rest_not_at_all():
    bars = [the_bar_of_all("a"), a_hidden_bar("b")]
    assert told(SINGLE, ["a"] * 10) == shown(n=10, distribution=bars)
    assert told(MULTI, [["a"]] * 8 + [["a", "b"]] * 2) == shown(n=10, distribution=bars)


@pytest.mark.parametrize(
    ("groups", "together"),
    [
        ([("ab", 5), ("bc", 5)], "abc"),
        ([("ab", 5), ("bc", 4)], "b"),
        ([("ab", 1)], "ab"),
        ([("ab", 9), ("c", 1)], ""),
    ],
)
def test_questions_stand_side_by_side_where_five_were_asked_each_set_of_them(groups, together):
    answers = [dict.fromkeys(asked, 1) for asked, count in groups for _ in range(count)]
    assert comparable(answers) == frozenset(together)
