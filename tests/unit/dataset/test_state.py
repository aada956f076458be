"""The state that designs see: late entries, corrections, retractions, order of enrolment."""

from __future__ import annotations

import numpy as np
import pytest

from trialwright.core.errors import InputError
from trialwright.core.streams import stream
from trialwright.dataset.columns import DEATH, ENROLLED, LOST, REPLACED, RESPONSE_TESTCD, SCREEN_FAILURE
from trialwright.dataset.facts import Fact
from trialwright.dataset.state import TrialState, bears_on_decisions, state_of


def ds(subject, number, day, term, *, known=None, version=1, retracted=False):
    return Fact("DS", subject, number, day, day if known is None else known, version, retracted, {"DSDECOD": term})


def dm(subject, day, arm="arm-1", level=1, cohort=1, *, known=None, version=1):
    values = {"ARMCD": arm, "DOSELVL": level, "COHORT": cohort}
    return Fact("DM", subject, 1, day, day if known is None else known, version, values=values)


def xd(subject, day, dlt, evaluable="Y", *, known=None, version=1, number=1, retracted=False):
    values = {"XDDLT": dlt, "XDEVAL": evaluable}
    return Fact("XD", subject, number, day, day if known is None else known, version, retracted, values)


def ex(subject, day, occur="Y", *, number=1):
    return Fact("EX", subject, number, day, day, values={"OCCUR": occur})


def rs(subject, day, answer, *, known=None, version=1, number=1, testcd=RESPONSE_TESTCD, retracted=False):
    values = {} if retracted else {"TESTCD": testcd, "STRESC": answer}
    return Fact("RS", subject, number, day, day if known is None else known, version, retracted, values)


TRIAL = (
    dm("B", 1),
    ds("B", 1, 1, ENROLLED),
    dm("A", 4),
    ds("A", 1, 4, ENROLLED),
    ds("F", 1, 2, SCREEN_FAILURE),
    ex("B", 2, "N"),
    ex("B", 3, number=2),
    ex("A", 5),
    xd("B", 31, "N"),
    xd("B", 31, "Y", known=40, version=2),
    xd("A", 33, "N", known=50),
    ds("A", 2, 60, DEATH),
    ds("B", 2, 55, LOST, known=70),
    rs("B", 30, "N", known=35),
    rs("B", 30, "Y", known=44, version=2),
    rs("A", 31, "PR", testcd="OVRLRESP"),
    rs("A", 32, "N", known=52, number=2),
)


def test_participants_stand_in_order_of_enrolment_without_screen_failures():
    state = state_of(TRIAL, 10)
    assert state.subjects == ["B", "A"]
    assert state.arm == ["arm-1", "arm-1"]
    assert state.enrolled.tolist() == [1, 4]
    assert state.first_dose.tolist() == [3, 5]  # an administration that was not given starts no window
    assert state.dlt.tolist() == state.evaluable.tolist() == [-1, -1]


@pytest.mark.parametrize(
    ("day", "dlt"), [(30, [-1, -1]), (31, [0, -1]), (39, [0, -1]), (40, [1, -1]), (49, [1, -1]), (50, [1, 0])]
)
def test_an_assessment_counts_from_the_day_it_is_known_and_its_regrading_too(day, dlt):
    assert state_of(TRIAL, day).dlt.tolist() == dlt


def test_an_assessment_is_known_from_its_first_version_whatever_it_says_later():
    assert state_of(TRIAL, 30).assessed.tolist() == [-1, -1]
    assert state_of(TRIAL, 31).assessed.tolist() == [31, -1]
    assert state_of(TRIAL, 50).assessed.tolist() == [31, 50]  # B's was regraded on day 40
    second = (*TRIAL, xd("B", 20, "Y", number=2, known=29), xd("A", 20, None, None, number=2))
    assert state_of(second, 50).assessed.tolist() == [29, 50]  # a row that says nothing is no assessment


def test_an_assessment_that_says_nothing_yet_or_nothing_any_more_is_none():
    blank = (*TRIAL[:8], xd("B", 31, None, None), xd("B", 31, None, "N", known=38, version=2))
    assert [state_of(blank, day).assessed.tolist()[0] for day in (37, 38)] == [-1, 38]
    blanked = (*TRIAL, xd("B", 31, None, None, known=41, version=3))
    assert state_of(blanked, 41).assessed.tolist() == [-1, -1]


def test_a_retracted_assessment_was_never_known_and_one_that_stands_again_always_was():
    gone = xd("B", 31, None, None, known=41, version=3, retracted=True)
    assert state_of((*TRIAL, gone), 41).assessed.tolist() == [-1, -1]
    anew = xd("B", 31, "N", known=45, number=2)
    assert state_of((*TRIAL, gone, anew), 49).assessed.tolist() == [45, -1]
    again = xd("B", 31, "N", known=46, version=4)
    assert state_of((*TRIAL, gone, again), 49).assessed.tolist() == [31, -1]


@pytest.mark.parametrize(
    ("day", "response"), [(34, [-1, -1]), (35, [0, -1]), (43, [0, -1]), (44, [1, -1]), (51, [1, -1]), (52, [1, 0])]
)
def test_a_response_counts_from_the_day_it_is_known(day, response):
    assert state_of(TRIAL, day).response.tolist() == response


def test_the_last_response_that_says_anything_counts():
    later = (*TRIAL, rs("B", 45, "N", number=2), rs("B", 46, None, number=3))
    assert state_of(later, 60).response.tolist() == [0, 0]


def test_a_response_that_is_retracted_or_turns_out_to_be_another_finding_counts_no_more():
    retracted = (*TRIAL, rs("B", 30, None, known=45, version=3, retracted=True))
    assert state_of(retracted, 45).response.tolist() == [-1, -1]
    renamed = (*TRIAL, rs("B", 30, "Y", known=45, version=3, testcd="BESTRESP"))
    assert state_of(renamed, 45).response.tolist() == [-1, -1]
    for facts in (retracted, renamed):
        assert state_of(reversed(facts), 45) == state_of(facts, 45)
        back = (*facts, rs("B", 30, "N", known=47, version=4))
        assert state_of(back, 47).response.tolist() == [0, -1]


def test_other_findings_do_not_bear_on_decisions():
    assert [bears_on_decisions(fact) for fact in TRIAL if fact.domain == "RS"] == [True, True, False, True]
    assert bears_on_decisions(rs("B", 30, None, version=3, retracted=True))  # it need not say what it was
    assert not bears_on_decisions(Fact("AE", "B", 1, 5, 5))


def test_the_day_of_death_is_kept_apart_from_the_end_of_study():
    state = state_of(TRIAL, 70)
    assert (state.off_study.tolist(), state.died.tolist()) == ([55, 60], [-1, 60])
    state = state_of((*TRIAL, ds("B", 3, 58, DEATH)), 70)
    assert (state.off_study.tolist(), state.died.tolist()) == ([55, 60], [58, 60])
    state = state_of((*TRIAL, ds("A", 2, 60, DEATH, version=2, retracted=True)), 70)
    assert state.died.tolist() == [-1, -1]


def test_off_study_is_the_first_end():
    assert state_of(TRIAL, 60).off_study.tolist() == [-1, 60]
    assert state_of(TRIAL, 70).off_study.tolist() == [55, 60]


def test_a_retracted_assessment_is_no_assessment_and_a_retracted_enrolment_no_participant():
    facts = (*TRIAL, xd("B", 31, "Y", known=41, version=3, retracted=True))
    assert state_of(facts, 41).dlt.tolist() == [-1, -1]
    facts = (*TRIAL, ds("B", 1, 1, ENROLLED, known=20, version=2, retracted=True))
    assert state_of(facts, 20).subjects == ["A"]


def test_a_corrected_day_of_enrolment_moves_the_participant():
    facts = (*TRIAL, ds("B", 1, 9, ENROLLED, known=20, version=2))
    state = state_of(facts, 45)
    assert state.subjects == ["A", "B"]
    assert state.dlt.tolist() == [-1, 1]
    assert state.first_dose.tolist() == [5, 3]


def test_a_replaced_participant_is_marked_and_stays():
    state = state_of((*TRIAL, ds("B", 3, 32, REPLACED)), 35)
    assert state.subjects == ["B", "A"]
    assert state.replaced.tolist() == [True, False]


def test_a_second_assessment_may_raise_a_concern_and_not_lower_one():
    first = xd("B", 31, "Y")
    assert state_of((*TRIAL[:7], first, xd("B", 32, "N", number=2)), 40).dlt.tolist() == [1, -1]
    first = xd("B", 31, "N")
    assert state_of((*TRIAL[:7], first, xd("B", 32, "Y", number=2)), 40).dlt.tolist() == [1, -1]


def test_the_state_depends_neither_on_the_order_of_entry_nor_on_the_steps_of_the_clock():
    for seed in range(20):
        facts = [TRIAL[i] for i in stream(seed, "order").permutation(len(TRIAL))]
        state = TrialState()
        for fact in facts:
            state.apply(fact)
        for day in range(0, 75, 1 + seed):
            state.advance(day)
            assert state == state_of(TRIAL, day), day


def test_a_later_fact_is_not_seen_before_its_day():
    state = TrialState(day=39)
    for fact in TRIAL:
        state.apply(fact)
    assert state.dlt.tolist() == [0, -1]
    state.advance(40)
    assert state.dlt.tolist() == [1, -1]


def test_more_participants_than_the_first_buffers_hold():
    facts = [fact for i in range(100) for fact in (dm(f"P{i:03}", 100 - i), ds(f"P{i:03}", 1, 100 - i, ENROLLED))]
    state = state_of(facts, 100)
    assert len(state) == 100
    assert np.all(np.diff(state.enrolled) == 1)
    assert state.subjects[0] == "P099"


def test_a_copy_goes_its_own_way():
    state = state_of(TRIAL, 39)
    before = state.copy()
    assert before == state
    for fact in TRIAL:
        state.apply(fact)
    state.advance(70)
    state.apply(ds("C", 1, 5, ENROLLED, known=70))
    assert before == state_of(TRIAL, 39)
    before.apply(xd("B", 31, "Y", known=39, version=3))
    assert state.dlt.tolist() == [1, 0, -1]


def test_the_arrays_cannot_be_written_to():
    with pytest.raises(ValueError, match="read-only"):
        state_of(TRIAL, 10).dlt[0] = 1


def test_one_version_with_two_contents_is_refused_and_a_repeated_one_is_not():
    state_of((*TRIAL, TRIAL[0]), 70)
    with pytest.raises(InputError, match="DATA-006"):
        state_of((*TRIAL, dm("B", 1, "arm-2")), 70)


def test_a_dose_before_the_opening_is_refused():
    with pytest.raises(InputError, match="DATA-007"):
        state_of((*TRIAL, ex("B", -1, number=3)), 70)


def test_the_clock_does_not_run_backwards():
    with pytest.raises(ValueError, match="cannot go back"):
        TrialState(day=4).advance(3)
