"""Each command becomes the event it should, or is refused with its code and leaves the ledger as it was."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from trialwright.conduct import LiveTrial, MemoryLedger, replay
from trialwright.conduct import commands as ask
from trialwright.conduct.events import Confirmed, Decided, Enrolled, Opened
from trialwright.core.errors import InputError, StageError, UsageError
from trialwright.protocol.assumptions import Assumption
from trialwright.protocol.decisions import Enrol, Stop, Wait

DIGEST = "ab" * 32
REASON = "wrong arm in the source"


class TwoByTwo:
    """A made-up design: two at level 1, then wait for both assessments, then stop."""

    name = "two, then stop"

    def decide(self, state):
        if len(state) < 2:
            return Enrol(("arm-1",), (1,), 2 - len(state), "room", 1)
        if (state.dlt < 0).any():
            return Wait(None, "assessments are missing")
        return Stop("both assessed", selected=1)


@pytest.fixture
def trial():
    live = LiveTrial(MemoryLedger(), TwoByTwo())
    live.do(ask.Open(DIGEST, "two, then stop", ("arm-1", "arm-2")), day=0, actor="ann")
    return live


def enrolled(trial, subject="P1", day=1):
    trial.do(ask.Enrol(subject, day), ask.Allocate(subject, day, "arm-1", 1, 1), day=day, actor="ann")


def refuses(trial, code, *commands, day=5, error=StageError):
    before, facts = trial.fold.size, list(trial.fold.facts)
    with pytest.raises(error, match=code):
        trial.do(*commands, day=day, actor="ann")
    assert (trial.fold.size, trial.fold.facts) == (before, facts)


def test_an_allocation_without_a_level_is_to_the_one_that_the_design_gave(trial):
    trial.do(ask.Enrol("P1", 1), ask.Allocate("P1", 1, "arm-1"), day=1, actor="ann")
    assert trial.fold.standing(("DM", "P1", 1)).values["DOSELVL"] == 1
    trial.do(ask.Enrol("P2", 1), ask.Allocate("P2", 1, "arm-2", override="the sponsor agreed"), day=1, actor="ann")
    assert trial.fold.standing(("DM", "P2", 1)).values.get("DOSELVL") is None


def test_a_trial_from_opening_to_stop(trial):
    enrolled(trial, "P1", 1)
    enrolled(trial, "P2", 2)
    trial.do(ask.Dose("P1", 1, 2, True, {"EXDOSE": "40000000", "EXDOSU": "cells"}), day=3, actor="ann")
    (entry,) = trial.do(ask.Decide(), day=3, actor="ann")
    assert entry.event == Decided(Wait(None, "assessments are missing"), 6)
    trial.do(ask.AssessDlt("P1", 30, False, True), ask.AssessDlt("P2", 31, True, True), day=33, actor="bob")
    (entry,) = trial.do(ask.Decide(), day=33, actor="bob")
    assert entry.event.decision == Stop("both assessed", selected=1)
    state = trial.fold.state()
    assert (state.arm, state.dose_level.tolist(), state.dlt.tolist()) == (["arm-1"] * 2, [1, 1], [0, 1])
    assert state.first_dose.tolist() == [2, -1]
    dose = trial.fold.data().table("EX").row(0, named=True)
    assert (dose["DAY"], dose["KNOWN"], dose["EXDOSE"], dose["OCCUR"]) == (2, 3, "40000000", "Y")


def test_every_entry_says_who_and_when_and_corrections_say_why(trial):
    enrolled(trial)
    trial.do(ask.Correct("DM", "P1", 1, 1, {"ARMCD": "arm-2", "DOSELVL": 1}, "  " + REASON + " "), day=4, actor="bob")
    entry = list(trial._ledger.entries())[-1]
    assert (entry.actor, entry.day, entry.reason) == ("bob", 4, "  " + REASON + " ")  # kept word for word
    assert trial.fold.state().arm == ["arm-2"]
    assert trial.fold.data().as_of(3).table("DM")["ARMCD"].to_list() == ["arm-1"]
    assert trial.fold.data().history("DM").height == 2


@pytest.mark.parametrize("reason", ["", "   ", ".", "short", "..........", "1234567890", " wrong     "])
def test_a_reason_that_says_nothing_is_refused(trial, reason):
    enrolled(trial)
    refuses(trial, "COND-008", ask.Correct("DM", "P1", 1, 1, {"ARMCD": "arm-2"}, reason))
    refuses(trial, "COND-008", ask.Retract("DM", "P1", 1, reason))


def test_nobody_enters_where_the_design_has_no_place_unless_somebody_says_why(trial):
    enrolled(trial, "P1")
    enrolled(trial, "P2")
    refuses(trial, "COND-005.*assessments are missing", ask.Enrol("P3", 5))
    refuses(trial, "COND-008", ask.Enrol("P3", 5, override="because"))
    (entry,) = trial.do(ask.Enrol("P3", 5, override="the sponsor agreed by letter"), day=5, actor="ann")
    assert entry.event == Enrolled("P3", 5, ())
    assert entry.reason == "the sponsor agreed by letter"
    refuses(trial, "COND-006", ask.Allocate("P3", 5, "arm-1", 1))
    trial.do(ask.Allocate("P3", 5, "arm-1", 1, override="the sponsor agreed by letter"), day=5, actor="ann")


def test_two_for_the_last_place_in_one_transaction_are_refused_both(trial):
    enrolled(trial, "P1")
    refuses(trial, "COND-005", ask.Enrol("P2", 5), ask.Allocate("P2", 5, "arm-1", 1), ask.Enrol("P3", 5))
    assert len(trial.fold.state()) == 1


def test_an_allocation_is_to_an_arm_and_level_that_were_open_and_only_once(trial):
    refuses(trial, "COND-004", ask.Allocate("P1", 5, "arm-1", 1))
    trial.do(ask.Enrol("P1", 5), day=5, actor="ann")
    refuses(trial, "COND-006", ask.Allocate("P1", 5, "arm-2", 1))
    refuses(trial, "COND-006", ask.Allocate("P1", 5, "arm-1", 2))
    refuses(trial, "COND-006", ask.Allocate("P1", 5, "arm-9", 1, override="no such arm exists here"))
    trial.do(ask.Allocate("P1", 5, "arm-1", 1), day=5, actor="ann")
    refuses(trial, "COND-004", ask.Allocate("P1", 5, "arm-1", 1))
    refuses(trial, "COND-004", ask.Enrol("P1", 5))


def test_an_allocation_completes_the_row_of_the_screening(trial):
    trial.do(ask.Record("DM", "P1", 1, 0, {"AGE": 40, "SEX": "F"}), day=0, actor="ann")
    trial.do(ask.Enrol("P1", 1), ask.Allocate("P1", 1, "arm-1", 1, 1, values={"SEX": "F"}), day=1, actor="ann")
    row = trial.fold.data().table("DM").row(0, named=True)
    assert (row["AGE"], row["ARMCD"], row["VERSION"]) == (40, "arm-1", 2)


def test_assumptions_that_matter_are_confirmed_first():
    live = LiveTrial(MemoryLedger(), TwoByTwo())
    assumptions = (
        Assumption("design.ratio", "1:1", "not stated", must_confirm=True),
        Assumption("design.rule", "3+3", "not stated", must_confirm=True),
        Assumption("outcomes", "x", "y"),
    )
    protocol = SimpleNamespace(assumptions=assumptions, arms=[SimpleNamespace(id="arm-1")])
    (entry,) = live.do(ask.Open.of(protocol, digest=DIGEST, design="two, then stop"), day=0, actor="ann")
    assert entry.event == Opened(DIGEST, "two, then stop", ("arm-1",), ("design.ratio", "design.rule"))
    live.do(ask.Confirm("design.ratio"), day=0, actor="ann")
    refuses(live, "COND-002.*design.rule", ask.Enrol("P1", 5))
    refuses(live, "COND-002", ask.Confirm("design.ratio"))
    (entry,) = live.do(ask.Confirm("design.rule"), day=0, actor="ann")
    assert entry.event == Confirmed("design.rule")
    live.do(ask.Enrol("P1", 5), day=5, actor="ann")


def test_a_trial_is_opened_once_first_and_under_its_design(trial):
    refuses(trial, "COND-001", ask.Open(DIGEST, "two, then stop", ("arm-1",)))
    fresh = LiveTrial(MemoryLedger(), TwoByTwo())
    refuses(fresh, "COND-001", ask.Enrol("P1", 0))
    refuses(fresh, "COND-001", ask.Open(DIGEST, "two, then stop", ()))
    refuses(fresh, "COND-001", ask.Open(DIGEST, "another design", ("arm-1",)))


def test_a_ledger_is_not_continued_under_another_design(trial):
    other = type("Other", (TwoByTwo,), {"name": "another"})()
    refuses(LiveTrial(trial._ledger, other), "COND-001", ask.Decide())


def test_nothing_is_entered_before_it_happened_nor_before_the_last_entry(trial):
    enrolled(trial, day=4)
    refuses(trial, "COND-003", ask.Dose("P1", 1, 6, True), day=5)
    refuses(trial, "COND-003", ask.Decide(), day=3)
    refuses(trial, "COND-003.*ENDAY", ask.Record("AE", "P1", 1, 5, {"AETERM": "Fever", "ENDAY": 6}), day=5)
    trial.do(ask.Record("AE", "P1", 1, 5, {"AETERM": "Fever", "ENDAY": 6}), day=6, actor="ann")
    refuses(trial, "COND-003", ask.Correct("AE", "P1", 1, 9, {"AETERM": "Fever"}, REASON), day=8)


def test_a_row_is_recorded_once_and_only_a_row_that_stands_is_supplemented_or_retracted(trial):
    fever = ask.Record("AE", "P1", 1, 5, {"AETERM": "Fever"})
    trial.do(fever, day=5, actor="ann")
    refuses(trial, "COND-007", fever)
    refuses(trial, "COND-007", ask.Supplement("AE", "P1", 1, {"AETERM": "Chill"}))
    refuses(trial, "COND-007", ask.Supplement("AE", "P1", 2, {"ENDAY": 5}))
    refuses(trial, "COND-007", ask.Correct("AE", "P1", 2, 5, {}, REASON))
    trial.do(ask.Supplement("AE", "P1", 1, {"ENDAY": 7, "AEOUT": "RECOVERED"}), day=7, actor="ann")
    assert trial.fold.data().table("AE").select("AETERM", "ENDAY", "VERSION").rows() == [("Fever", 7, 2)]
    trial.do(ask.Retract("AE", "P1", 1, "belongs to another patient"), day=8, actor="ann")
    assert trial.fold.data().table("AE").is_empty()
    assert trial.fold.data().history("AE").height == 3
    refuses(trial, "COND-007", ask.Retract("AE", "P1", 1, REASON), day=8)
    trial.do(ask.Correct("AE", "P1", 1, 5, {"AETERM": "Fever"}, "it was this patient's after all"), day=9, actor="ann")
    assert trial.fold.data().table("AE").height == 1


def test_what_decisions_hang_on_has_commands_of_its_own(trial):
    refuses(trial, "COND-009", ask.Record("DS", "P1", 1, 1, {"DSDECOD": "ENROLLED"}))
    refuses(trial, "COND-009", ask.Record("DM", "P1", 1, 1, {"ARMCD": "arm-1"}))
    refuses(trial, "COND-009", ask.Record("EX", "P1", 1, 1, {"OCCUR": "Y"}))
    refuses(trial, "COND-009", ask.Record("XD", "P1", 1, 1, {"XDDLT": "N"}))
    refuses(trial, "COND-004", ask.Dose("P1", 1, 1, True))
    refuses(trial, "COND-004", ask.AssessDlt("P1", 1, False, True))


@pytest.mark.parametrize("dose", ["4e", "a lot", "-1", "NaN", "Infinity", ""])
def test_a_dose_is_a_decimal_number(trial, dose):
    enrolled(trial)
    refuses(trial, "COND-010", ask.Dose("P1", 1, 1, True, {"EXDOSE": dose}))
    refuses(trial, "DATA-003", ask.Dose("P1", 1, 1, True, {"EXDOSE": 4e7}), error=InputError)


def test_a_row_that_does_not_fit_its_table_is_refused(trial):
    refuses(trial, "DATA-001", ask.Record("ZZ", "P1", 1, 1), error=InputError)
    refuses(trial, "DATA-002", ask.Record("AE", "P1", 1, 1, {"TERM": "x"}), error=InputError)
    refuses(trial, "DATA-005", ask.Record("AE", "P1", 0, 1), error=InputError)
    refuses(trial, "COND-011", ask.Record("AE", "P1", 1, 1, {"AETOXGR": 2**60}))


def test_a_command_names_who_gives_it(trial):
    with pytest.raises(UsageError, match="COND-012"):
        trial.do(ask.Decide(), day=5, actor=" ")


def test_a_trial_that_another_has_moved_on_is_refused_and_can_be_opened_anew(trial):
    ledger = trial._ledger
    other = LiveTrial(ledger, TwoByTwo())
    enrolled(other, "P1")
    with pytest.raises(StageError, match="COND-020"):
        trial.do(ask.Enrol("P2", 5), day=5, actor="ann")
    assert trial.fold.size == ledger.head.size  # it has read the ledger again
    trial.do(ask.Enrol("P2", 5), day=5, actor="ann")


def test_the_fold_up_to_an_entry_is_what_stood_then(trial):
    enrolled(trial, "P1", 1)
    enrolled(trial, "P2", 2)
    assert len(replay(trial._ledger.entries(), upto=3).state()) == 1
    assert len(replay(trial._ledger.entries()).state()) == 2
