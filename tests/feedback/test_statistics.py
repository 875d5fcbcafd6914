"""Statistics: the published reference values, to four decimals."""

import pytest

from services.feedback.results import statistics

TOLERANCE = 1e-4
SCORES = [5, 4, 4, 3, 5, 5, 4, 2, 5, 4]


def test_a_net_score_has_its_adjusted_wald_interval():
    found = statistics.net_promoters([10] * 50 + [7] * 30 + [0] * 20)
    assert (found.promoters, found.passives, found.detractors) == (50, 30, 20)
    assert found.score.value == pytest.approx(30.0, abs=TOLERANCE)
    assert (round(found.score.low, 2), round(found.score.high, 2)) == (14.05, 44.20)
    unanimous = statistics.net_promoters([9] * 10).score
    assert unanimous.value == 100 and unanimous.low < unanimous.high == 100
    unanimous = statistics.net_promoters([0] * 10).score
    assert unanimous.value == -100 == unanimous.low < unanimous.high


def test_a_share_has_its_wilson_interval():
    found = statistics.share_interval(8, 10)
    assert found.value == pytest.approx(80.0)
    assert (round(found.low, 2), round(found.high, 2)) == (49.02, 94.33)
    for count, of, low, high in ((81, 263, 0.2553, 0.3662), (0, 20, 0.0, 0.1611)):  # Newcombe (1998), table I.
        found = statistics.share_interval(count, of)
        assert (found.low / 100, found.high / 100) == pytest.approx((low, high), abs=TOLERANCE)


def test_a_mean_has_its_t_interval():
    found = statistics.mean_interval(SCORES)
    assert found.value == pytest.approx(4.1)
    assert (round(found.low, 3), round(found.high, 3)) == (3.389, 4.811)
    assert found.method == "t interval"
    assert statistics.deviation(SCORES) == pytest.approx(0.99443, abs=TOLERANCE)
    assert statistics.median(SCORES) == 4


def test_a_known_population_narrows_the_interval():
    half = statistics.mean_interval(SCORES).high - 4.1
    small = statistics.mean_interval(SCORES, population=19)
    assert small.high - 4.1 == pytest.approx(half * (9 / 18) ** 0.5, abs=TOLERANCE)
    assert small.method == "t interval, finite population"
    whole = statistics.mean_interval(SCORES, population=10)
    assert (whole.low, whole.high) == (whole.value, whole.value)


def test_a_known_population_narrows_every_interval_alike_and_is_named():
    """Of 19 people 10 answered: they count as 10 * 18 / 9 = 20 answers of very many."""
    found = statistics.share_interval(8, 10, population=19)
    wide = statistics.share_interval(16, 20)
    assert (found.low, found.high) == pytest.approx((wide.low, wide.high))
    assert found.method == "Wilson, finite population"
    half, whole = [10] * 5 + [7] * 3 + [0] * 2, [10] * 10 + [7] * 6 + [0] * 4
    net, wide = statistics.net_promoters(half, population=19).score, statistics.net_promoters(whole).score
    assert (net.low, net.high) == pytest.approx((wide.low, wide.high))
    assert net.method == "adjusted Wald, finite population"


def test_where_all_answered_the_interval_is_the_figure():
    share = statistics.share_interval(8, 10, population=10)
    assert (share.low, share.value, share.high) == (80.0, 80.0, 80.0)
    net = statistics.net_promoters([10] * 5 + [0] * 5, population=10).score
    assert (net.low, net.value, net.high) == (0.0, 0.0, 0.0)


def test_the_engine_is_named():
    assert statistics.engine().startswith("scipy 1.")
