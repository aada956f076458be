"""Single arm, parallel groups, and dose selection followed by a comparison, one situation at a time."""

import pytest

from trialwright.core.errors import UsageError
from trialwright.dataset.columns import ENROLLED, REPLACED
from trialwright.dataset.facts import Fact
from trialwright.dataset.state import state_of
from trialwright.design import rules
from trialwright.design.counting import CountingDesign
from trialwright.design.parallel import ParallelDesign
from trialwright.design.select_then_compare import SelectThenCompareDesign
from trialwright.design.single_arm import SingleArmDesign
from trialwright.protocol.decisions import Enrol, Stop, Wait

TWO = ParallelDesign(("arm-4", "arm-5"), (2, 1), (4, 2))
BOTH = SelectThenCompareDesign(
    CountingDesign(rules.make("3+3: stop at two", 2), ("arm-1", "arm-2"), 28),
    ParallelDesign(("arm-4", "arm-5"), (1, 1), (2, 2)),
)


def enrolled(number, arm, level=None, dlt=None, day=0):
    subject = f"P-{number:02d}"
    facts = [
        Fact("DS", subject, 1, day=day, known=day, values={"DSDECOD": ENROLLED}),
        Fact("DM", subject, 1, day=day, known=day, values={"ARMCD": arm, "DOSELVL": level}),
        Fact("EX", subject, 1, day=day, known=day, values={"OCCUR": "Y"}),
    ]
    if dlt:
        facts.append(Fact("XD", subject, 1, day=day + 29, known=day + 29, values={"XDDLT": dlt, "XDEVAL": "Y"}))
    return facts


def group(*arms):
    return [fact for number, arm in enumerate(arms) for fact in enrolled(number, arm)]


def test_a_single_arm_fills_up_and_stops():
    design = SingleArmDesign("arm-1", 3)
    assert design.decide(state_of([], 0)).slots == 3
    assert design.decide(state_of(group("arm-1", "arm-1"), 0)).slots == 1
    done = design.decide(state_of(group("arm-1", "arm-1", "arm-1"), 0))
    assert done == Stop(done.reason, selected=None, completed=True)
    replaced = Fact("DS", "P-00", 2, day=1, known=1, values={"DSDECOD": REPLACED})
    assert design.decide(state_of([*group("arm-1", "arm-1", "arm-1"), replaced], 1)).slots == 1


def test_both_arms_are_open_in_their_ratio_until_one_is_full():
    first = TWO.decide(state_of([], 0))
    assert (first.arms, first.ratio, first.slots) == (("arm-4", "arm-5"), (2, 1), 6)
    one_left = TWO.decide(state_of(group("arm-5", "arm-5", "arm-4"), 0))
    assert (one_left.arms, one_left.ratio, one_left.slots) == (("arm-4",), (2,), 3)
    assert isinstance(TWO.decide(state_of(group(*["arm-4"] * 4, "arm-5", "arm-5"), 0)), Stop)


def test_an_overfilled_arm_does_not_raise_the_total():
    decision = TWO.decide(state_of(group("arm-5", "arm-5", "arm-5"), 0))
    assert (decision.arms, decision.slots) == (("arm-4",), 3)
    assert isinstance(TWO.decide(state_of(group(*["arm-5"] * 6), 0)), Stop)


def test_someone_not_allocated_yet_holds_a_place():
    assert TWO.decide(state_of(group(None), 0)).slots == 5
    waiting = TWO.decide(state_of(group(*["arm-4"] * 4, "arm-5", None), 0))
    assert isinstance(waiting, Wait)
    assert "P-05" in waiting.reason


def test_whether_the_arm_is_drawn_is_said():
    assert "is drawn" in TWO.decide(state_of([], 0)).reason
    chosen = ParallelDesign(("arm-4", "arm-5"), (2, 1), (4, 2), randomised=False)
    assert "not drawn" in chosen.decide(state_of([], 0)).reason


@pytest.mark.parametrize(
    ("arms", "ratio", "sizes"),
    [
        ((), (), ()),
        (("a", "a"), (1, 1), (1, 1)),
        (("a", "b"), (1,), (1, 1)),
        (("a", "b"), (1, 0), (1, 1)),
        (("a",), (1,), (0,)),
    ],
)
def test_numbers_of_parallel_groups_that_do_not_fit(arms, ratio, sizes):
    with pytest.raises(UsageError, match="DES-013"):
        ParallelDesign(arms, ratio, sizes)


def selected_level_two():
    return [f for i in range(3) for f in enrolled(i, "arm-1", 1, "N")] + [
        f for i in range(3, 6) for f in enrolled(i, "arm-2", 2, "N", day=30)
    ]


def test_part_one_comes_first():
    decision = BOTH.decide(state_of([], 0))
    assert (decision.arms, decision.dose_level, decision.cohort) == (("arm-1",), 1, 1)
    assert decision.reason.startswith("part 1: ")


def test_part_two_compares_at_the_selected_level():
    decision = BOTH.decide(state_of(selected_level_two(), 60))
    assert isinstance(decision, Enrol)
    assert (decision.arms, decision.ratio, decision.slots, decision.dose_level) == (("arm-4", "arm-5"), (1, 1), 4, 2)
    assert "part 2 at level 2" in decision.reason


def test_the_end_of_part_two_keeps_the_selected_level():
    facts = selected_level_two()
    for number, arm in enumerate(["arm-4", "arm-4", "arm-5", "arm-5"], start=10):
        facts += enrolled(number, arm, 2 if arm == "arm-4" else None, day=61)
    done = BOTH.decide(state_of(facts, 62))
    assert done == Stop(done.reason, selected=2, completed=True)


def test_without_a_selected_level_there_is_no_part_two():
    facts = [f for i in range(3) for f in enrolled(i, "arm-1", 1, "Y")]
    decision = BOTH.decide(state_of(facts, 60))
    assert decision == Stop(decision.reason, selected=0, completed=False)
    assert "no dose to compare" in decision.reason


def test_a_correction_that_reopens_part_one_is_followed():
    facts = selected_level_two() + enrolled(10, "arm-4", 2, day=61)
    facts.append(Fact("XD", "P-03", 1, day=59, known=70, version=2, values={"XDDLT": "Y", "XDEVAL": "Y"}))
    decision = BOTH.decide(state_of(facts, 70))
    assert isinstance(decision, Enrol)
    assert (decision.arms, decision.slots) == (("arm-2",), 3)
    assert "part 2 has 1 participants already" in decision.reason


def test_the_parts_need_arms_of_their_own():
    with pytest.raises(UsageError, match="DES-014"):
        SelectThenCompareDesign(BOTH.selection, ParallelDesign(("arm-2", "arm-5"), (1, 1), (2, 2)))
