"""The contract that every Design keeps, in any state that a trial can reach; each design is put through it here."""

import copy

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trialwright.dataset.columns import BACKFILL, DEATH, ENROLLED, REPLACED, RESPONSE_TESTCD, WITHDRAWAL
from trialwright.dataset.facts import Fact
from trialwright.dataset.state import TrialState, state_of
from trialwright.design import rules
from trialwright.design.backfill import BackfillDesign
from trialwright.design.counting import CountingDesign
from trialwright.design.parallel import ParallelDesign
from trialwright.design.phase2 import monitoring
from trialwright.design.phase2.boin12 import Boin12
from trialwright.design.phase2.boin12_design import Boin12Design
from trialwright.design.phase2.monitored import Event, MonitoredDesign
from trialwright.design.phase2.responses import Leavers
from trialwright.design.phase2.two_stage import TwoStageRule
from trialwright.design.phase2.two_stage_design import TwoStageDesign
from trialwright.design.select_then_compare import SelectThenCompareDesign
from trialwright.design.single_arm import SingleArmDesign
from trialwright.design.staggered import StaggeredDesign
from trialwright.design.timed import names as by_time
from trialwright.protocol.decisions import Enrol, Stop, Wait

LEVELS = ("arm-1", "arm-2", "arm-3")
ARMS = (*LEVELS, "arm-4", "arm-5", "arm-6")


PACED = (
    "TITE-CRM: target 0.25, logistic, half-width 0.05 at level 2, cohorts of 3, at most 17, start at level 2, "
    "enough at 6, stop above 0.8, of the levels tried, stagger 7 days, up after 29 days"
)


def counting(name, cohort=3, window=28):
    return CountingDesign(rules.make(name, 3, cohort), LEVELS, window)


def monitored(most, **looks):
    return monitoring.rule(monitoring.Bayesian(0.3), most, **looks)


DESIGNS = {
    **{name: counting(name) for name in rules.names()},
    "4+4: with de-escalation": counting("4+4: with de-escalation", cohort=4),
    "1+1: stop at two": counting("1+1: stop at two", cohort=1, window=0),
    **{
        name: counting(name)
        for name in (
            "BOIN: target 0.3, at most 18",
            "3+3: with de-escalation, at most 9",
            "BOIN: target 0.3, at most 18, enough at 6, start at level 2, accelerated titration, extra safety 0.05",
            "keyboard: target 0.3, at most 17",
            "mTPI: target 0.25, at most 12",
            "i3+3: target 0.3, at most 12",
            "table 3:0/2/3 6:1/3/4 9:2/4/5: target 0.3, at most 12",
        )
    },
    **{
        name: by_time.make(name, LEVELS, 28)
        for name in (
            "rolling six",
            "rolling six, start at level 2, three enough at the highest level",
            "TITE-CRM: target 0.3, half-width 0.05 at level 2, at most 15",
            PACED,
            "TITE-BOIN: target 0.3, cohorts of 3, at most 18",
            "TITE-BOIN: target 0.2, cohorts of 2, at most 17, enough at 6, start at level 2, extra safety 0.05",
        )
    },
    **{
        f"{name}, staggered": StaggeredDesign(inner, 3, 9, 28)
        for name, inner in (
            ("3+3", counting("3+3: with de-escalation")),
            ("rolling six", by_time.make("rolling six", LEVELS, 28)),
            ("TITE-CRM", by_time.make("TITE-CRM: target 0.3, half-width 0.05 at level 2, at most 15", LEVELS, 28)),
            ("TITE-BOIN", by_time.make("TITE-BOIN: target 0.3, cohorts of 2, at most 12", LEVELS, 28)),
        )
    },
    **{
        f"{name}, with backfill": BackfillDesign(counting(name), 6, 8)
        for name in (
            *rules.names()[:8],
            "3+3: with de-escalation, at most 9",
            "BOIN: target 0.3, at most 18",
            "BOIN: target 0.3, at most 18, enough at 6, start at level 2, accelerated titration, extra safety 0.05",
            "keyboard: target 0.3, at most 17",
            "i3+3: target 0.3, at most 12",
            "table 3:0/2/3 6:1/3/4 9:2/4/5 12:2/5/6 15:3/6/8 18:4/7/9: target 0.3, at most 12",
            "CRM: target 0.3, half-width 0.05 at level 2, cohorts of 3, at most 12",
        )
    },
    "3+3, with backfill where a response was seen, staggered": StaggeredDesign(
        BackfillDesign(counting("3+3: stop at two"), 6, None, responded=True), 2, 9, 28
    ),
    "single arm": SingleArmDesign("arm-1", 9),
    "single arm, monitored": MonitoredDesign(SingleArmDesign("arm-1", 9), "arm-1", monitored(9), 28),
    "2:1, monitored": MonitoredDesign(
        ParallelDesign(("arm-4", "arm-5"), (2, 1), (6, 3)), "arm-4", monitored(6, first=2, step=2), 28
    ),
    "single arm, monitored for deaths": MonitoredDesign(
        SingleArmDesign("arm-1", 9), "arm-1", monitored(9), 40, Event.DEATH
    ),
    "2:1, monitored for deaths and toxicity": MonitoredDesign(
        MonitoredDesign(ParallelDesign(("arm-4", "arm-5"), (2, 1), (6, 3)), "arm-4", monitored(6), 28),
        "arm-5",
        monitored(3),
        60,
        Event.DEATH,
    ),
    "two stages": TwoStageDesign(TwoStageRule(1, 4, 3, 9), "arm-1", 56),
    "two stages, decided early, leavers counted": TwoStageDesign(
        TwoStageRule(0, 3, 2, 7), "arm-1", 20, early=True, leavers=Leavers.NO_RESPONSE
    ),
    "two stages, monitored for deaths": MonitoredDesign(
        TwoStageDesign(TwoStageRule(1, 4, 3, 9), "arm-1", 56), "arm-1", monitored(9), 60, Event.DEATH
    ),
    "BOIN12": Boin12Design(Boin12(3, most=12, enough=None), LEVELS, 28, 56),
    "BOIN12, enough at 6, leavers counted": Boin12Design(
        Boin12(3, most=17, enough=6, cohort=2, start=2, explore_from=None), LEVELS, 28, 10, Leavers.NO_RESPONSE
    ),
    "2:1": ParallelDesign(("arm-4", "arm-5"), (2, 1), (6, 3)),
    "three arms, one empty": ParallelDesign(("arm-1", "arm-5", "arm-6"), (1, 1, 1), (0, 4, 4), randomised=False),
    **{
        f"select by time ({name[:9]}), then compare": SelectThenCompareDesign(
            by_time.make(name, LEVELS, 28), ParallelDesign(("arm-4", "arm-5"), (1, 1), (5, 5))
        )
        for name in ("rolling six", PACED, "TITE-BOIN: target 0.3, cohorts of 3, at most 18")
    },
    "select, then compare": SelectThenCompareDesign(
        counting("3+3: six required at the MTD, with de-escalation"),
        ParallelDesign(("arm-4", "arm-5"), (1, 1), (5, 5)),
    ),
}


@st.composite
def participant_facts(draw, number):
    """Anything that the ledger can hold of one participant: also what no plan foresees."""
    subject = f"P-{number:02d}"
    enrolled = draw(st.integers(0, 60))
    arm = draw(st.sampled_from((*ARMS, None)))
    level = draw(st.sampled_from((None, 1, 2, 3, 4)))
    cohort = draw(st.sampled_from((None, 1, BACKFILL)))
    facts = [
        Fact("DS", subject, 1, day=enrolled, known=enrolled, values={"DSDECOD": ENROLLED}),
        Fact("DM", subject, 1, day=enrolled, known=enrolled, values={"ARMCD": arm, "DOSELVL": level, "COHORT": cohort}),
    ]
    dosed = draw(st.one_of(st.none(), st.integers(enrolled, 90)))
    if dosed is not None:
        facts.append(Fact("EX", subject, 1, day=dosed, known=dosed, values={"OCCUR": "Y"}))
    if draw(st.booleans()):
        day = draw(st.integers(enrolled, 130))
        flags = {name: draw(st.sampled_from(("Y", "N", None))) for name in ("XDDLT", "XDEVAL")}
        facts.append(Fact("XD", subject, 1, day=day, known=day, values=flags))
    if draw(st.booleans()):
        day = draw(st.integers(enrolled, 130))
        values = {"TESTCD": RESPONSE_TESTCD, "STRESC": draw(st.sampled_from(("Y", "N", None)))}
        facts.append(Fact("RS", subject, 1, day=day, known=day, values=values))
    for place, term in enumerate((REPLACED, WITHDRAWAL, DEATH), start=2):
        if draw(st.integers(0, 5)) == 0:
            day = draw(st.integers(enrolled, 130))
            facts.append(Fact("DS", subject, place, day=day, known=day, values={"DSDECOD": term}))
    return facts


@st.composite
def states(draw):
    count = draw(st.integers(0, 14))
    facts = [fact for number in range(count) for fact in draw(participant_facts(number))]
    return state_of(facts, draw(st.integers(0, 140)))


def check_design_contract(design, state):
    """What every design owes, whatever the state. Returns the decision."""
    before = copy.deepcopy(state)
    decision = design.decide(state)
    assert state == before, "deciding changed the state"
    assert design.decide(state) == decision, "the same state gave another decision"
    assert design.decide(before) == decision, "an equal state gave another decision"
    assert isinstance(design.name, str)
    assert design.name
    assert decision.reason.strip() == decision.reason != ""
    match decision:
        case Enrol(arms=arms, ratio=ratio, slots=slots):
            assert len(arms) == len(ratio) == len(set(arms)) >= 1
            assert set(arms) <= set(ARMS)
            assert min(ratio) >= 1
            assert slots >= 1
        case Wait(until=until):
            assert until is None or until > state.day, "a Wait until a day that has come"
        case Stop(selected=selected):
            assert selected is None or 0 <= selected <= 3
    return decision


@pytest.mark.parametrize("name", DESIGNS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(state=states())
def test_contract(name, state):
    check_design_contract(DESIGNS[name], state)


@pytest.mark.parametrize("name", ["single arm", "2:1", "three arms, one empty"])
@settings(max_examples=60, deadline=None)
@given(state=states())
def test_a_fixed_size_is_never_exceeded(name, state):
    design = DESIGNS[name]
    planned = design.size if isinstance(design, SingleArmDesign) else sum(design.sizes)
    decision = design.decide(state)
    enrolled = len(state.subjects) - int(state.replaced.sum())
    if isinstance(decision, Enrol):
        assert enrolled + decision.slots <= planned
    if isinstance(design, ParallelDesign) and isinstance(decision, Enrol):
        for arm in decision.arms:
            taken = sum(a == arm and not r for a, r in zip(state.arm, state.replaced, strict=True))
            assert taken < design.sizes[design.arms.index(arm)]


@pytest.mark.parametrize("name", DESIGNS)
@settings(max_examples=25, deadline=None)
@given(state=states(), pattern=st.lists(st.booleans(), min_size=1, max_size=9))
def test_from_any_state_an_obedient_trial_comes_to_an_end(name, state, pattern):
    """Whoever is awaited is assessed, whoever may enter enters: enrolment ends after few more participants."""
    design, entered = DESIGNS[name], 0
    facts = _complete(state)
    for _ in range(80):
        decision = design.decide(state_of(facts, 1000))
        if isinstance(decision, Stop):
            return
        assert isinstance(decision, Enrol), f"everything is known and the answer is {decision}"
        subject, dlt = f"Q-{entered:03d}", pattern[entered % len(pattern)]
        facts += _course(subject, 200 + entered, decision.arms[0], decision.dose_level, dlt, decision.cohort)
        entered += 1
    pytest.fail(f"{entered} more participants and no end")


def _course(subject, day, arm, level, dlt, cohort=None):
    """Who has a DLT has a response too."""
    flags = {"XDDLT": "Y" if dlt else "N", "XDEVAL": "Y"}
    return [
        Fact("DS", subject, 1, day=day, known=day, values={"DSDECOD": ENROLLED}),
        Fact("DM", subject, 1, day=day, known=day, values={"ARMCD": arm, "DOSELVL": level, "COHORT": cohort}),
        Fact("EX", subject, 1, day=day, known=day, values={"OCCUR": "Y"}),
        Fact("XD", subject, 1, day=day, known=day, values=flags),
        Fact(
            "RS",
            subject,
            1,
            day=day,
            known=day,
            values={"TESTCD": RESPONSE_TESTCD, "STRESC": "Y" if dlt else "N"},
        ),
    ]


def _complete(state):
    """The facts of a state in which every participant has a level, an arm and a signed assessment."""
    facts = []
    for i, subject in enumerate(state.subjects):
        level = min(max(int(state.dose_level[i]), 1), 3)
        known = (state.arm[i] or "arm-1", level, bool(state.dlt[i] == 1), int(state.cohort[i]))
        facts += _course(subject, int(state.enrolled[i]), *known)
    return facts


def test_the_contract_can_fail():
    class Counting:
        name = "counts its own calls"
        calls = 0

        def decide(self, state):
            self.calls += 1
            return Wait(None, f"call {self.calls}")

    with pytest.raises(AssertionError, match="another decision"):
        check_design_contract(Counting(), TrialState(0))

    class Early:
        name = "waits until yesterday"

        def decide(self, state):
            return Wait(state.day - 1, "late")

    with pytest.raises(AssertionError, match="has come"):
        check_design_contract(Early(), TrialState(5))

    class Greedy:
        name = "writes into the state"

        def decide(self, state):
            state.arm.append("arm-1")
            return Stop("done")

    with pytest.raises(AssertionError, match="changed the state"):
        check_design_contract(Greedy(), TrialState(5))


def test_the_generated_states_hold_what_they_should():
    """So that the contract is not checked on empty trials only."""
    seen = set()

    @settings(max_examples=200, deadline=None, database=None)
    @given(state=states())
    def look(state):
        seen.update(np.unique(state.dlt).tolist())
        seen.update(f"evaluable {value}" for value in np.unique(state.evaluable))
        if state.replaced.any():
            seen.add("replaced")
        if (state.first_dose < 0).any():
            seen.add("not dosed")
        if (state.died >= 0).any():
            seen.add("died")
        seen.update(f"response {value}" for value in np.unique(state.response))

    look()
    known = {-1, 0, 1, "evaluable 0", "evaluable 1", "response 0", "response 1"}
    assert known | {"replaced", "not dosed", "died"} <= seen
