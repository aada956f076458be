"""Decisions of a counting design in the situations that a trial office meets, one by one."""

import pytest

from trialwright.dataset.columns import ENROLLED, REPLACED, WITHDRAWAL
from trialwright.dataset.facts import Fact
from trialwright.dataset.state import state_of
from trialwright.design import exact, rules
from trialwright.design.counting import CountingDesign
from trialwright.design.rule import Finish, Treat
from trialwright.protocol.decisions import Enrol, Stop, Wait

WINDOW = 28
LEVELS = ("arm-1", "arm-2", "arm-3")


def design(name="3+3: stop at two", cohort=3):
    return CountingDesign(rules.make(name, 3, cohort), LEVELS, WINDOW)


def person(number, level, day, dlt=None, evaluable=None, assessed=None, dosed=True):
    """One participant enrolled and dosed on `day`; `dlt`, `evaluable`: Y, N or None (no assessment)."""
    subject = f"P-{number:02d}"
    facts = [
        Fact("DS", subject, 1, day=day, known=day, values={"DSDECOD": ENROLLED}),
        Fact("DM", subject, 1, day=day, known=day, values={"ARMCD": f"arm-{level}", "DOSELVL": level}),
    ]
    if dosed:
        facts.append(Fact("EX", subject, 1, day=day, known=day, values={"OCCUR": "Y"}))
    if dlt or evaluable:
        on = day + WINDOW + 1 if assessed is None else assessed
        facts.append(Fact("XD", subject, 1, day=on, known=on, values={"XDDLT": dlt, "XDEVAL": evaluable}))
    return facts


def cohort(first, level, day, dlts, size=3):
    """A complete cohort, dosed on one day and assessed."""
    return [fact for i in range(size) for fact in person(first + i, level, day, "Y" if i < dlts else "N", "Y")]


def decide(facts, day, name="3+3: stop at two"):
    return design(name).decide(state_of(facts, day))


def test_the_trial_opens():
    decision = decide([], 0)
    assert decision == Enrol(("arm-1",), (1,), 3, decision.reason, dose_level=1, cohort=1)
    assert "level 1" in decision.reason


def test_a_partial_cohort_is_filled_up():
    decision = decide(person(1, 1, 0), 5)
    assert isinstance(decision, Enrol)
    assert (decision.slots, decision.dose_level, decision.cohort) == (2, 1, 1)
    assert "1 of 3 places taken" in decision.reason


def test_it_waits_until_the_day_after_the_last_window():
    facts = person(1, 1, 0) + person(2, 1, 4) + person(3, 1, 10)
    decision = decide(facts, 12)
    assert decision == Wait(10 + WINDOW + 1, decision.reason)
    assert "P-01, P-02 and P-03 are in the DLT window" in decision.reason


def test_an_onset_on_the_last_day_of_the_window_can_still_count():
    """No DLT, signed on the 28th day after the dose: that day is not over."""
    facts = [f for i in range(1, 4) for f in person(i, 1, 0, "N", "Y", assessed=WINDOW)]
    assert decide(facts, WINDOW) == Wait(WINDOW + 1, decide(facts, WINDOW).reason)
    after = decide(facts, WINDOW + 1)
    assert isinstance(after, Enrol)
    assert (after.dose_level, after.slots, after.cohort) == (2, 3, 2)


def test_it_waits_for_an_assessment_when_the_window_is_over():
    facts = person(1, 1, 0) + person(2, 1, 0, "N", "Y") + person(3, 1, 0, "N", "Y")
    decision = decide(facts, 40)
    assert decision == Wait(None, decision.reason)
    assert "P-01 is not assessed" in decision.reason


def test_no_assessment_is_never_taken_for_no_dlt():
    facts = [f for i in range(1, 4) for f in person(i, 1, 0)]
    assert isinstance(decide(facts, 5000), Wait)


def test_an_evaluable_participant_without_a_word_on_dlt_is_not_enough():
    facts = person(1, 1, 0, None, "Y") + person(2, 1, 0, "N", "Y") + person(3, 1, 0, "N", "Y")
    assert isinstance(decide(facts, 40), Wait)


def test_an_assessment_without_a_word_on_evaluability_is_not_enough():
    facts = person(1, 1, 0, "N") + person(2, 1, 0, "N", "Y") + person(3, 1, 0, "N", "Y")
    assert isinstance(decide(facts, 40), Wait)


@pytest.mark.parametrize(("dlts", "level", "slots"), [(0, 2, 3), (1, 1, 3)])
def test_escalation_and_expansion(dlts, level, slots):
    decision = decide(cohort(1, 1, 0, dlts), 29)
    assert isinstance(decision, Enrol)
    assert (decision.dose_level, decision.slots, decision.arms) == (level, slots, (f"arm-{level}",))
    assert f"{dlts} of 3 had a DLT at level 1" in decision.reason


def test_two_dlts_stop_the_trial():
    decision = decide(cohort(1, 1, 0, 2), 29)
    assert decision == Stop(decision.reason, selected=0, completed=False)
    assert "2 of 3 had a DLT at level 1" in decision.reason


def test_a_dlt_counts_before_the_window_is_over():
    facts = cohort(1, 1, 0, 0) + person(4, 2, 30, "Y", "Y", assessed=33) + person(5, 2, 30, "Y", "Y", assessed=34)
    decision = decide(facts, 35, "3+3: stop at two, stopped at the second DLT")
    assert decision == Stop(decision.reason, selected=1, completed=False)


def test_a_cohort_to_be_completed_stays_open_after_its_second_dlt():
    facts = cohort(1, 1, 0, 0) + person(4, 2, 30, "Y", "Y", assessed=33) + person(5, 2, 30, "Y", "Y", assessed=34)
    decision = decide(facts, 35)
    assert isinstance(decision, Enrol)
    assert (decision.slots, decision.dose_level) == (1, 2)
    assert "2 DLT in it so far" in decision.reason


def test_a_cohort_broken_off_does_not_wait_for_those_still_in_the_window():
    facts = cohort(1, 1, 0, 0)
    facts += person(4, 2, 30, "Y", "Y", assessed=33) + person(5, 2, 30) + person(6, 2, 30, "Y", "Y", assessed=34)
    decision = decide(facts, 35, "3+3: with de-escalation, stopped at the second DLT")
    assert isinstance(decision, Enrol)
    assert (decision.slots, decision.dose_level) == (3, 1)
    assert "2 of 2 had a DLT at level 2" in decision.reason, "whoever is still in the window is not counted yet"


def test_the_rule_is_told_what_it_asked_to_remember():
    class Remembering:
        """Goes up after every cohort of one; stops at its third question."""

        name, levels = "remembering", 3

        def first(self):
            return Treat(1, 1, "open", memory=(0,))

        def next(self, counts):
            asked = counts.memory[0] + 1
            return Finish(asked, "third question", True) if asked == 3 else Treat(1, 1, "on", memory=(asked,))

    live = CountingDesign(Remembering(), LEVELS, WINDOW)
    facts = [f for i in range(2) for f in person(i, 1, 0, "N", "Y")]
    assert isinstance(live.decide(state_of(facts, 40)), Enrol)
    facts += person(2, 1, 0, "N", "Y")
    assert live.decide(state_of(facts, 40)).selected == 3


def test_a_participant_who_is_not_evaluable_is_replaced():
    facts = person(1, 1, 0, "N", "N") + person(2, 1, 0, "N", "Y") + person(3, 1, 0, "N", "Y")
    decision = decide(facts, 29)
    assert isinstance(decision, Enrol)
    assert (decision.slots, decision.dose_level, decision.cohort) == (1, 1, 1)
    replacement = person(4, 1, 30, "N", "Y")
    assert decide(facts + replacement, 70).dose_level == 2


def test_a_replaced_participant_does_not_count_unless_with_a_dlt():
    gone = Fact("DS", "P-01", 2, day=9, known=9, values={"DSDECOD": REPLACED})
    facts = [*cohort(1, 1, 0, 0), gone]
    assert decide(facts, 29).slots == 1
    facts = [*cohort(1, 1, 0, 1), gone]
    assert "1 of 3 had a DLT" in decide(facts, 29).reason


def test_nobody_counts_who_left_without_a_dose():
    facts = person(1, 1, 0, dosed=False)
    assert decide(facts, 5).slots == 2
    left = Fact("DS", "P-01", 2, day=3, known=3, values={"DSDECOD": WITHDRAWAL})
    assert decide([*facts, left], 5).slots == 3


def test_whoever_left_in_the_window_needs_an_assessment_and_no_more_time():
    facts = person(1, 1, 0) + person(2, 1, 0) + person(3, 1, 0)
    facts += [Fact("DS", f"P-0{i}", 2, day=3, known=3, values={"DSDECOD": WITHDRAWAL}) for i in (1, 2, 3)]
    assert decide(facts, 5) == Wait(None, decide(facts, 5).reason)


def test_a_dlt_regraded_after_escalation_stops_the_trial():
    """Level 1 looked safe, level 2 was opened; two participants of level 1 turn out to have had a DLT."""
    facts = cohort(1, 1, 0, 0) + person(4, 2, 30)
    assert decide(facts, 31).dose_level == 2
    for subject in ("P-01", "P-02"):
        facts.append(Fact("XD", subject, 1, day=29, known=40, version=2, values={"XDDLT": "Y", "XDEVAL": "Y"}))
    waiting = decide(facts, 41)
    assert isinstance(waiting, Wait), "nobody may enter while the participant at level 2 is in the window"
    facts += person(4, 2, 30, "N", "Y")[-1:]
    decision = decide(facts, 60)
    assert decision == Stop(decision.reason, selected=0, completed=False)


def test_a_dlt_regraded_after_escalation_sends_the_trial_back_to_complete_the_lower_level():
    facts = cohort(1, 1, 0, 0) + cohort(4, 2, 30, 0)
    facts.append(Fact("XD", "P-01", 1, day=29, known=60, version=2, values={"XDDLT": "Y", "XDEVAL": "Y"}))
    decision = decide(facts, 61)
    assert isinstance(decision, Enrol)
    assert (decision.dose_level, decision.slots) == (1, 3)
    facts += cohort(7, 1, 62, 0)
    assert (decide(facts, 100).dose_level, decide(facts, 100).slots) == (3, 3)


def test_one_participant_too_many_is_counted():
    facts = cohort(1, 1, 0, 0) + person(4, 1, 3)
    assert isinstance(decide(facts, 29), Wait)
    facts += person(4, 1, 3, "Y", "Y", assessed=30)[-1:]
    decision = decide(facts, 33)
    assert isinstance(decision, Enrol)
    assert (decision.dose_level, decision.slots) == (1, 2), "1 of 4: two more make six"


def test_an_override_to_another_level_is_counted_and_the_rule_goes_on_from_there():
    facts = cohort(1, 1, 0, 0) + person(4, 3, 30)
    assert isinstance(decide(facts, 31), Wait)
    facts += person(4, 3, 30, "N", "Y")[-1:]
    decision = decide(facts, 60)
    assert isinstance(decision, Enrol)
    assert (decision.dose_level, decision.slots) == (3, 2)


def test_someone_enrolled_after_the_end_is_waited_for_and_counted():
    facts = cohort(1, 1, 0, 2) + person(4, 1, 29)
    assert isinstance(decide(facts, 30), Wait)
    facts += person(4, 1, 29, "Y", "Y", assessed=35)[-1:]
    assert "3 of 4 had a DLT at level 1" in decide(facts, 35).reason


def test_a_level_that_is_not_recorded_is_asked_for():
    facts = person(1, 1, 0)
    facts.append(Fact("DM", "P-01", 1, day=0, known=1, version=2, values={"ARMCD": None, "DOSELVL": None}))
    decision = decide(facts, 2)
    assert isinstance(decision, Wait)
    assert "P-01" in decision.reason


def test_the_arm_tells_the_level_where_the_level_is_missing():
    facts = person(1, 2, 0)
    facts.append(Fact("DM", "P-01", 1, day=0, known=1, version=2, values={"ARMCD": "arm-1", "DOSELVL": None}))
    assert decide(facts, 2).slots == 2


def test_counts_start_the_engine_from_the_live_state():
    facts = cohort(1, 1, 0, 1) + person(4, 1, 30)
    counts = design().counts(state_of(facts, 31))
    assert (counts.dose, counts.n, counts.y) == (1, (3, 0, 0), (1, 0, 0))
    from_here = exact.compile(design().rule, start=counts).evaluate([0.05, 0.10, 0.20])
    assert from_here.selection[0] == pytest.approx(1 - 0.95**3)


@pytest.mark.parametrize("name", rules.names())
def test_the_live_trial_is_the_trial_that_the_engine_computes(name):
    """Every course of a trial with two levels, run through facts and decisions: the endings and how often each comes
    up are those of the state graph."""
    rule = rules.make(name, 2)
    live = CountingDesign(rule, LEVELS[:2], WINDOW)
    found = {}

    def follow(outcomes):
        day, facts, places = 0, [], []
        for number, outcome in enumerate(outcomes):
            decision = live.decide(state_of(facts, day))
            facts += person(number, decision.dose_level, day, "Y" if outcome else "N", "Y")
            places.append((decision.dose_level - 1, outcome))
            day += WINDOW + 1
        decision = live.decide(state_of(facts, day))
        if isinstance(decision, Stop):
            n = tuple(sum(level == j for level, _ in places) for j in (0, 1))
            y = tuple(sum(dlt for level, dlt in places if level == j) for j in (0, 1))
            key = decision.selected, decision.completed, n, y
            found[key] = found.get(key, 0) + 1
        else:
            assert isinstance(decision, Enrol)
            follow((*outcomes, 0))
            follow((*outcomes, 1))

    follow(())
    ends = exact.compile(rule).endings
    rows = zip(ends.selected.tolist(), ends.completed.tolist(), ends.n.tolist(), ends.y.tolist(), strict=True)
    expected = {
        (selected, completed, tuple(n), tuple(y)): weight
        for (selected, completed, n, y), weight in zip(rows, ends.weight.tolist(), strict=True)
    }
    assert found == expected


def test_in_every_order_of_knowing_the_same_facts_give_the_same_decision():
    facts = cohort(1, 1, 0, 1) + cohort(4, 1, 30, 0) + person(7, 2, 60)
    answers = {repr(design().decide(state_of(facts[i:] + facts[:i], 70))) for i in range(len(facts))}
    assert len(answers) == 1
    assert answers.pop().startswith("Enrol")
