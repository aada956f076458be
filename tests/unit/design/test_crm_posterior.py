"""Posteriors of the one-parameter models: against an integrator of another kind, at extremes, and by their laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import expit

from trialwright.core.errors import UsageError
from trialwright.design.model_based import skeleton, tite
from trialwright.design.model_based.crm_posterior import (
    Empiric,
    Logistic,
    closeness,
    maximum_likelihood,
    posterior,
    prob_above,
)

SKELETON = (0.05, 0.12, 0.25, 0.40, 0.55)


def rate_of(kind, beta):
    """Every rate at one beta, in the words of the definition."""
    s = np.array(SKELETON)
    if kind == "empiric":
        return s ** np.exp(beta)
    return expit(3 + np.exp(beta) * (np.log(s / (1 - s)) - 3))


def by_quad(kind, sd, n, y, edge):
    """Mean, variance and P(beta < edge), by adaptive integration around the highest point."""

    def log_height(beta):
        p = np.clip(rate_of(kind, beta), 1e-300, 1 - 1e-16)
        return float(y @ np.log(p) + (n - y) @ np.log1p(-p) - beta**2 / (2 * sd**2))

    points = np.linspace(-16 * sd, 16 * sd, 8001)
    heights = np.array([log_height(b) for b in points])
    top = heights.max()
    near = points[heights > top - 60]
    low, high = near.min() - 0.01, near.max() + 0.01

    def integral(power, upper):
        inner = np.linspace(low, upper, 9)[1:-1]
        value, _ = quad(
            lambda b: b**power * np.exp(log_height(b) - top),
            low,
            upper,
            points=inner,
            limit=400,
            epsabs=1e-13,
            epsrel=1e-12,
        )
        return value

    mass, first, second = (integral(k, high) for k in (0, 1, 2))
    tail = integral(0, edge) / mass if edge > low else 0.0
    return first / mass, second / mass - (first / mass) ** 2, min(tail, 1.0) if edge < high else 1.0


CASES = [
    ((3, 3, 3, 0, 0), (0, 0, 1, 0, 0)),
    ((30, 0, 0, 0, 0), (0, 0, 0, 0, 0)),
    ((30, 0, 0, 0, 0), (30, 0, 0, 0, 0)),
    ((0, 0, 0, 0, 60), (0, 0, 0, 0, 1)),
    ((6, 9, 12, 3, 0), (0, 2, 4, 2, 0)),
    ((1, 0, 0, 0, 0), (1, 0, 0, 0, 0)),
    ((100, 100, 100, 100, 100), (6, 13, 22, 41, 60)),
]


@pytest.mark.parametrize("sd", [0.3, 1.1576, 4.0])
@pytest.mark.parametrize("kind", ["empiric", "logistic"])
@pytest.mark.parametrize(("n", "y"), CASES)
def test_moments_and_tail_against_adaptive_integration(kind, sd, n, y):
    model = (Empiric if kind == "empiric" else Logistic)(SKELETON, sd)
    fit = posterior(model, n, y)
    mean, variance, tail = by_quad(kind, sd, np.array(n), np.array(y), model.beta_at(1, 0.2))
    assert fit.mean[0] == pytest.approx(mean, abs=1e-8)
    assert fit.variance[0] == pytest.approx(variance, abs=1e-8)
    assert prob_above(model, n, y, 1, 0.2)[0] == pytest.approx(tail, abs=1e-8)


@pytest.mark.parametrize("model", [Empiric(SKELETON), Logistic(SKELETON), Logistic(SKELETON, 1.0, intercept=1.0)])
def test_the_beta_at_which_a_level_has_a_rate(model):
    for level in range(1, 6):
        assert model.beta_at(level, SKELETON[level - 1]) == pytest.approx(0, abs=1e-12)
        beta = model.beta_at(level, 0.33)
        assert model.rates([beta])[0, level - 1] == pytest.approx(0.33)
        assert model.rates([beta - 0.1])[0, level - 1] > 0.33, "below it the level is more toxic"


def test_a_rate_that_the_logistic_model_cannot_reach_has_no_probability():
    assert prob_above(Logistic(SKELETON), (3, 0, 0, 0, 0), (3, 0, 0, 0, 0), 1, 0.99)[0] == 0


def test_many_states_are_as_one_after_another():
    rng = np.random.Generator(np.random.Philox(5))
    n = rng.integers(0, 9, size=(300, 5))
    y = rng.binomial(n, 0.4)
    fit = posterior(Empiric(SKELETON), n, y)
    for i in range(0, 300, 23):
        assert posterior(Empiric(SKELETON), n[i], y[i]).mean[0] == pytest.approx(fit.mean[i], abs=1e-12)


counts = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=5, max_size=5)


@settings(max_examples=60, deadline=None)
@given(counts, st.integers(0, 4), st.sampled_from((Empiric(SKELETON), Logistic(SKELETON))))
def test_another_dlt_raises_every_rate_and_another_without_lowers_it(rows, level, model):
    n = np.array([max(a, b) for a, b in rows])
    y = np.array([min(a, b) for a, b in rows])
    one = np.eye(5, dtype=int)[level]
    before, worse, better = (posterior(model, *data).rates[0] for data in ((n, y), (n + one, y + one), (n + one, y)))
    assert (worse > before).all()
    assert (better < before).all()
    assert (np.diff(before) > 0).all()


def test_equally_near_levels_give_the_lower():
    assert posterior(Empiric((0.2, 0.4)), (0, 0), (0, 0)).nearest(0.3).tolist() == [1]
    assert abs(0.15 - 0.1) < abs(0.05 - 0.1), "as floating-point numbers they are not quite equally near"
    assert closeness(np.array([[0.05, 0.15]]), 0.1).argmax() == 0


def test_the_likelihood_is_highest_at_its_maximum():
    n, y = np.array((6, 9, 12, 3, 0)), np.array((0, 2, 4, 2, 0))
    for kind, model in (("empiric", Empiric(SKELETON)), ("logistic", Logistic(SKELETON))):

        def log_likelihood(beta, kind=kind):
            p = rate_of(kind, beta)
            return float(y @ np.log(p) + (n - y) @ np.log1p(-p))

        fit = maximum_likelihood(model, n, y)
        best = fit.mean[0]
        assert all(log_likelihood(best) >= log_likelihood(best + step) for step in (-0.5, -1e-3, 1e-3, 0.5))
        second = (log_likelihood(best + 1e-3) - 2 * log_likelihood(best) + log_likelihood(best - 1e-3)) / 1e-6
        assert fit.variance[0] == pytest.approx(-1 / second, rel=1e-3)


@pytest.mark.parametrize("y", [(0, 0, 0, 0, 0), (3, 3, 0, 0, 0)])
def test_no_maximum_without_both_outcomes(y):
    with pytest.raises(UsageError, match="DES-206"):
        maximum_likelihood(Empiric(SKELETON), (3, 3, 0, 0, 0), y)


@pytest.mark.parametrize("rates", [(), (0.2, 0.1), (0.1, 0.1), (0.0, 0.1), (0.5, 1.0), (0.1, float("nan")), (5, 10)])
def test_a_skeleton_that_does_not_rise(rates):
    with pytest.raises(UsageError, match="DES-201"):
        Empiric(rates)


def test_a_skeleton_above_the_intercept():
    with pytest.raises(UsageError, match=r"below 0\.5"):
        Logistic((0.1, 0.6), intercept=0.0)


def test_a_skeleton_may_be_any_sequence_of_numbers():
    assert Empiric([0.1, np.float64(0.2)]) == Empiric((0.1, 0.2))
    assert posterior(Logistic(np.array([0.1, 0.2])), (3, 0), (0, 0)).nearest(0.3).tolist() == [2]


@pytest.mark.parametrize("sd", [0, -1, 25, float("nan")])
def test_a_prior_that_cannot_be_computed_with(sd):
    with pytest.raises(UsageError, match="DES-207"):
        Logistic((0.1, 0.2), sd)


@pytest.mark.parametrize(("n", "y"), [((3, 3), (0, 0)), ((3,) * 5, (4, 0, 0, 0, 0)), ((3,) * 5, (-1, 0, 0, 0, 0))])
def test_counts_that_do_not_fit(n, y):
    with pytest.raises(UsageError, match="DES-205"):
        posterior(Empiric(SKELETON), n, y)


def test_a_skeleton_has_the_rates_at_the_ends_of_its_indifference_intervals():
    """Its definition: where the rate of level k is at the upper end, that of the level below is at the lower."""
    for kind in (Empiric, Logistic):
        rates = skeleton.indifference(0.3, 0.06, 2, 6, model=kind.kind)
        model = kind(rates)
        assert rates[1] == 0.3
        for level in range(2, 7):
            beta = model.beta_at(level, 0.36)
            assert model.rates([beta])[0, level - 2] == pytest.approx(0.24, abs=1e-12)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((0.3, 0.05, 0, 5), "DES-203"),
        ((0.3, 0.05, 6, 5), "DES-203"),
        ((0.3, 0.3, 3, 5), "DES-202"),
        ((0.3, 0.0, 3, 5), "DES-202"),
        ((0.97, 0.05, 3, 5), "DES-202"),
        ((30, 5, 3, 5), "DES-202"),
        ((0.05, 0.0499999, 10, 10), "DES-202"),
        ((0.3, 0.2, 1, 40), "DES-202"),
    ],
)
def test_calibrations_that_do_not_fit(arguments, code):
    with pytest.raises(UsageError, match=code):
        skeleton.indifference(*arguments)


@pytest.mark.parametrize(("level", "model"), [(1, "empiric"), (12, "empiric"), (12, "logistic")])
def test_rates_that_run_into_the_ends(level, model):
    with pytest.raises(UsageError, match="stay away from 0"):
        skeleton.indifference(0.3, 0.299, level, 12, model=model)


def test_an_intercept_out_of_range():
    for intercept in (float("inf"), -800.0, float("nan")):
        with pytest.raises(UsageError, match="intercept"):
            skeleton.indifference(0.3, 0.05, 3, 5, model="logistic", intercept=intercept)
        with pytest.raises(UsageError, match="intercept"):
            Logistic((0.1, 0.2), intercept=intercept)


def test_a_model_that_is_not_known():
    with pytest.raises(UsageError, match="DES-202"):
        skeleton.indifference(0.3, 0.05, 3, 5, model="probit")


def test_whole_weights_give_the_posterior_of_the_counts():
    level, dlt = (1, 1, 1, 2, 2, 2, 3), (0, 0, 0, 1, 0, 0, 1)
    for model in (Empiric(SKELETON), Logistic(SKELETON)):
        timed = tite.posterior(model, level, dlt, [1.0] * 7)
        plain = posterior(model, (3, 3, 1, 0, 0), (0, 1, 1, 0, 0))
        assert timed.mean[0] == pytest.approx(plain.mean[0], abs=1e-12)
        assert timed.variance[0] == pytest.approx(plain.variance[0], abs=1e-12)


def test_partial_weights_against_adaptive_integration():
    level, dlt, weight = (1, 2, 2, 3), (0, 0, 1, 0), (1.0, 0.4, 1.0, 0.0)

    def height(beta):
        p = rate_of("empiric", beta)[np.array(level) - 1]
        return float(np.prod(np.where(dlt, p, 1 - np.array(weight) * p)) * np.exp(-(beta**2) / 2.68))

    mass, first = (quad(lambda b, k=k: b**k * height(b), -9, 9, points=[-2, 0, 2], epsabs=1e-14)[0] for k in (0, 1))
    fit = tite.posterior(Empiric(SKELETON), level, dlt, weight)
    assert fit.mean[0] == pytest.approx(first / mass, abs=1e-9)


def test_weights_that_follow_the_dlts():
    """Window 100, DLTs on days 20 and 50: a third of the weight each for days 0-20, 20-50 and 50-100."""
    times = [20, 50, 0, 10, 20, 35, 50, 75, 100, 130]
    dlt = [1, 1, 0, 0, 0, 0, 0, 0, 0, 0]
    expected = [1, 1, 0, 1 / 6, 1 / 3, 1 / 2, 2 / 3, 5 / 6, 1, 1]
    np.testing.assert_allclose(tite.weights(times, dlt, 100, "adaptive"), expected)
    np.testing.assert_allclose(tite.weights([30], [0], 120, "adaptive"), [0.25])
    tied = tite.weights([20, 20, 20, 10], [1, 1, 0, 0], 100, "adaptive")
    np.testing.assert_allclose(tied, [1, 1, 2 / 3, 1 / 6])
    at_once = tite.weights([0, 0, 50], [1, 0, 0], 100, "adaptive")
    np.testing.assert_allclose(at_once, [1, 1 / 2, 3 / 4])


@pytest.mark.parametrize(
    "call",
    [
        lambda: tite.weights([1, 2], [0], 28),
        lambda: tite.weights([-1], [0], 28),
        lambda: tite.weights([float("nan")], [0], 28),
        lambda: tite.weights([1], [0], 0),
        lambda: tite.weights([29], [1], 28),
        lambda: tite.weights([1], [0], 28, "steep"),
        lambda: tite.posterior(Empiric(SKELETON), [6], [0], [1.0]),
        lambda: tite.posterior(Empiric(SKELETON), [1], [0], [1.1]),
        lambda: tite.posterior(Empiric(SKELETON), [1, 1], [0], [1.0]),
    ],
)
def test_follow_up_that_does_not_fit(call):
    with pytest.raises(UsageError, match="DES-209"):
        call()


def test_nobody_followed_yet_is_the_prior():
    fit = tite.posterior(Empiric(SKELETON), [], [], [])
    assert fit.mean[0] == pytest.approx(0, abs=1e-12)
    assert fit.variance[0] == pytest.approx(1.34, abs=1e-9)
