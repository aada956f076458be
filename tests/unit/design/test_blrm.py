"""The two-parameter model against a plain integrator, and what overdose control allows."""

import itertools
from decimal import Decimal

import numpy as np
import pytest
from scipy.integrate import dblquad
from scipy.special import expit

from trialwright.core.errors import UsageError
from trialwright.design import exact
from trialwright.design.graph import Interned, States, _as_arrays
from trialwright.design.model_based.blrm import Blrm, TwoParameterCrm
from trialwright.design.model_based.blrm_posterior import Prior, TwoParameter, posterior
from trialwright.design.model_based.conduct import ENOUGH, TOXIC, Plan
from trialwright.design.rule import Counts, Finish, Treat

DOSES = (10, 20, 40, 60, 100)
MODEL = TwoParameter(DOSES, 60, Prior.weak(0.3))
LOW, HIGH = 0.20, 0.35


def plainly(doses, reference, prior, n, y, limits):
    """Mean rates and P(rate > limit) by nested adaptive integration, each with an integrand of its own, inner limits at
    the crossing; nothing is shared with the program."""
    (ma, mb), (sa, sb), rho = prior.mean, prior.sd, prior.correlation
    x = [np.log(d / reference) for d in doses]

    def log_height(a, b):
        total = -((a - ma) ** 2 / sa**2 - 2 * rho * (a - ma) * (b - mb) / sa / sb + (b - mb) ** 2 / sb**2)
        total /= 2 * (1 - rho**2)
        for xj, nj, yj in zip(x, n, y, strict=True):
            z = a + np.exp(b) * xj
            total += -yj * np.logaddexp(0, -z) - (nj - yj) * np.logaddexp(0, z)
        return total

    grid_a, grid_b = np.meshgrid(np.linspace(ma - 6 * sa, ma + 6 * sa, 241), np.linspace(mb - 6 * sb, mb + 6 * sb, 241))
    heights = log_height(grid_a, grid_b)
    top = heights.max()
    near = heights > top - 22
    a_low, a_high = grid_a[near].min() - 0.1, grid_a[near].max() + 0.1
    b_low, b_high = grid_b[near].min() - 0.1, grid_b[near].max() + 0.1

    def integral(of=lambda a, b: 1.0, start=lambda b: a_low):
        value, _ = dblquad(
            lambda a, b: of(a, b) * np.exp(log_height(a, b) - top),
            b_low,
            b_high,
            lambda b: min(max(start(b), a_low), a_high),
            lambda b: a_high,
            epsabs=1e-7,
            epsrel=1e-6,
        )
        return value

    mass = integral()
    means = [integral(lambda a, b, xj=xj: expit(a + np.exp(b) * xj)) / mass for xj in x]
    above = [
        [integral(start=lambda b, xj=xj, c=c: np.log(c / (1 - c)) - np.exp(b) * xj) / mass for xj in x] for c in limits
    ]
    return means, above


@pytest.mark.parametrize(
    ("prior", "n", "y"),
    [
        (Prior.weak(0.3), (3, 0, 0), (0, 0, 0)),
        (Prior((-1.0, 0.2), (1.5, 0.6), -0.4), (6, 9, 6), (0, 2, 3)),
        (Prior((-3.0, 0.5), (1.0, 1.0), 0.5), (3, 6, 0), (1, 4, 0)),
    ],
)
def test_the_posterior_against_nested_adaptive_integration(prior, n, y):
    doses = (10.0, 25.0, 60.0)
    found = posterior(TwoParameter(doses, 25.0, prior), n, y, (LOW, HIGH))
    means, above = plainly(doses, 25.0, prior, n, y, (LOW, HIGH))
    np.testing.assert_allclose(found.mean[0], means, atol=2e-6)
    np.testing.assert_allclose(found.above[:, 0], above, atol=2e-6)


def test_the_prior_itself():
    """At the reference dose the logit of the rate is normal."""
    from statistics import NormalDist

    found = posterior(MODEL, (0,) * 5, (0,) * 5, (LOW, HIGH))
    normal = NormalDist(np.log(0.3 / 0.7), 2.0)
    for limit, above in zip((LOW, HIGH), found.above[:, 0, 3], strict=True):
        assert above == pytest.approx(1 - normal.cdf(np.log(limit / (1 - limit))), abs=1e-7)


def test_prior_and_data_far_apart():
    """60 DLTs among 60 where the prior expects none: at one dose, the reference, it is a sum over one parameter."""
    prior = Prior((-6.0, 0.0), (0.5, 0.3))
    found = posterior(TwoParameter((20,), 20, prior), (60,), (60,), (0.5,))
    a = np.linspace(-12, 6, 200_001)
    log_weight = -((a + 6) ** 2) / 0.5 - 60 * np.logaddexp(0, -a)
    weight = np.exp(log_weight - log_weight.max())
    assert found.mean[0, 0] == pytest.approx(weight @ expit(a) / weight.sum(), abs=1e-6)
    assert found.above[0, 0, 0] == pytest.approx(weight[a > 0].sum() / weight.sum(), abs=1e-4)


def test_probabilities_rise_with_the_dose_and_the_three_add_up():
    rng = np.random.Generator(np.random.Philox(8))
    n = rng.integers(0, 7, size=(200, 5))
    y = rng.binomial(n, 0.35)
    found = Blrm(MODEL, LOW, HIGH, Plan(5)).categories(n, y)
    np.testing.assert_allclose(found.under + found.target + found.over, 1, atol=1e-12)
    assert (np.diff(found.over, axis=1) > -1e-9).all()
    assert (np.diff(found.under, axis=1) < 1e-9).all()


def test_doses_may_be_decimals_and_only_their_ratio_counts():
    n, y = (3, 3, 0, 0, 0), (0, 1, 0, 0, 0)
    decimals = TwoParameter(tuple(Decimal(d) / 10 for d in DOSES), Decimal(6), Prior.weak(0.3))
    np.testing.assert_allclose(
        posterior(decimals, n, y, (HIGH,)).above, posterior(MODEL, n, y, (HIGH,)).above, atol=1e-12
    )


def blrm(**changes):
    plan = Plan(5, **{"untried": False} | changes.pop("plan", {}))
    return Blrm(MODEL, LOW, HIGH, plan, **changes)


RULES = {
    "as published": blrm(plan={"most": 18}),
    "highest": blrm(choose="highest", plan={"most": 18, "skip": True}),
    "doubling at most": blrm(max_increase=2.0, plan={"most": 18, "skip": True, "coherent": False, "start": 2}),
    "loose": blrm(bound=0.5, plan={"cohort": 2, "most": 14, "enough": 6, "untried": True}),
    "two-parameter CRM": TwoParameterCrm(MODEL, 0.3, Plan(5, most=18)),
    "with a stop": TwoParameterCrm(MODEL, 0.3, Plan(5, most=18, untried=False, coherent=False), 0.9),
}


def rows():
    pairs = [(n, y) for n in (0, 3, 6) for y in range(n + 1)]
    for (n1, y1), (n2, y2) in itertools.product(pairs, pairs):
        for dose, memory in ((1, (0,)), (2, (2,)), (3, None), (5, (y1 + y2 + 1,))):
            yield Counts(dose, (n1, n2, 3, 0, n1), (y1, y2, 1, 0, 0), memory)


@pytest.mark.parametrize("name", RULES)
def test_many_states_are_as_one_after_another(name):
    rule, cases = RULES[name], list(rows())
    ours, theirs = (Interned(), Interned()), (Interned(), Interned())
    one = np.ones(len(cases))
    states = States(
        np.array([row.dose for row in cases]),
        np.array([ours[0].number(row.memory) for row in cases]),
        np.array([row.n for row in cases], dtype=np.int16),
        np.array([row.y for row in cases], dtype=np.int16),
        one,
        one,
    )
    together = rule.next_many(states, *ours)
    answers = [rule.next(row) for row in cases]
    alone = _as_arrays(answers, *theirs)
    np.testing.assert_array_equal(together.finish, alone.finish)
    for i, answer in enumerate(answers):
        assert answer.reason
        if isinstance(answer, Finish):
            assert (together.selected[i], together.completed[i]) == (answer.selected, answer.completed)
            assert ours[1].values[together.category[i]] == answer.category
        else:
            assert (together.dose[i], together.size[i]) == (answer.dose, answer.size)
            assert ours[0].values[together.memory[i]] == answer.memory
    assert {type(answer) for answer in answers} == {Treat, Finish}


@pytest.mark.parametrize("name", ["as published", "highest", "doubling at most", "loose"])
def test_nobody_is_treated_and_nothing_selected_where_an_overdose_is_likely(name):
    rule = RULES[name]
    for row in rows():
        action = rule.next(row)
        over = rule.categories(np.array([row.n]), np.array([row.y])).over[0]
        level = action.dose if isinstance(action, Treat) else action.selected
        if sum(row.n) and level:
            assert over[level - 1] < rule.bound
            assert isinstance(action, Treat) or rule.plan.untried or row.n[level - 1]
        if over[0] >= rule.bound:
            assert (action.selected, action.category) == (0, TOXIC)


def test_the_likeliest_and_the_highest_eligible_level():
    counts = Counts(3, (3, 3, 3, 0, 0), (0, 0, 0, 0, 0), (0,))
    found = blrm().categories(np.array([counts.n]), np.array([counts.y]))
    eligible = np.flatnonzero(found.over[0] < 0.25) + 1
    assert blrm(choose="highest", plan={"skip": True}).next(counts).dose == eligible[-1]
    best = eligible[np.argmax(found.target[0][eligible - 1])]
    assert blrm(plan={"skip": True}).next(counts).dose == best


def test_the_greatest_increase_limits_the_way_up():
    counts = Counts(1, (6, 0, 0, 0, 0), (0, 0, 0, 0, 0), (0,))
    liberal = {"skip": True, "start": 1}
    assert blrm(choose="highest", plan=liberal).next(counts).dose > 2
    assert blrm(choose="highest", plan=liberal, max_increase=2.0).next(counts).dose == 2
    assert blrm(choose="highest", plan=liberal, max_increase=1.9).next(counts).dose == 1
    assert blrm(max_increase=2).conduct.reach == (2, 3, 4, 5, 5)
    assert blrm(max_increase=1.5).conduct.reach == (1, 2, 4, 4, 5)
    decimals = TwoParameter((Decimal("0.1"), Decimal("0.3")), 1, Prior.weak(0.3))
    assert Blrm(decimals, LOW, HIGH, Plan(2), max_increase=3).conduct.reach == (2, 2), "3 x 0.1 is 0.3"


def test_the_ends():
    toxic = blrm().next(Counts(1, (3, 0, 0, 0, 0), (3, 0, 0, 0, 0), (0,)))
    assert (toxic.selected, toxic.category) == (0, TOXIC)
    assert "P(rate of level 1 > 0.35) = 0.9" in toxic.reason
    started_high = blrm(plan={"most": 6, "start": 3}).next(Counts(3, (0, 0, 6, 0, 0), (0, 0, 4, 0, 0), (0,)))
    assert started_high.selected == 0
    enough = blrm(plan={"enough": 3}).next(Counts(2, (9, 9, 3, 0, 0), (0, 2, 2, 0, 0), (2,)))
    assert (enough.category, enough.selected) == (ENOUGH, 2)


def test_the_compiled_design():
    """Overdose control keeps participants off the toxic levels, at the price of more stops."""
    truth = (0.05, 0.15, 0.30, 0.45, 0.60)
    careful, bold = (exact.compile(RULES[name]).evaluate(truth) for name in ("as published", "two-parameter CRM"))
    assert careful.mass_error < 1e-12
    assert careful.prob_n_above(3, 5) < bold.prob_n_above(3, 5)
    assert careful.selection[0] > bold.selection[0]


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: TwoParameter((), 1, Prior.weak(0.3)), "DES-208"),
        (lambda: TwoParameter((0, 1), 1, Prior.weak(0.3)), "DES-208"),
        (lambda: TwoParameter((2, 1), 1, Prior.weak(0.3)), "DES-208"),
        (lambda: TwoParameter((1, 2), 0, Prior.weak(0.3)), "DES-208"),
        (lambda: blrm(max_increase=0.5), "DES-208"),
        (lambda: Prior.weak(30), "DES-207"),
        (lambda: Prior((0, 0), (0, 1)), "DES-207"),
        (lambda: Prior((0, 0), (1, 9)), "DES-207"),
        (lambda: Prior((float("nan"), 0), (1, 1)), "DES-207"),
        (lambda: Prior((0, 0), (1, 1), 1.5), "DES-207"),
        (lambda: Blrm(MODEL, 0.35, 0.20, Plan(5)), "DES-202"),
        (lambda: blrm(bound=0), "DES-202"),
        (lambda: blrm(choose="best"), "DES-202"),
        (lambda: Blrm(MODEL, LOW, HIGH, Plan(4)), "DES-204"),
        (lambda: TwoParameterCrm(MODEL, 30, Plan(5)), "DES-202"),
        (lambda: TwoParameterCrm(MODEL, 0.3, Plan(4)), "DES-204"),
        (lambda: posterior(MODEL, (3, 3), (0, 0), (0.3,)), "DES-205"),
    ],
)
def test_numbers_that_do_not_fit(call, code):
    with pytest.raises(UsageError, match=code):
        call()


def test_names_say_what_is_unusual():
    assert blrm().name == (
        "BLRM: target 0.2 to 0.35, overdose below 0.25, doses 10/20/40/60/100, reference 60, "
        "weak prior at 0.3, cohorts of 3, at most 30"
    )
    assert len({rule.name for rule in RULES.values()}) == len(RULES)
