"""Two-stage designs and monitoring of one arm against plain code written apart from them: the sums of the textbook,
every sequence of outcomes one by one, every design one by one, and a million simulated trials each.
"""

from itertools import pairwise, product
from math import comb, sqrt

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from trialwright.core.errors import UsageError
from trialwright.core.streams import stream
from trialwright.design import exact
from trialwright.design.phase2 import monitoring, simon
from trialwright.design.phase2.monitoring_rule import MonitoringRule
from trialwright.design.phase2.two_stage import TwoStageRule

TRIALS = 1_000_000


def binomial(x, n, p):
    return comb(n, x) * p**x * (1 - p) ** (n - x)


def promising(r1, n1, r, n, p):
    """The chance of more than r1 responses among the first n1 and more than r in all, summed over both stages."""
    return sum(
        binomial(first, n1, p) * binomial(second, n - n1, p)
        for first in range(r1 + 1, n1 + 1)
        for second in range(n - n1 + 1)
        if first + second > r
    )


def early(r1, n1, p):
    return sum(binomial(x, n1, p) for x in range(r1 + 1))


def every_design(p0, p1, alpha, beta, most):
    """Every allowed design with at most `most` participants: (EN(p0), n, n1, r1, r)."""
    for n in range(2, most + 1):
        for n1 in range(1, n):
            for r1 in range(n1):
                if early(r1, n1, p1) > beta:
                    break
                expected = n1 + (1 - early(r1, n1, p0)) * (n - n1)
                for r in range(r1, n):
                    if promising(r1, n1, r, n, p1) < 1 - beta:
                        break
                    if promising(r1, n1, r, n, p0) <= alpha:
                        yield expected, n, n1, r1, r
                        break


@pytest.mark.parametrize(
    "asked", [(0.1, 0.5, 0.1, 0.2), (0.3, 0.7, 0.1, 0.1), (0.05, 0.4, 0.05, 0.2), (0.6, 0.9, 0.15, 0.2)]
)
def test_no_design_is_better(asked):
    found = simon.search(*asked)
    optimal, minimax = found[-1], found[0]
    designs = list(every_design(*asked, optimal.rule.n + 5))
    assert optimal.expected_n == pytest.approx(min(designs)[0], abs=1e-9)
    fewest = min(n for _, n, *_ in designs)
    assert minimax.rule.n == fewest
    assert minimax.expected_n == pytest.approx(min(e for e, n, *_ in designs if n == fewest), abs=1e-9)
    for weight in np.linspace(0, 1, 101):
        best = min(weight * n + (1 - weight) * e for e, n, *_ in designs)
        chosen = [d for d in found if d.weights[0] <= weight <= d.weights[1]]
        assert chosen
        for design in chosen:
            assert weight * design.rule.n + (1 - weight) * design.expected_n == pytest.approx(best, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(
    p0=st.floats(0.02, 0.6),
    gap=st.floats(0.2, 0.5),
    alpha=st.floats(0.02, 0.25),
    beta=st.floats(0.05, 0.35),
)
def test_what_holds_for_every_two_stage_design(p0, gap, alpha, beta):
    p1 = p0 + gap
    assume(p1 < 0.98)
    found = simon.search(p0, p1, alpha, beta)
    assert found[0].weights[1] == 1
    assert found[-1].weights[0] == 0
    for design in found:
        r1, n1, r, n = design.rule.r1, design.rule.n1, design.rule.r, design.rule.n
        assert design.alpha == pytest.approx(promising(r1, n1, r, n, p0), abs=1e-12)
        assert design.power == pytest.approx(promising(r1, n1, r, n, p1), abs=1e-12)
        assert design.pet == pytest.approx(early(r1, n1, p0), abs=1e-12)
        assert design.expected_n == pytest.approx(n1 + (1 - early(r1, n1, p0)) * (n - n1), abs=1e-9)
        assert design.alpha <= alpha + 1e-12
        assert design.power >= 1 - beta - 1e-12
        engine = exact.compile(design.rule).evaluate_many([[p0], [p1]])
        assert engine.selection[:, 1] == pytest.approx([design.alpha, design.power], abs=1e-12)
        assert engine.expected_n[0] == pytest.approx(design.expected_n, abs=1e-9)
        assert engine.prob_n_at_most(n1)[0] == pytest.approx(design.pet, abs=1e-12)
    for small, large in pairwise(found):
        assert small.rule.n < large.rule.n
        assert small.expected_n > large.expected_n
        assert small.weights[0] == large.weights[1]


def agrees(seen, expected, trials=TRIALS):
    """A proportion of simulated trials against an exact chance: five standard errors, or nothing where it is 0."""
    error = sqrt(expected * (1 - expected) / trials)
    assert abs(seen - expected) <= 5 * error + 1e-12, (seen, expected, error)


def test_two_stages_simulated():
    rule, rate = TwoStageRule(3, 13, 12, 43), 0.29
    draws = stream(20261121, "two stages")
    first = draws.binomial(13, rate, TRIALS)
    both = first + draws.binomial(30, rate, TRIALS)
    result = exact.compile(rule).evaluate([rate])
    agrees(np.mean(first <= 3), result.prob_n_at_most(13))
    agrees(np.mean((first > 3) & (both > 12)), result.selection[1])


@pytest.mark.parametrize(("limit", "cutoff", "prior", "first"), [(0.3, 0.9, (1, 1), 3), (0.15, 0.8, (0.3, 1.7), 1)])
def test_bayesian_bounds_sequence_by_sequence(limit, cutoff, prior, first):
    """Every sequence of nine outcomes, with the posterior of scipy.stats."""
    rate, most = 0.37, 9
    crossed = sized = 0.0
    for outcomes in product((0, 1), repeat=most):
        stopped = None
        for n in range(first, most + 1):
            y = sum(outcomes[:n])
            if stats.beta.sf(limit, prior[0] + y, prior[1] + n - y) > cutoff:
                stopped = n
                break
        chance = rate ** sum(outcomes) * (1 - rate) ** (most - sum(outcomes))
        crossed += chance * (stopped is not None)
        sized += chance * (stopped or most)
    rule = monitoring.rule(monitoring.Bayesian(limit, cutoff, prior), most, first=first)
    found = rule.characteristics([rate])
    assert found.prob_crossed[0] == pytest.approx(crossed, abs=1e-12)
    assert found.expected_n[0] == pytest.approx(sized, abs=1e-11)
    assert found.expected_events[0] == pytest.approx(sized * rate, abs=1e-11)  # Wald's identity


@pytest.mark.parametrize(
    ("bound", "plan"),
    [
        (monitoring.Bayesian(0.2, 0.92, (0.5, 2.0)), (40, 5, 1)),
        (monitoring.ConstantProbability(0.2, 0.03), (40, 10, 10)),
    ],
)
def test_monitoring_simulated(bound, plan):
    most, first, step = plan
    rate = 0.28
    outcomes = stream(77, "monitoring", bound.name).random((TRIALS, most), dtype=np.float32) < rate
    totals = outcomes.cumsum(axis=1, dtype=np.int16)
    size = np.full(TRIALS, most)
    crossed = np.zeros(TRIALS, dtype=bool)
    for n in sorted({*range(first, most + 1, step), most}, reverse=True):
        y = np.arange(n + 1)
        if isinstance(bound, monitoring.Bayesian):
            stops = stats.beta.sf(0.2, 0.5 + y, 2.0 + n - y) > 0.92
        else:
            stops = stats.binom.sf(y - 1, n, 0.2) <= 0.03
        now = stops[totals[:, n - 1]]
        size[now] = n
        crossed |= now
    found = monitoring.rule(bound, most, first=first, step=step).characteristics([rate])
    agrees(crossed.mean(), found.prob_crossed[0])
    agrees((size < most).mean(), found.prob_stopped_early[0])
    assert abs(size.mean() - found.expected_n[0]) <= 5 * size.std() / sqrt(TRIALS)


BOUNDS = st.one_of(
    st.builds(
        monitoring.Bayesian,
        st.floats(0.05, 0.6),
        st.just(0.95),
        st.tuples(st.floats(0.1, 3), st.floats(0.1, 3)),
    ),
    st.builds(monitoring.ConstantProbability, st.floats(0.05, 0.6)),
)


@settings(max_examples=60, deadline=None)
@given(
    bound=BOUNDS,
    wanted=st.floats(0.02, 0.5),
    most=st.integers(3, 25),
    first=st.integers(1, 3),
    step=st.integers(1, 6),
    others=st.lists(st.floats(0.001, 0.999), min_size=5, max_size=5),
)
def test_a_calibrated_bound_keeps_its_promise_and_none_uses_it_better(bound, wanted, most, first, step, others):
    def crossed(one):
        rule = monitoring.rule(one, most, first=first, step=step)
        return rule.characteristics([bound.limit]).prob_crossed[0]

    def other(value):
        if isinstance(bound, monitoring.Bayesian):
            return monitoring.Bayesian(bound.limit, value, bound.prior)
        return monitoring.ConstantProbability(bound.limit, value)

    try:
        found = monitoring.calibrated(bound, most, wanted, first=first, step=step)
    except UsageError:  # then every bound that is ever crossed breaks the promise
        assert all(not 1e-9 < crossed(other(value)) <= wanted - 1e-9 for value in others)
        return
    reached = crossed(found)
    assert reached <= wanted + 1e-9
    for value in others:
        assert crossed(other(value)) <= reached + 1e-9 or crossed(other(value)) > wanted - 1e-9


@settings(max_examples=60, deadline=None)
@given(bound=BOUNDS, most=st.integers(1, 30), first=st.integers(1, 4), step=st.integers(1, 5))
def test_what_holds_for_every_monitored_arm(bound, most, first, step):
    assume(first <= most)
    rule = monitoring.rule(bound, most, first=first, step=step)
    known = [limit for limit in rule.limits if limit is not None]
    assert known == sorted(known), "more participants, fewer events to stop"
    rates = [0.0, 0.1, 0.3, 0.6, 1.0]
    found = rule.characteristics(rates)
    assert found.mass_error.max() < 1e-12
    assert (np.diff(found.prob_crossed) >= -1e-12).all()
    assert (np.diff(found.expected_n) <= 1e-9).all()
    assert (found.prob_stopped_early <= found.prob_crossed + 1e-12).all()
    assert found.expected_events == pytest.approx(np.array(rates) * found.expected_n, abs=1e-9)
    assert found.n_distribution @ np.arange(most + 1) == pytest.approx(found.expected_n, abs=1e-9)


def test_the_agreement_can_fail():
    """A bound that is one event too strict is told from the right one."""
    right = monitoring.rule(monitoring.ConstantProbability(0.2, 0.03), 40, first=10, step=10)
    wrong = MonitoringRule(right.looks, (*right.limits[:-1], right.limits[-1] + 1), "wrong")
    with pytest.raises(AssertionError):
        agrees(wrong.characteristics([0.28]).prob_crossed[0], right.characteristics([0.28]).prob_crossed[0])
