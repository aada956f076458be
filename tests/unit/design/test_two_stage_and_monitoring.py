"""Two-stage rules, monitoring rules, and a live trial with a monitored arm."""

from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialwright.core.errors import StageError, UsageError
from trialwright.dataset.columns import ENROLLED
from trialwright.dataset.facts import Fact
from trialwright.dataset.state import state_of
from trialwright.design import exact
from trialwright.design.counting import CountingDesign
from trialwright.design.graph import BatchRule, Interned, States
from trialwright.design.parallel import ParallelDesign
from trialwright.design.phase2 import monitoring, simon
from trialwright.design.phase2.monitored import MonitoredDesign
from trialwright.design.phase2.monitoring_rule import MonitoringRule, every
from trialwright.design.phase2.two_stage import TwoStageRule
from trialwright.design.rule import Counts, Finish, Treat
from trialwright.design.single_arm import SingleArmDesign
from trialwright.protocol.decisions import Enrol, Stop, Wait

SIMON = TwoStageRule(1, 10, 5, 29)
RULE = MonitoringRule((3, 6, 9), (2, 3, None), "two of three, or three of six")


def at(rule, n, y):
    return rule.next(Counts(1, (n,), (y,)))


@pytest.mark.parametrize(
    ("n", "y", "size"), [(0, 0, 10), (4, 4, 6), (10, 2, 19), (13, 2, 16), (28, 3, 1)], ids=lambda value: str(value)
)
def test_a_two_stage_trial_goes_on(n, y, size):
    action = at(SIMON, n, y)
    assert isinstance(action, Treat)
    assert action.size == size


@pytest.mark.parametrize(
    ("n", "y", "selected", "completed"),
    [(10, 1, 0, False), (10, 0, 0, False), (12, 1, 0, False), (29, 5, 0, True), (29, 6, 1, True), (31, 6, 1, True)],
)
def test_a_two_stage_trial_ends(n, y, selected, completed):
    action = at(SIMON, n, y)
    assert isinstance(action, Finish)
    assert (action.selected, action.completed) == (selected, completed)


@pytest.mark.parametrize(
    "numbers", [(-1, 10, 5, 29), (10, 10, 12, 29), (1, 10, 0, 29), (1, 10, 29, 29), (1, 10, 5, 10)]
)
def test_two_stages_that_cannot_be(numbers):
    with pytest.raises(UsageError, match="DES-304"):
        TwoStageRule(*numbers)


@pytest.mark.parametrize(
    "asked",
    [(0.3, 0.3, 0.05, 0.2), (0.0, 0.3, 0.05, 0.2), (0.3, 1.0, 0.05, 0.2), (0.1, 0.3, 0.0, 0.2), (0.1, 0.3, 0.6, 0.5)],
)
def test_a_search_that_makes_no_sense_is_refused(asked):
    with pytest.raises(UsageError, match="DES-301"):
        simon.search(*asked)


def test_a_search_says_where_it_could_not_finish():
    with pytest.raises(StageError, match="no design exists"):
        simon.search(0.3, 0.4, 0.05, 0.2, most=60)
    with pytest.raises(StageError, match="may still have a smaller"):
        simon.search(0.1, 0.3, 0.05, 0.2, most=26)


def test_from_a_live_state_the_rest_of_the_trial_is_computed():
    """3 of 12 have responded: more than 5 of 29 if 3 or more of the other 17 do."""
    result = exact.compile(SIMON, start=Counts(1, (12,), (3,))).evaluate([0.3])
    two_or_fewer = sum(comb(17, x) * 0.3**x * 0.7 ** (17 - x) for x in range(3))
    assert result.selection[1] == pytest.approx(1 - two_or_fewer, abs=1e-12)


def test_kinds_of_design():
    found = simon.search(0.1, 0.3, 0.05, 0.2)
    assert simon.pick(found, "optimal") == found[-1:]
    assert simon.pick(found, "minimax") == found[:1]
    assert simon.pick(found, "admissible") == found
    with pytest.raises(UsageError, match="DES-303"):
        simon.pick(found, "best")


def test_one_design_may_be_both_ends():
    found = simon.search(0.05, 0.5, 0.05, 0.1)
    assert len(found) == 1
    assert found[0].kind == "minimax and optimal"
    assert found[0].weights == (0.0, 1.0)
    assert simon.pick(found, "minimax") == simon.pick(found, "optimal") == found


@pytest.mark.parametrize(("n", "y", "size"), [(0, 0, 3), (1, 1, 2), (3, 1, 3), (4, 4, 2), (6, 2, 3), (7, 7, 2)])
def test_a_monitored_arm_goes_on(n, y, size):
    action = at(RULE, n, y)
    assert isinstance(action, Treat)
    assert action.size == size


@pytest.mark.parametrize(
    ("n", "y", "completed"), [(3, 2, False), (3, 3, False), (6, 3, False), (9, 9, True), (9, 0, True), (11, 2, True)]
)
def test_a_monitored_arm_ends(n, y, completed):
    action = at(RULE, n, y)
    assert isinstance(action, Finish)
    assert action.completed is completed


def test_an_arm_with_one_too_many_is_judged_by_the_last_bound():
    rule = MonitoringRule((3, 6), (2, 3), "")
    assert at(rule, 7, 3).completed is False
    assert at(rule, 7, 2).completed is True


@settings(max_examples=100, deadline=None)
@given(
    plan=st.lists(st.tuples(st.integers(1, 5), st.one_of(st.none(), st.integers(0, 9))), min_size=1, max_size=6),
    seen=st.lists(st.tuples(st.integers(0, 30), st.floats(0, 1)), min_size=1, max_size=20),
)
def test_many_states_at_once_are_answered_as_one_by_one(plan, seen):
    rule = MonitoringRule(tuple(np.cumsum([step for step, _ in plan]).tolist()), tuple(k for _, k in plan), "any")
    assert isinstance(rule, BatchRule)
    n = np.array([[count] for count, _ in seen], dtype=np.int16)
    y = np.array([[round(share * count)] for count, share in seen], dtype=np.int16)
    ones = np.ones(len(seen))
    memories, categories = Interned(), Interned()
    states = States(ones.astype(np.int64), np.full(len(seen), memories.number(None)), n, y, ones, ones)
    many = rule.next_many(states, memories, categories)
    for place in range(len(seen)):
        one = at(rule, int(n[place, 0]), int(y[place, 0]))
        if isinstance(one, Treat):
            assert not many.finish[place]
            assert (many.dose[place], many.size[place]) == (1, one.size)
        else:
            assert many.finish[place]
            assert (many.selected[place], many.completed[place]) == (one.selected, one.completed)
            assert categories.values[many.category[place]] == one.category


@pytest.mark.parametrize(
    ("looks", "limits"), [((), ()), ((3, 3), (1, 1)), ((0, 3), (1, 1)), ((3,), (1, 2)), ((3,), (-1,)), ((1001,), (1,))]
)
def test_looks_that_cannot_be(looks, limits):
    with pytest.raises(UsageError, match="DES-311"):
        MonitoringRule(looks, limits, "")


def test_bounds_that_cannot_be():
    for make in (
        lambda: monitoring.Bayesian(0.0),
        lambda: monitoring.Bayesian(0.3, 1.0),
        lambda: monitoring.ConstantProbability(1.2),
        lambda: monitoring.ConstantProbability(0.2, float("nan")),
        lambda: monitoring.calibrated(monitoring.Bayesian(0.3), 9, 0.0),
    ):
        with pytest.raises(UsageError, match="DES-310"):
            make()
    with pytest.raises(UsageError, match="Beta prior"):
        monitoring.Bayesian(0.3, 0.9, (0.0, 1.0))
    with pytest.raises(UsageError, match="DES-311"):
        every(9, 10)


def test_a_promise_that_no_bound_keeps_is_refused():
    with pytest.raises(UsageError, match="DES-312"):
        monitoring.calibrated(monitoring.ConstantProbability(0.9), 2, 0.05)


def course(subject, day, arm, dlt):
    """Enrolled and dosed on a day, assessed four weeks later; `dlt`: None = not assessed yet."""
    facts = [
        Fact("DS", subject, 1, day=day, known=day, values={"DSDECOD": ENROLLED}),
        Fact("DM", subject, 1, day=day, known=day, values={"ARMCD": arm}),
        Fact("EX", subject, 1, day=day, known=day, values={"OCCUR": "Y"}),
    ]
    if dlt is not None:
        flags = {"XDDLT": "Y" if dlt else "N", "XDEVAL": "Y"}
        facts.append(Fact("XD", subject, 1, day=day + 28, known=day + 28, values=flags))
    return facts


def decided(design, outcomes, day=1000):
    """`outcomes`: arm and DLT of each participant, one a day."""
    facts = [f for i, (arm, dlt) in enumerate(outcomes) for f in course(f"P-{i:02d}", i, arm, dlt)]
    return design.decide(state_of(facts, day))


SINGLE = MonitoredDesign(SingleArmDesign("arm-1", 9), "arm-1", RULE, 28)
Y, N = ("arm-1", True), ("arm-1", False)


def test_a_live_arm_is_stopped_where_the_bound_is_reached():
    stop = decided(SINGLE, [Y, N, Y])
    assert isinstance(stop, Stop)
    assert stop.completed is False
    assert stop.reason.startswith("2 of the first 3 known outcomes in arm-1 are dose-limiting toxicities")
    assert isinstance(decided(SINGLE, [Y, Y]), Enrol), "it is not looked at before the third"
    assert isinstance(decided(SINGLE, [Y, N, N, Y, N]), Enrol), "it is not looked at between the third and the sixth"
    assert isinstance(decided(SINGLE, [Y, N, N, Y, N, Y]), Stop)


def test_a_live_arm_is_not_held_for_those_who_are_awaited():
    assert isinstance(decided(SINGLE, [N, N, ("arm-1", None), ("arm-1", None)]), Enrol)
    held = CountingDesign(RULE, ("arm-1",), 28)
    assert isinstance(decided(held, [N, N, ("arm-1", None)]), Wait)


def test_who_is_awaited_is_not_counted_and_who_reached_the_bound_stays_stopped():
    awaited = ("arm-1", None)
    assert isinstance(decided(SINGLE, [awaited, Y, N, awaited, Y]), Stop)
    assert isinstance(decided(SINGLE, [Y, N, Y, N, N, N]), Stop), "what overran the stop does not undo it"


def test_only_the_monitored_arm_counts():
    two = MonitoredDesign(ParallelDesign(("arm-1", "arm-2"), (1, 1), (9, 9)), "arm-1", RULE, 28)
    assert isinstance(decided(two, [("arm-2", True)] * 3), Enrol)
    assert isinstance(decided(two, [("arm-2", True), Y, ("arm-2", False), Y, N]), Stop)


def test_the_design_within_ends_the_trial_otherwise():
    done = decided(SINGLE, [N] * 9)
    assert isinstance(done, Stop)
    assert done.completed is True


@pytest.mark.parametrize("held", [False, True])
def test_a_live_trial_with_known_outcomes_has_the_exact_characteristics(held):
    """Every sequence of six outcomes, each known before the next participant enters."""
    rule, rate = MonitoringRule((2, 3, 6), (2, 2, 3), "any"), 0.35
    design = MonitoredDesign(SingleArmDesign("arm-1", 6), "arm-1", rule, 28)
    if held:
        design = CountingDesign(rule, ("arm-1",), 28)
    crossed = sized = 0.0
    for outcomes in product((True, False), repeat=6):
        chance = rate ** sum(outcomes) * (1 - rate) ** (6 - sum(outcomes))
        for n in range(7):
            decision = decided(design, [("arm-1", dlt) for dlt in outcomes[:n]])
            if isinstance(decision, Stop):
                crossed += chance * (not decision.completed)
                sized += chance * n
                break
            assert isinstance(decision, Enrol)
        else:
            pytest.fail("seven participants and no end")
    exactly = rule.characteristics([rate])
    assert crossed == pytest.approx(exactly.prob_crossed[0], abs=1e-12)
    assert sized == pytest.approx(exactly.expected_n[0], abs=1e-12)
