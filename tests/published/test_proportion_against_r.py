"""Proportions agree with R 4.2.2 (binom.test, fisher.test), Newcombe's examples (1998) and published trials."""

import math

import pytest

from trialwright.analyse.proportion import binomial_test, clopper_pearson, fisher, newcombe, wilson

# R 4.2.2: binom.test(x, n)$conf.int and prop.test(x, n, correct = FALSE)$conf.int, to 1e-11
INTERVALS = [
    (0, 3, 0.0, 0.707598226179, 0.0, 0.561497031755),
    (1, 3, 0.00840375865961, 0.905700675950, 0.0614919447204, 0.792340399198),
    (2, 3, 0.09429932405025, 0.991596241340, 0.2076596008020, 0.938508055280),
    (0, 6, 0.0, 0.459258126440, 0.0, 0.390334287902),
    (1, 6, 0.00421074451449, 0.641234578998, 0.0300533697483, 0.563502822186),
    (0, 9, 0.0, 0.336267116880, 0.0, 0.299145048420),
    (5, 9, 0.21200850677887, 0.863004337735, 0.2666512934955, 0.811221478902),
    (9, 9, 0.66373288312006, 1.0, 0.7008549515805, 1.0),
    (10, 56, 0.08910095321398, 0.303971606942, 0.0999985675241, 0.298411820367),
    (0, 31, 0.0, 0.112188746922, 0.0, 0.110255395460),
    (37, 65, 0.44042522754118, 0.691519192640, 0.4483297467425, 0.682405425844),
    (21, 35, 0.42111772188210, 0.761291889547, 0.4357270901289, 0.744492711406),
    (682, 925, 0.70766826407904, 0.765406558242, 0.7079959876196, 0.764635800971),
]


@pytest.mark.parametrize(("x", "n", "low", "high", "score_low", "score_high"), INTERVALS)
def test_clopper_pearson_and_wilson_agree_with_r(x, n, low, high, score_low, score_high):
    exact, score = clopper_pearson(x, n), wilson(x, n)
    assert (exact.lower, exact.upper) == pytest.approx((low, high), abs=1e-11)
    assert (score.lower, score.upper) == pytest.approx((score_low, score_high), abs=1e-11)


def test_the_exact_binomial_test_agrees_with_conover_p_97():
    # R: binom.test(682, 925, p = 0.75), p-value 0.3825
    assert binomial_test(682, 925, 0.75) == pytest.approx(0.3825, abs=5e-5)


# R 4.2.2: fisher.test(matrix(..., byrow = TRUE)): p, estimate, interval, to 1e-10
FISHER = [
    ((3, 1, 1, 3), 0.4857142857143, 6.408308867006, 0.2117329153055, 621.933750545417),
    ((37, 21, 28, 14), 0.8335508577486, 0.8820676208984, 0.3485240751019, 2.193529645618),
    ((10, 0, 46, 31), 0.01222995477396, math.inf, 1.374773642765, math.inf),
    ((10, 4, 10, 16), 0.09584556748072, 3.856502987254, 0.8268202782117, 21.728290251216),
    ((2, 8, 10, 4), 0.03607484183605, 0.1121871769904, 0.008101525668679, 0.8969250438814),
    ((1, 7, 11, 5), 0.02719073899583, 0.07377038367514, 0.001331068677473, 0.8110724524614),
]


@pytest.mark.parametrize(("table", "p", "odds", "low", "high"), FISHER)
def test_fishers_test_agrees_with_r(table, p, odds, low, high):
    result = fisher(*table)
    assert (result.p, result.odds_ratio, result.lower, result.upper) == pytest.approx((p, odds, low, high), rel=1e-10)


# the examples (a) to (h) of Newcombe (1998), Statistics in Medicine 17:873, table II; the limits of method 10 to four
# decimals, recomputed from its formula by a separate program and by statsmodels 0.15 (confint_proportions_2indep)
NEWCOMBE = [
    ((56, 70, 48, 80), 0.0524, 0.3339),
    ((9, 10, 3, 10), 0.1705, 0.8090),
    ((6, 7, 2, 7), 0.0582, 0.8062),
    ((5, 56, 0, 29), -0.0381, 0.1926),
    ((0, 10, 0, 20), -0.1611, 0.2775),
    ((0, 10, 0, 10), -0.2775, 0.2775),
    ((10, 10, 0, 20), 0.6791, 1.0),
    ((10, 10, 0, 10), 0.6075, 1.0),
]


@pytest.mark.parametrize(("counts", "low", "high"), NEWCOMBE)
def test_the_risk_difference_agrees_with_newcombe(counts, low, high):
    found = newcombe(*counts)
    assert (found.lower, found.upper) == pytest.approx((low, high), abs=5.1e-5)


# published trials of mesenchymal stem cells whose printed p is Fisher's: events/n treated, events/n control, p
PUBLISHED = {
    "Meng 2020, mechanical ventilation": (1, 9, 4, 9, 0.294),
    "Meng 2020, high-flow oxygen": (3, 9, 5, 9, 0.637),
    "Meng 2020, fever": (5, 9, 2, 9, 0.335),
    "Meng 2020, cough": (4, 9, 8, 9, 0.131),
    "Shu 2020, improved by day 3": (2, 12, 1, 29, 0.200),
    "Shu 2020, improved by day 7": (7, 12, 5, 29, 0.020),
    "Shu 2020, improved by day 14": (11, 12, 15, 29, 0.030),
    "Shu 2020, improved by day 28": (12, 12, 25, 29, 0.302),
    "Shu 2020, died by day 28": (0, 12, 3, 29, 0.543),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_fishers_p_reproduces_the_published_one(name):
    x, n, x0, n0, printed = PUBLISHED[name]
    assert fisher(x, x0, n - x, n0 - x0).p == pytest.approx(printed, abs=6e-4)


def test_a_published_p_of_a_chi_squared_test_is_not_fishers():
    # Dilogo 2021, survival 10/20 against 4/20, printed p = 0.047: chi-squared without correction; Fisher's is 0.096
    assert fisher(10, 4, 10, 16).p == pytest.approx(0.0958, abs=5e-5)
