"""Staggered first participants: who waits for whom, until which day, around designs by counts and by time."""

import copy
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_design_contract import DESIGNS, states

from made_up_protocols import escalation as made_up
from trialwright import simulate
from trialwright.core.errors import UsageError
from trialwright.dataset.columns import ENROLLED, REPLACED, WITHDRAWAL
from trialwright.dataset.facts import Fact
from trialwright.dataset.state import TrialState, state_of
from trialwright.design import build, rules
from trialwright.design.counting import CountingDesign
from trialwright.design.from_protocol import rule_of
from trialwright.design.staggered import StaggeredDesign, parted
from trialwright.design.timed import names as by_time
from trialwright.protocol.decisions import Enrol, Stop, Wait

ARMS = ("arm-1", "arm-2", "arm-3")
WINDOW = 28
RULE = CountingDesign(rules.make("3+3: stop at two", 3), ARMS, WINDOW)


def person(number, level, dosed, outcome=None, known=None, *, enrolled=None, replaced=None, evaluable="Y"):
    subject, entered = f"P-{number:02d}", dosed if enrolled is None else enrolled
    allocation = {"ARMCD": f"arm-{level}", "DOSELVL": level}
    facts = [
        Fact("DS", subject, 1, day=entered, known=entered, values={"DSDECOD": ENROLLED}),
        Fact("DM", subject, 1, day=entered, known=entered, values=allocation),
    ]
    if dosed is not None:
        facts.append(Fact("EX", subject, 1, day=dosed, known=dosed, values={"OCCUR": "Y"}))
    if outcome:
        day = dosed + WINDOW if known is None else known
        facts.append(Fact("XD", subject, 1, day=day, known=day, values={"XDDLT": outcome, "XDEVAL": evaluable}))
    if replaced is not None:
        facts.append(Fact("DS", subject, 2, day=replaced, known=replaced, values={"DSDECOD": REPLACED}))
    return facts


def escalation(rule):
    """A protocol that declares this rule."""
    protocol = made_up()
    return replace(protocol, design=replace(protocol.design, rule=rule))


def flat(people):
    return [fact for one in people for fact in one]


def ask(people, day, first=2, days=7, inner=RULE):
    return StaggeredDesign(inner, first, days, WINDOW).decide(state_of(flat(people), day))


def test_the_first_enters_alone():
    decision = ask([], 0)
    assert isinstance(decision, Enrol)
    assert (decision.slots, decision.dose_level, decision.cohort) == (1, 1, 1)
    assert decision.reason.endswith("; 0 dosed of the first 2 at level 1, who enter 7 days apart")


def test_the_next_waits_for_the_first_dose_of_the_previous_one():
    assert ask([person(1, 1, None, enrolled=3)], 5) == Wait(
        None, "0 dosed of the first 2 at level 1, who enter 7 days apart: P-01 is not dosed yet"
    )


def test_days_count_from_the_dose_and_the_day_named_is_the_first_on_which_it_is_open():
    people = [person(1, 1, 5, enrolled=3)]
    for day in range(5, 12):
        assert ask(people, day) == Wait(
            12,
            "1 dosed of the first 2 at level 1, who enter 7 days apart: the last first dose there was on trial day 5",
        )
    decision = ask(people, 12)
    assert isinstance(decision, Enrol)
    assert decision.slots == 1


def test_once_enough_are_dosed_the_design_within_decides_alone():
    people = [person(1, 1, 0), person(2, 1, 7)]
    assert ask(people, 7) == RULE.decide(state_of(flat(people), 7))
    assert ask(people, 7, first=3) == Wait(
        14, "2 dosed of the first 3 at level 1, who enter 7 days apart: the last first dose there was on trial day 7"
    )


def test_each_level_is_staggered_anew():
    people = [person(n, 1, 0, "N") for n in (1, 2, 3)]
    decision = ask(people, 30)
    assert isinstance(decision, Enrol)
    assert (decision.dose_level, decision.slots) == (2, 1)
    assert ask([*people, person(4, 2, 30)], 31).until == 37


def test_who_was_dosed_counts_although_replaced_and_who_was_not_holds_nobody_up_once_replaced():
    """The pause watches what a dose does: an inevaluable participant was watched; one never dosed gave nothing."""
    assert ask([person(1, 1, 0, replaced=2)], 3).until == 7
    assert isinstance(ask([person(1, 1, None, enrolled=0, replaced=2)], 3), Enrol)


def test_who_left_without_a_dose_holds_nobody_up_and_who_had_a_dlt_does_until_the_dose_is_recorded():
    left = Fact("DS", "P-01", 2, day=4, known=4, values={"DSDECOD": WITHDRAWAL})
    assert isinstance(ask([[*person(1, 1, None, enrolled=0), left]], 5), Enrol)
    dlt = Fact("XD", "P-01", 1, day=3, known=3, values={"XDDLT": "Y", "XDEVAL": "N"})
    held = ask([[*person(1, 1, None, enrolled=0), dlt]], 5)
    assert isinstance(held, Wait)
    assert held.reason.endswith("P-01 is not dosed yet")


def test_where_the_level_is_not_recorded_the_arm_tells_it():
    facts = person(1, 1, 5)
    unknown = replace(facts[1], values={"ARMCD": "arm-1", "DOSELVL": None})
    assert ask([[facts[0], unknown, facts[2]]], 6).until == 12


def test_waits_and_stops_of_the_design_within_are_passed_on():
    waiting = [person(n, 1, n) for n in (1, 2, 3)]
    assert ask(waiting, 5) == RULE.decide(state_of(flat(waiting), 5))
    toxic = [person(n, 1, 0, "Y", 3) for n in (1, 2, 3)]
    assert isinstance(ask(toxic, 5), Stop)


def test_enrolment_to_arms_that_are_compared_is_not_staggered():
    class Compared:
        name = "two arms"

        def decide(self, state):
            return Enrol(("arm-1", "arm-2"), (1, 1), 5, "open", 1)

    assert ask([person(1, 1, 0)], 1, inner=Compared()).slots == 5


def test_a_design_by_time_that_changes_level_while_it_waits_ends_the_wait():
    """The day named is the first on which somebody may enter, also where the design within moves on by itself; what
    becomes known later is not looked at."""

    class Moves:
        name = "level 2 until day 12, then level 1"

        def decide(self, state):
            level = 2 if state.day < 12 else 1
            return Enrol((f"arm-{level}",), (1,), 3, "open", level)

    people = [person(1, 1, 0), person(2, 1, 1), person(3, 2, 10)]
    assert ask(people, 10, inner=Moves()).until == 12
    assert ask([*people[:2], person(3, 2, None, enrolled=10)], 10, inner=Moves()).until == 12
    assert ask([*people, person(4, 1, 11)], 10, inner=Moves()).until == 12

    class Looks:
        name = "stops when a fourth is there"

        def decide(self, state):
            return Stop("seen") if len(state) > 3 else Enrol(("arm-2",), (1,), 3, "open", 2)

    ahead = state_of([], 10)
    for fact in flat([*people, person(4, 1, 11)]):
        ahead.apply(fact)
    before = copy.deepcopy(ahead)
    assert StaggeredDesign(Looks(), 2, 7, WINDOW).decide(ahead).until == 17
    assert ahead == before


@pytest.mark.parametrize("name", [name for name in DESIGNS if "staggered" in name])
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(state=states(), ahead=st.integers(1, 40))
def test_nothing_but_waiting_lies_before_the_day_that_is_named(name, state, ahead):
    """Against going on day by day with nothing more known; the wait of the stagger only, not that of the rule."""
    design = DESIGNS[name]
    decision = design.decide(state)
    if not isinstance(decision, Wait) or "who enter" not in decision.reason:
        return
    if decision.until is None or state.day + ahead < decision.until:
        later = state.copy()
        later.advance(state.day + ahead)
        assert isinstance(design.decide(later), Wait)


@pytest.mark.parametrize(
    "name",
    [
        "3+3: stop at two",
        "BOIN: target 0.3, at most 12",
        "rolling six",
        "TITE-CRM: target 0.3, half-width 0.05 at level 2, at most 12",
        "TITE-BOIN: target 0.3, at most 12",
    ],
)
def test_in_simulated_trials_nobody_enters_too_early(name):
    """Counted from the facts alone: at each level the second and third enter 6 days after the dose before."""
    protocol = escalation(f"{name}, first 3 at a level 6 days apart")
    scenario = simulate.scenarios.for_protocol(protocol)[0]
    seen = 0
    for seed in range(4):
        trial = simulate.run(protocol, scenario, seed=seed, deciding_only=True)
        assert trial.stop is not None
        state = state_of(trial.facts, 100_000)
        for level in (1, 2, 3):
            here = [i for i in range(len(state)) if state.dose_level[i] == level]
            for before, after in list(pairwise(here))[:2]:
                if state.first_dose[before] >= 0:
                    assert state.enrolled[after] - state.first_dose[before] >= 6
                    seen += 1
        waits = [point for point in trial.decisions if isinstance(point.decision, Wait)]
        assert all(point.decision.until is None or point.decision.until > point.day for point in waits)
    assert seen > 8


def test_many_trials_take_longer_and_are_the_same_for_any_number_of_workers():
    plain, slow = escalation("rolling six"), escalation("rolling six, first 3 at a level 20 days apart")
    scenario = simulate.scenarios.for_protocol(plain)[0]
    quick = simulate.many(plain, scenario, seed=1, trials=20).expected_days.value
    runs = simulate.many(slow, scenario, seed=1, trials=20)
    assert runs.expected_days.value > quick + 20
    assert runs == simulate.many(plain, scenario, seed=1, trials=20, workers=2, design=build(slow))


def test_names_read_back():
    design = build(escalation("rolling six, First 3 at a level 5 days apart"))
    assert isinstance(design, StaggeredDesign)
    assert (design.first, design.days, design.dlt_window, design.inner.name) == (3, 5, WINDOW, "rolling six")
    assert build(escalation(design.name)) == design
    one_day = StaggeredDesign(by_time.make("rolling six", ARMS, WINDOW), 2, 1, WINDOW)
    assert parted(one_day.name) == ("rolling six", 2, 1)
    assert build(escalation("rolling six"), "3+3: stop at two, first 2 at a level 7 days apart").inner.rule == RULE.rule


@pytest.mark.parametrize(
    ("first", "days", "code"), [(1, 7, "DES-501"), (2, 0, "DES-502"), (2, -3, "DES-502"), (2, 30, "DES-502")]
)
def test_numbers_that_make_no_stagger_are_refused(first, days, code):
    with pytest.raises(UsageError) as caught:
        StaggeredDesign(RULE, first, days, WINDOW)
    assert caught.value.code == code
    assert StaggeredDesign(RULE, 2, 29, WINDOW).decide(TrialState(0)).slots == 1


def test_no_exact_characteristics_are_claimed():
    protocol = escalation("3+3: stop at two, first 2 at a level 7 days apart")
    with pytest.raises(UsageError) as caught:
        rule_of(protocol.design)
    assert caught.value.code == "DES-503"
    assert "'3+3: stop at two' alone" in caught.value.mend
