"""Two-stage trials, monitored arms and BOIN12 run by the trial loop, against characteristics that never saw the loop.

The loop enrols, doses, waits for windows and late entries and asks the live design; beside it stand binomial sums
written here and the simulation of BOIN12 that knows counts only.
"""

from dataclasses import replace
from math import comb, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_boin12_against_textbook import textbook

from made_up_protocols import escalation, single
from trialwright.dataset.columns import ENROLLED, RESPONSE_TESTCD
from trialwright.dataset.facts import Fact
from trialwright.dataset.state import state_of
from trialwright.design import build, exact
from trialwright.design.phase2 import boin12_simulation
from trialwright.design.phase2.boin12 import Boin12
from trialwright.design.phase2.boin12_design import Boin12Design
from trialwright.design.phase2.two_stage import TwoStageRule
from trialwright.protocol.decisions import Enrol, Stop, Wait
from trialwright.simulate import many, scenarios
from trialwright.simulate.scenario import ByGroup

R1, N1, R, N = 1, 6, 4, 13
SIMON = f"two stages: {R1}/{N1}, {R}/{N}, response within 28 days"
TRIALS = 600


def undisturbed(protocol, **truths):
    """Everybody is dosed and stays, nothing is entered wrongly; entries still come late and out of order."""
    scenario = scenarios.for_protocol(protocol)[0]
    conduct = replace(
        scenario.conduct, drop_out=0, missed_dose=0, corrected=0, accrual=0.5, delay=3.0, late=0.2, screen_failure=0
    )
    return replace(scenario, **{"death": ByGroup(0, 0), "conduct": conduct, **truths})


def ruled(protocol, rule):
    return replace(protocol, design=replace(protocol.design, rule=rule, **({"readings": ()} if protocol.dlt else {})))


def binomial(x, n, p):
    return comb(n, x) * p**x * (1 - p) ** (n - x)


def two_stages(p):
    """The chance of stopping early and of promising, and the participants expected: the definition, term by term."""
    early = sum(binomial(x, N1, p) for x in range(R1 + 1))
    promising = sum(
        binomial(x, N1, p) * binomial(y, N - N1, p)
        for x in range(R1 + 1, N1 + 1)
        for y in range(N - N1 + 1)
        if x + y > R
    )
    return early, promising, N1 + (1 - early) * (N - N1)


@pytest.mark.parametrize("p", [0.2, 0.5])
@pytest.mark.parametrize("early", [False, True])
def test_simon_in_the_loop_has_its_exact_characteristics(p, early):
    protocol = ruled(single(), SIMON + (", decided as soon as it is certain" if early else ""))
    runs = many(protocol, undisturbed(protocol, response=(p,)), seed=31, trials=TRIALS)
    stopped, promising, expected = two_stages(p)
    engine = exact.compile(TwoStageRule(R1, N1, R, N)).evaluate([p])
    assert engine.expected_n == pytest.approx(expected)
    estimate = runs.selection(1)[1]
    assert abs(estimate.value - promising) < 3.5 * estimate.se
    if early:  # the verdict is the same, and nobody more is treated
        assert runs.expected_n.value < expected + 3.5 * runs.expected_n.se
        return
    assert {ending.enrolled for ending in runs.endings} == {N1, N}
    for estimate, value in ((runs.expected_n, expected), (runs.prob_n_at_most(N1), stopped)):
        assert abs(estimate.value - value) < 3.5 * estimate.se


def test_another_response_rate_is_noticed():
    protocol = ruled(single(), SIMON)
    runs = many(protocol, undisturbed(protocol, response=(0.3,)), seed=31, trials=TRIALS)
    _, promising, expected = two_stages(0.2)
    assert abs(runs.selection(1)[1].value - promising) > 4 * runs.selection(1)[1].se
    assert abs(runs.expected_n.value - expected) > 4 * runs.expected_n.se


def test_leavers_and_wrong_entries_shift_the_characteristics_and_still_end():
    """What the exact figures leave out: the loop shows it, and every trial comes to an end."""
    protocol = ruled(single(), SIMON)
    scenario = replace(scenarios.for_protocol(protocol)[0], response=(0.5,), death=ByGroup(0.1, 0.1))
    scenario = replace(scenario, conduct=replace(scenario.conduct, drop_out=0.5, corrected=0.3, missed_dose=0.2))
    runs = many(protocol, scenario, seed=8, trials=100)
    assert all(ending.completed is not None for ending in runs.endings)
    assert runs.selection(1)[1].value < two_stages(0.5)[1]


def test_deaths_in_the_loop_cross_the_bound_as_often_as_they_should():
    """One enters at a time and is followed to the end of the window: then the exact chances hold."""
    rule = "monitored for deaths within 20 days: limit 0.2, cutoff 0.8, first 2"
    protocol = ruled(single(), rule)
    exactly = build(protocol).rule.characteristics([0.3])
    scenario = undisturbed(protocol, death=ByGroup(0.3, 0.3), death_by=19)
    slow = replace(scenario, conduct=replace(scenario.conduct, accrual=0.001, delay=0.0, late=0.0))
    runs = many(protocol, slow, seed=12, trials=TRIALS)
    crossed = 1 - runs.prob_completed.value
    # whoever enters last is not followed before enrolment ends: the last look is not in the loop
    before_the_end = float(exactly.prob_stopped_early[0])
    assert abs(crossed - before_the_end) < 0.005 + 3.5 * runs.prob_completed.se
    assert abs(runs.expected_n.value - float(exactly.expected_n[0])) < 0.03 + 3.5 * runs.expected_n.se


TOXICITY, EFFICACY = (0.1, 0.3, 0.5), (0.2, 0.4, 0.5)


def test_boin12_in_the_loop_has_the_characteristics_of_its_simulation():
    name = (
        "BOIN12: toxicity 0.35, efficacy 0.25, utilities 100/40/60/0, at most 15, enough at 6, response within 40 days"
    )
    protocol = ruled(escalation(), name)
    runs = many(protocol, undisturbed(protocol, dlt=TOXICITY, response=EFFICACY), seed=77, trials=400)
    counts = boin12_simulation.simulate(build(protocol).rule, TOXICITY, EFFICACY, seed=5, trials=50_000)
    for level, estimate in enumerate(runs.selection(3)):
        error = sqrt(estimate.se**2 + counts.selection_error[level] ** 2)
        assert abs(estimate.value - counts.selection[level]) < 3.5 * error
    error = sqrt(runs.expected_n.se**2 + counts.expected_n_error**2)
    assert abs(runs.expected_n.value - counts.expected_n) < 3.5 * error


def course(number, arm, level, toxic, responds):
    subject, day = f"P-{number:02d}", number
    finding = {"TESTCD": RESPONSE_TESTCD, "STRESC": "Y" if responds else "N"}
    return [
        Fact("DS", subject, 1, day=day, known=day, values={"DSDECOD": ENROLLED}),
        Fact("DM", subject, 1, day=day, known=day, values={"ARMCD": arm, "DOSELVL": level}),
        Fact("EX", subject, 1, day=day, known=day, values={"OCCUR": "Y"}),
        Fact("XD", subject, 1, day=day, known=day + 2, values={"XDDLT": "Y" if toxic else "N", "XDEVAL": "Y"}),
        Fact("RS", subject, 1, day=day, known=day + 3, values=finding),
    ]


LEVELS = ("arm-1", "arm-2", "arm-3")


@settings(max_examples=40, deadline=None)
@given(
    outcomes=st.lists(st.tuples(st.booleans(), st.booleans()), min_size=20, max_size=20),
    enough=st.sampled_from((None, 6)),
    cohort=st.sampled_from((1, 2, 3)),
)
def test_each_decision_of_a_live_boin12_is_the_textbooks(outcomes, enough, cohort):
    design = Boin12Design(Boin12(3, most=15, enough=enough, cohort=cohort), LEVELS, 28, 40)
    facts, entered = [], 0
    n, t, e, b = ([0] * 3 for _ in range(4))
    level, over = 1, False
    while not over:
        for place in range(min(cohort, 15 - entered)):
            decision = design.decide(state_of(facts, 500))
            assert isinstance(decision, Enrol)
            assert (decision.dose_level, decision.slots) == (level, min(cohort, 15 - sum(n)) - place)
            toxic, responds = outcomes[entered]
            facts += course(entered, decision.arms[0], level, toxic, responds)
            entered += 1
        assert isinstance(design.decide(state_of(facts, entered + 1)), Wait), "nothing is known of the last one"
        for toxic, responds in outcomes[sum(n) : entered]:
            for counts, hit in ((n, True), (t, toxic), (e, responds), (b, toxic and responds)):
                counts[level - 1] += hit
        level, over = textbook(design.rule, level, n, t, e, b)
    stop = design.decide(state_of(facts, 500))
    assert isinstance(stop, Stop)
    assert stop.selected == level
