"""What n participants can say, and power where an answer is known without a table."""

import itertools

import pytest

from trialwright.core.errors import UsageError
from trialwright.design import exact_binomial as binomial
from trialwright.design import power


def test_each_count_from_none_to_all_has_a_statement():
    statements = binomial.statements(9)
    assert [s.events for s in statements] == list(range(10))
    for low, high in itertools.pairwise(statements):
        assert low.upper < high.upper or high.events == 9
        assert low.lower < high.lower
    assert statements[0].lower == 0
    assert statements[9].upper == statements[9].upper_one_sided == 1


@pytest.mark.parametrize(("events", "n"), [(0, 9), (3, 9), (8, 9), (1, 1), (20, 65)])
def test_the_bounds_leave_exactly_the_stated_tails(events, n):
    s = binomial.statements(n, level=0.9)[events]
    if events < n:
        assert binomial.prob_at_most(events, n, s.upper) == pytest.approx(0.05, abs=1e-10)
        assert binomial.prob_at_most(events, n, s.upper_one_sided) == pytest.approx(0.10, abs=1e-10)
    if events > 0:
        assert 1 - binomial.prob_at_most(events - 1, n, s.lower) == pytest.approx(0.05, abs=1e-10)


def test_chances_by_hand():
    assert binomial.prob_at_most(-1, 3, 0.5) == 0
    assert binomial.prob_at_most(3, 3, 1.0) == 1
    assert binomial.prob_at_most(0, 9, 0.1) == pytest.approx(0.9**9)
    assert [d.at_least_one for d in binomial.detection(3, (0.0, 0.5, 1.0))] == [0, 0.875, 1]
    assert binomial.detectable_rate(9) == pytest.approx(1 - 0.05 ** (1 / 9))


@pytest.mark.parametrize(
    "call",
    [
        lambda: binomial.statements(0),
        lambda: binomial.statements(9, level=95),
        lambda: binomial.prob_at_most(1, 9, 1.1),
        lambda: binomial.detection(9, (0.1, -0.1)),
        lambda: binomial.detectable_rate(9, chance=1.0),
    ],
)
def test_arguments_that_do_not_fit(call):
    with pytest.raises(UsageError, match="DES-030"):
        call()


def test_without_an_effect_power_is_the_size_of_the_test():
    assert power.two_means(0, 1, 20, 30).power == pytest.approx(0.05, abs=1e-9)
    assert power.two_distributions(0.5, 20, 30).power == pytest.approx(0.05, abs=1e-9)
    assert power.two_proportions(0.3, 0.3, 30, 30).power <= 0.05
    assert power.one_proportion(0.05, 0.05, 40).power <= 0.025


def test_fishers_test_by_hand():
    """Three against three: p <= 0.10 only where all have the event in one arm and nobody in the other."""
    assert power.two_proportions(0.9, 0.2, 3, 3, alpha=0.10).power == pytest.approx(
        0.9**3 * 0.8**3 + 0.1**3 * 0.2**3, abs=1e-12
    )
    assert power.two_proportions(1.0, 0.0, 3, 3, alpha=0.05).power == 0


def test_fishers_rejections_are_those_of_the_analysis():
    from trialwright.analyse.proportion import fisher

    n, m = 7, 5
    rejects = power._fisher_rejects(n, m, 0.2)
    for a in range(n + 1):
        for b in range(m + 1):
            assert rejects[a, b] == (fisher(a, b, n - a, m - b).p <= 0.2), (a, b)


def test_power_says_how_it_was_computed():
    result = power.two_distributions(0.65, 65, 35)
    assert result.method
    assert result.source.startswith("doi ")
    assert (result.exact, result.sides, result.sizes) == (False, 2, (65, 35))


@pytest.mark.parametrize(
    "call",
    [
        lambda: power.two_proportions(1.2, 0.5, 3, 3),
        lambda: power.two_means(1, 0, 3, 3),
        lambda: power.two_means(1, 1, 1, 1),
        lambda: power.two_distributions(0.6, 0, 3),
        lambda: power.one_proportion(0.2, 0.1, 10, alpha=0),
    ],
)
def test_power_arguments_that_do_not_fit(call):
    with pytest.raises(UsageError, match="DES-031"):
        call()
