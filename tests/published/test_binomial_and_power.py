"""Exact binomial statements and power against R (stats, clinfun), East 6.5 and a separate program."""

import pytest

from trialwright.design.exact_binomial import statements
from trialwright.design.power import one_proportion, two_means, two_proportions

# events, n, lower, upper (two-sided 95 %), one-sided upper 95 %: R 4.2.2 qbeta
CLOPPER_PEARSON = [
    (0, 3, 0.0, 0.707598226179, 0.6315968501360),
    (1, 3, 0.00840375865961, 0.905700675950, 0.8646496378284),
    (2, 3, 0.09429932405025, 0.991596241340, 0.9830475724916),
    (0, 6, 0.0, 0.459258126440, 0.3930377689971),
    (1, 6, 0.00421074451449, 0.641234578998, 0.5818034092520),
    (2, 6, 0.04327186829274, 0.777221904496, 0.7286616274802),
    (0, 9, 0.0, 0.336267116880, 0.2831288355631),
    (3, 9, 0.07485463141969, 0.700704943791, 0.6550586340563),
    (5, 9, 0.21200850677887, 0.863004337735, 0.8312495040127),
    (9, 9, 0.66373288312006, 1.0, 1.0),
    (10, 56, 0.08910095321398, 0.303971606942, 0.2840519180196),
    (0, 31, 0.0, 0.112188746922, 0.0921140599473),
    (37, 65, 0.44042522754118, 0.691519192640, 0.6738403301443),
    (21, 35, 0.42111772188210, 0.761291889547, 0.7395075276409),
]


@pytest.mark.parametrize(("events", "n", "lower", "upper", "one_sided"), CLOPPER_PEARSON)
def test_clopper_pearson_statements(events, n, lower, upper, one_sided):
    statement = statements(n)[events]
    assert (statement.events, statement.n) == (events, n)
    assert statement.lower == pytest.approx(lower, abs=1e-12)
    assert statement.upper == pytest.approx(upper, abs=1e-12)
    assert statement.upper_one_sided == pytest.approx(one_sided, abs=1e-12)


@pytest.mark.parametrize(
    ("rate", "control", "n", "power", "digits"),
    [(0.7, 0.4, 30, 0.560814, 6), (0.4, 0.2, 90, 0.80168, 5)],
)
def test_exact_power_of_fishers_test(rate, control, n, power, digits):
    """30 against 30: a separate exact program; 90 against 90: clinfun fe.ssize."""
    assert two_proportions(rate, control, n, n).power == pytest.approx(power, abs=0.51 * 10**-digits)


def test_fishers_test_needs_ninety_per_arm():
    """clinfun fe.ssize(.4, .2): 90 in each arm are the fewest from which the exact power is 80 %."""
    assert two_proportions(0.4, 0.2, 89, 89).power < 0.8 < two_proportions(0.4, 0.2, 90, 90).power
    assert two_proportions(0.4, 0.2, 91, 91).power == pytest.approx(0.80756808, abs=0.51e-8)


def test_power_of_the_t_test():
    """R power.t.test(n = 30, delta = .8): 0.8614222416 without the other tail, which adds less than 5e-7."""
    assert two_means(0.8, 1.0, 30, 30).power == pytest.approx(0.8614222416, abs=5e-7)
    assert two_means(-0.8, 1.0, 30, 30).power == two_means(0.8, 1.0, 30, 30).power


def test_t_test_sizes_that_bracket_eighty_per_cent():
    """R power.t.test(delta = .5, power = .8): 63.77 per arm; rpact with 2:1: 95.48 and 47.74."""
    assert two_means(0.5, 1.0, 63, 63).power < 0.8 < two_means(0.5, 1.0, 64, 64).power
    assert two_means(0.5, 1.0, 95, 47).power < 0.8 < two_means(0.5, 1.0, 96, 48).power


@pytest.mark.parametrize(
    ("n", "power"), [(25, 0.57932569), (28, 0.6851126), (30, 0.74476675), (33, 0.81787426), (35, 0.72790831)]
)
def test_exact_power_of_one_arm(n, power):
    """East 6.5, as quoted in the tests of gsDesign: rate 0.2 against 0.05, one-sided 0.025."""
    assert one_proportion(0.2, 0.05, n).power == pytest.approx(power, abs=0.51e-7)
