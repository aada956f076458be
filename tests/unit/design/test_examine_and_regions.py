"""Live states, cohorts under way, averages over priors, surfaces and worst cases."""

import itertools

import numpy as np
import pytest

from trialwright.core.errors import UsageError
from trialwright.design import exact, region, rules
from trialwright.design.examine import examine, retrace
from trialwright.design.rule import Counts, Finish, Treat

BOIN = "BOIN: target 0.3, at most 12"
TRUTH = [0.1, 0.25, 0.45]


def told(action):
    return (action.dose, action.size) if isinstance(action, Treat) else f"select {action.selected}"


def test_what_each_result_of_the_next_cohort_leads_to():
    seen = examine(rules.make(BOIN, 3), Counts(2, (3, 3, 0), (0, 1, 0)))
    assert told(seen.cohort) == (2, 3)
    assert not seen.under_way
    assert [told(item.action) for item in seen.nexts] == [(3, 3), (2, 3), (1, 3), (1, 3)]
    assert sum(seen.chances(TRUTH)) == pytest.approx(1)
    assert seen.chances(TRUTH)[0] == pytest.approx(0.75**3)


def test_a_cohort_under_way():
    seen = examine(rules.make(BOIN, 3), Counts(1, (2, 0, 0), (1, 0, 0)), pending=1)
    assert seen.under_way
    assert [(item.dlts, told(item.action)) for item in seen.nexts] == [(0, (1, 3)), (1, (1, 3))]


def test_the_opening_and_the_end():
    opening = examine(rules.make("3+3: stop at two, stopped at the second DLT", 3))
    assert [(item.treated, item.dlts) for item in opening.nexts] == [(3, 0), (3, 1), (2, 2), (3, 2)]
    over = examine(rules.make(BOIN, 3), Counts(2, (3, 9, 0), (0, 3, 0)))
    assert isinstance(over.over, Finish)
    assert over.nexts == ()
    assert over.chances(TRUTH) == ()


@pytest.mark.parametrize(
    ("counts", "pending"),
    [
        (Counts(1, (3, 0), (0, 0)), 0),
        (Counts(4, (3, 0, 0), (0, 0, 0)), 0),
        (Counts(1, (3, 0, 0), (4, 0, 0)), 0),
        (Counts(1, (3, 0, 0), (0, 0, 0)), -1),
    ],
)
def test_counts_that_do_not_fit_are_refused(counts, pending):
    with pytest.raises(UsageError, match="DES-120"):
        examine(rules.make(BOIN, 3), counts, pending)


def test_what_another_design_would_have_done_with_the_same_patients():
    steps, after = retrace(rules.make(BOIN, 3), [(1, 3, 0), (2, 3, 0), (3, 3, 2)])
    assert [step.followed for step in steps] == [True, True, True]
    assert told(after) == (2, 3)
    steps, after = retrace(rules.make("3+3: stop at two", 3), [(1, 3, 0), (2, 3, 2), (2, 3, 0)])
    assert [step.followed for step in steps] == [True, True, False]
    assert told(steps[2].wanted) == "select 1"
    assert told(after) == "select 1"
    titrated = rules.make(BOIN + ", accelerated titration", 3)
    assert told(retrace(titrated, [(1, 1, 0)])[1]) == (2, 1)
    assert told(retrace(titrated, [(1, 1, 0), (2, 1, 1)])[1]) == (2, 2)
    for cohort in ((4, 3, 0), (1, 0, 0), (1, 3, 4)):
        with pytest.raises(UsageError, match="DES-120"):
            retrace(rules.make(BOIN, 3), [cohort])


@pytest.mark.parametrize("name", [BOIN, "3+3: with de-escalation"])
def test_the_future_is_the_mixture_over_the_next_results(name):
    rule = rules.make(name, 3)
    state = Counts(2, (3, 2, 0), (0, 1, 0))
    seen = examine(rule, state, pending=1)
    whole = exact.compile(rule, start=state, opening=seen.cohort).evaluate(TRUTH)
    mixed = np.zeros(4)
    for item, chance in zip(seen.nexts, seen.chances(TRUTH), strict=True):
        after = Counts(2, (3, 2 + item.treated, 0), (0, 1 + item.dlts, 0))
        mixed += chance * exact.compile(rule, start=after).evaluate(TRUTH).selection
    np.testing.assert_allclose(whole.selection, mixed, atol=1e-13)
    assert whole.mass_error < 1e-13


def test_an_average_over_a_prior_is_that_over_draws_from_it():
    graph = exact.compile(rules.make("3+3: stop at two", 3))
    a, b = (1.0, 2.0, 4.0), (9.0, 6.0, 4.0)
    ours = region.average(graph, a, b)
    random = np.random.default_rng(11)
    draws = random.beta(a, b, size=(200_000, 3))
    many = graph.evaluate_many(draws)
    error = many.selection.std(axis=0) / np.sqrt(len(draws))
    assert (np.abs(many.selection.mean(axis=0) - ours.selection) < 4.5 * error + 1e-12).all()
    for exactly, drawn in ((ours.n_by_level, many.n_by_level), (ours.dlts_by_level, many.dlts_by_level)):
        assert (np.abs(drawn.mean(axis=0) - exactly) < 4.5 * drawn.std(axis=0) / np.sqrt(len(draws))).all()
    chosen = many.selection[:, 1:]
    assert ours.rate_at_selected == pytest.approx((chosen * draws).sum() / chosen.sum(), abs=0.002)
    assert ours.mass_error < 1e-12


def test_a_narrow_prior_is_the_truth():
    graph = exact.compile(rules.make(BOIN, 3))
    large = 1e7
    ours = region.average(graph, [p * large for p in TRUTH], [(1 - p) * large for p in TRUTH])
    result = graph.evaluate(TRUTH)
    np.testing.assert_allclose(ours.selection, result.selection, atol=1e-5)
    np.testing.assert_allclose(ours.dlts_by_level, result.expected_dlts_by_level, atol=1e-4)
    assert ours.rate_at_selected == pytest.approx(result.expected_rate_at_selected, abs=1e-5)
    assert ours.prob_completed == pytest.approx(result.prob_completed, abs=1e-5)


@pytest.mark.parametrize(("a", "b"), [((1, 1), (1, 1)), ((1, 1, 0), (1, 1, 1)), ((1, 1, 1), (1, -1, 1))])
def test_priors_that_do_not_fit_are_refused(a, b):
    with pytest.raises(UsageError, match="DES-121"):
        region.average(exact.compile(rules.make(BOIN, 3)), a, b)


def test_a_surface_goes_through_the_scenarios():
    graph = exact.compile(rules.make(BOIN, 3))
    rates = np.array([[0.1, 0.2], [0.3, 0.4]])
    answers = region.surface(graph, TRUTH, 2, rates, lambda s: s.selection[:, 2])
    assert answers.shape == (2, 2)
    assert answers[1, 0] == pytest.approx(graph.evaluate([0.1, 0.3, 0.45]).selection[2], abs=1e-14)
    with pytest.raises(UsageError, match="DES-122"):
        region.surface(graph, TRUTH, 4, rates, lambda s: s.expected_n)


def test_the_worst_case_of_a_question_with_a_known_answer():
    """The highest is least likely where all is as toxic as it may be; a mean size has its peak inside."""
    graph = exact.compile(rules.make("3+3: stop at two", 2))
    lost = region.worst(graph, [0.05, 0.1], [0.4, 0.6], lambda s: 1 - s.selection[:, 2])
    assert lost.truth == pytest.approx((0.4, 0.6))
    fine = np.linspace(0, 1, 101)
    every = np.array([t for t in itertools.product(fine, fine) if t[0] <= t[1]])
    largest = graph.evaluate_many(every).expected_n.max()
    found = region.worst(graph, [0, 0], [1, 1], lambda s: s.expected_n, rounds=20)
    assert found.value == pytest.approx(largest, abs=1e-3)
    assert found.value == pytest.approx(graph.evaluate(found.truth).expected_n)


def test_rates_that_fall_are_not_in_the_region():
    graph = exact.compile(rules.make("3+3: stop at two", 2))
    assert region.worst(graph, [0, 0], [1, 1], lambda s: s.truth[:, 0] - s.truth[:, 1]).value == 0


@pytest.mark.parametrize(("low", "high"), [([0.1], [0.2]), ([0.3, 0.1], [0.2, 0.2]), ([0.5, 0.1], [0.6, 0.2])])
def test_a_region_without_rising_rates_is_refused(low, high):
    with pytest.raises(UsageError, match="DES-122"):
        region.worst(exact.compile(rules.make("3+3: stop at two", 2)), low, high, lambda s: s.expected_n)


def test_overdose_and_size_questions():
    result = exact.compile(rules.make("BOIN: target 0.3, at most 30", 5)).evaluate([0.05, 0.15, 0.30, 0.45, 0.60])
    assert result.prob_overdosed(0.6, 0.3) == pytest.approx(0.0343616316, abs=1e-9)
    assert result.prob_overdosed(0.8, 0.3) == 0
    assert result.prob_overdosed(0.6, 0.3, of=10) == pytest.approx(result.prob_n_above(3, 6))
    assert result.prob_selected_above(0.3) == pytest.approx(result.selection[4:].sum())
    assert result.prob_n_more_than(29) == pytest.approx(1 - result.prob_n_at_most(29))
    assert result.prob_n_more_than(30) == 0
