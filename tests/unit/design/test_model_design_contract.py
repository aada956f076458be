"""Model-based rules as live designs: the contract of every design, in any state that a trial can reach."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_design_contract import LEVELS, _complete, _course, check_design_contract, states

from trialwright.dataset.state import state_of
from trialwright.design.counting import CountingDesign
from trialwright.design.model_based import names as model_names
from trialwright.protocol.decisions import Enrol, Stop

NAMES = (
    "CRM: target 0.3, cohorts of 3, at most 24",
    "CRM: target 0.25, logistic, cohorts of 1, at most 12, up also after a DLT, levels may be skipped, stop above 0.9",
    "CRM: target 0.3, two-parameter logistic, doses 1/2/4, reference 2, cohorts of 3, at most 18, enough at 9",
    "BLRM: target 0.2 to 0.35, doses 1/2/4, reference 2, cohorts of 3, at most 18, increase by at most 2",
    "BLRM: target 0.16 to 0.33, doses 1/2/4, reference 4, cohorts of 2, at most 16, highest eligible level",
)
DESIGNS = {name: CountingDesign(model_names.make(name, 3), LEVELS, 28) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(state=states())
def test_contract(name, state):
    check_design_contract(DESIGNS[name], state)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(state=states(), pattern=st.lists(st.booleans(), min_size=1, max_size=9))
def test_from_any_state_an_obedient_trial_comes_to_an_end(name, state, pattern):
    design, entered = DESIGNS[name], 0
    facts = _complete(state)
    for _ in range(40):
        decision = design.decide(state_of(facts, 1000))
        if isinstance(decision, Stop):
            return
        assert isinstance(decision, Enrol), f"everything is known and the answer is {decision}"
        facts += _course(
            f"Q-{entered:03d}", 200 + entered, decision.arms[0], decision.dose_level, pattern[entered % len(pattern)]
        )
        entered += 1
    pytest.fail(f"{entered} more participants and no end")


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(state=states())
def test_the_maximum_sample_size_is_kept(name, state):
    design = DESIGNS[name]
    facts = _complete(state)
    decision = design.decide(state_of(facts, 1000))
    if isinstance(decision, Enrol):
        assert len(state.subjects) + decision.slots <= design.rule.plan.most
