"""Model-based designs in the simulator's loop and on a ledger: the decisions of the exact engine and of the source."""

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hand_written_trials import WINDOW, HandWritten, seeded
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keystone import OVERRIDE, differences
from test_monte_carlo_against_exact import TRUTH, undisturbed

from made_up_protocols import escalation
from trialwright.design.counting import CountingDesign
from trialwright.design.model_based import names as model_names
from trialwright.simulate import characteristics, many

LEVELS = ("arm-1", "arm-2", "arm-3")
NAMES = (
    "CRM: target 0.25, half-width 0.05 at level 2, cohorts of 3, at most 15",
    "BLRM: target 0.2 to 0.35, doses 1/2/3, reference 3, cohorts of 3, at most 12",
)
DESIGNS = {name: CountingDesign(model_names.make(name, 3), LEVELS, WINDOW) for name in NAMES}


def compared(trial):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger"
        return differences(path, trial.facts, trial.decisions, trial.design, LEVELS, override=OVERRIDE)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_a_trial_read_back_from_its_ledger_is_the_same_trial(name, data):
    choose = lambda n: data.draw(st.integers(0, n - 1))  # noqa: E731
    assert compared(HandWritten(DESIGNS[name], LEVELS, choose).run(most=data.draw(st.integers(1, 8)))) == []


@pytest.mark.parametrize("name", NAMES)
def test_longer_trials_read_back_the_same(name):
    for seed in range(2):
        assert compared(seeded(DESIGNS[name], LEVELS, seed, most=18)) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_loop_agrees_with_the_exact_engine(name):
    """The protocol carries the rule by its name; the loop follows it participant by participant."""
    protocol = escalation()
    protocol = replace(protocol, design=replace(protocol.design, rule=name, readings=()))
    exact = characteristics(protocol, TRUTH).rules[0]
    runs = many(protocol, undisturbed(protocol), seed=22, trials=600)
    assert len(runs.endings) == 600
    pairs = [
        (runs.expected_n, exact.expected_n),
        (runs.prob_completed, exact.prob_completed),
        *zip(runs.selection(3), exact.selection, strict=True),
    ]
    for estimate, value in pairs:
        assert abs(estimate.value - value) <= 3.5 * max(estimate.se, 0.002)
