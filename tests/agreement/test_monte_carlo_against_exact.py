"""The generic loop and the exact engine agree on the same rule: the loop is the slower, independent way."""

from dataclasses import replace

import pytest

from made_up_protocols import escalation
from trialwright.simulate import characteristics, many, scenarios
from trialwright.simulate.estimated import Sampling, designed, evaluate
from trialwright.simulate.scenario import ByGroup
from trialwright.simulate.truth import given_truth

TRUTH = (0.10, 0.25, 0.45)
TRIALS = 1000


def undisturbed(protocol):
    """Nobody drops out or dies, and nothing is corrected: then counts of cohorts are all that matters."""
    scenario = scenarios.for_protocol(protocol)[0]
    conduct = replace(scenario.conduct, drop_out=0, missed_dose=0, corrected=0, accrual=1.0)
    return replace(scenario, dlt=TRUTH, death=ByGroup(0, 0), conduct=conduct)


@pytest.mark.parametrize("rule", ["3+3: stop at two", "3+3: six required at the MTD, with de-escalation"])
def test_the_loop_agrees_with_the_exact_engine(rule):
    protocol = escalation()
    protocol = replace(protocol, design=replace(protocol.design, rule=rule, readings=()))
    exact = characteristics(protocol, TRUTH).rules[0]
    runs = many(protocol, undisturbed(protocol), seed=20, trials=TRIALS)
    assert len(runs.endings) == TRIALS
    pairs = [
        (runs.expected_n, exact.expected_n),
        (runs.prob_n_at_most(9), exact.prob_n_at_most[9]),
        (runs.prob_completed, exact.prob_completed),
        *zip(runs.selection(3), exact.selection, strict=True),
        *zip(runs.expected_n_by_level, exact.expected_n_by_level, strict=True),
        *zip(runs.expected_dlts_by_level, exact.expected_dlts_by_level, strict=True),
        (runs.expected_dlts, exact.expected_dlts),
    ]
    for estimate, value in pairs:
        assert estimate.value == pytest.approx(value, abs=3.5 * estimate.se)


def test_a_stagger_changes_the_days_and_not_the_characteristics():
    """The rule completes its cohorts, so who enters when is all that a stagger can change."""
    protocol = escalation()
    exact = characteristics(
        replace(protocol, design=replace(protocol.design, rule="3+3: stop at two", readings=())), TRUTH
    ).rules[0]
    alone, design = designed(protocol.design, protocol, "3+3: stop at two, first 2 at a level 7 days apart")
    truth = given_truth(TRUTH, 3)
    runs = evaluate(alone, design, truth, undisturbed(protocol), Sampling(trials=600, seed=8), None).runs
    pairs = [
        *zip(runs.selection(3), exact.selection, strict=True),
        *zip(runs.expected_n_by_level, exact.expected_n_by_level, strict=True),
        *zip(runs.expected_dlts_by_level, exact.expected_dlts_by_level, strict=True),
    ]
    for estimate, value in pairs:
        assert estimate.value == pytest.approx(value, abs=3.5 * estimate.se)


def test_any_number_of_workers_gives_the_same_trials():
    protocol = escalation()
    scenario = scenarios.for_protocol(protocol)[0]
    alone = many(protocol, scenario, seed=3, trials=7)
    shared = many(protocol, scenario, seed=3, trials=7, workers=3)
    assert alone == shared


def test_a_shifted_truth_is_noticed():
    """The check can fail: the same trials do not agree with the exact engine at other rates."""
    protocol = escalation()
    exact = characteristics(protocol, [rate + 0.08 for rate in TRUTH]).rules[0]
    runs = many(protocol, undisturbed(protocol), seed=20, trials=400)
    assert abs(runs.expected_n.value - exact.expected_n) > 2 * runs.expected_n.se
