"""Adverse events: what they say must fit together, each change is an entry, and reports are due from awareness."""

from __future__ import annotations

import dataclasses

import pytest

from treated_trial import Treated, at, open_label
from trialwright.conduct import commands as ask
from trialwright.conduct.events.safety import SafetyReportSent
from trialwright.conduct.safety.asks import ChangeAdverseEvent, ReportAdverseEvent
from trialwright.conduct.safety.clocks import clocks
from trialwright.conduct.safety.questions import NO_END, NO_GRADE, UNAWARE, UNDATED, questions
from trialwright.core.errors import TrialwrightError
from trialwright.dataset.columns import DEATH

MILD = ReportAdverseEvent("S1", 1, "headache", 4, 1, True, "NOT RECOVERED/NOT RESOLVED", action="DOSE NOT CHANGED")
SERIOUS = dataclasses.replace(
    MILD, grade=3, criteria=("hospitalisation",), aware="2026-01-05T09:00:00+00:00", expected=False
)
FATAL = dataclasses.replace(
    SERIOUS, grade=5, outcome="FATAL", criteria=("death", "life-threatening"), died="2026-01-05", end=4
)


@pytest.fixture
def trial(tmp_path):
    made = Treated(tmp_path, made=open_label())
    made.enter("S1")
    made.do("ivy", ask.Dose("S1", 1, 4, True))
    return made


def refused(trial, code, person, *commands, **how):
    size = trial.ledger.head.size
    with pytest.raises(TrialwrightError) as fault:
        trial.do(person, *commands, **how)
    assert fault.value.code == code, str(fault.value)
    assert trial.ledger.head.size == size
    return str(fault.value)


def but(event, **changes):
    return dataclasses.replace(event, **changes)


@pytest.mark.parametrize("event", [MILD, SERIOUS, FATAL], ids=["mild", "serious", "fatal"])
@pytest.mark.requirement("R44")
def test_an_event_that_fits_together_is_entered(trial, event):
    """R44: the row that is analysed, and beside it what the row has no column for."""
    trial.do("cora", event)
    row = trial.rows("AE", "S1")[1]
    assert (row["AETERM"], row["AETOXGR"], row["AESER"], row["AEREL"]) == (
        "headache",
        event.grade,
        "Y" if event.criteria else "N",
        "Y",
    )
    held = trial.desk.standing.safety.details["S1", 1]
    assert (held.criteria, held.expected, held.action, held.died) == (
        tuple(event.criteria),
        event.expected,
        "DOSE NOT CHANGED",
        event.died,
    )


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (but(MILD, grade=0), "grade 0"),
        (but(MILD, grade=6), "grade 6"),
        (but(MILD, grade=5), "date of death"),
        (but(FATAL, died=""), "date of death"),
        (but(FATAL, grade=4), "date of death"),
        (but(FATAL, outcome="UNKNOWN"), "date of death"),
        (but(FATAL, criteria=("hospitalisation",)), "date of death"),
        (but(FATAL, died="2026-01-06"), "ahead"),
        (but(FATAL, died="2026-01-04"), "before the onset"),
        (but(FATAL, died="5 January"), "no date"),
        (but(SERIOUS, aware=""), "aware"),
        (but(MILD, aware=at(4)), "aware"),
        (but(SERIOUS, criteria=("nasty",)), "nasty"),
        (but(MILD, outcome="better"), "better"),
        (but(MILD, action="none"), "none"),
        (but(MILD, term=" "), "term"),
        (but(MILD, end=3), "before its onset"),
    ],
)
@pytest.mark.requirement("R44")
def test_an_event_that_contradicts_itself_is_refused(trial, event, told):
    """R44: grade 5 requires the date of death, and what goes with it; a clock needs its start."""
    assert told in refused(trial, "COND-122", "cora", event)


@pytest.mark.parametrize("grade", [0, 6, -1])
@pytest.mark.requirement("R44")
def test_no_grade_outside_the_scale_gets_in_by_another_way(trial, grade):
    """R44."""
    row = {"AETERM": "headache", "AETOXGR": grade}
    refused(trial, "COND-120", "cora", ask.Record("AE", "S1", 1, 4, row))
    trial.do("cora", ask.Record("AE", "S1", 1, 4, {"AETERM": "headache"}))
    refused(trial, "COND-120", "cora", ask.Supplement("AE", "S1", 1, {"AETOXGR": grade}))
    refused(trial, "COND-120", "cora", ask.Correct("AE", "S1", 1, 4, row, "graded anew by the sponsor"))


@pytest.mark.requirement("R44")
def test_each_change_is_an_entry_and_the_earlier_grade_stays(trial):
    """R44, R03: regraded, then found to be serious; nothing is overwritten."""
    trial.do("cora", MILD)
    refused(trial, "COND-123", "cora", ChangeAdverseEvent(MILD, "nothing has changed at all"))
    refused(trial, "COND-008", "cora", ChangeAdverseEvent(but(MILD, grade=2), "."))
    trial.do("cora", ChangeAdverseEvent(but(MILD, grade=2), "regraded by the central reader"))
    trial.do("cora", ChangeAdverseEvent(but(SERIOUS, grade=2), "admitted to hospital overnight"))
    facts = [fact for fact in trial.desk.standing.data.facts if fact.key == ("AE", "S1", 1)]
    assert [fact.values["AETOXGR"] for fact in facts] == [1, 2, 2]
    assert [fact.values["AESER"] for fact in facts] == ["N", "N", "Y"]
    names = [type(entry.event).__name__ for entry in trial.ledger.entries()][-3:]
    assert names == ["Corrected", "Corrected", "AdverseEventDetailed"]


@pytest.mark.parametrize("reason", ["", "   ", ".", "typo", "1234567890123"])
@pytest.mark.requirement("R02")
def test_a_correction_without_a_reason_that_says_something_is_refused(trial, reason):
    """R02, R03: nothing is appended; a retraction needs a reason too."""
    trial.do("cora", MILD)
    refused(trial, "COND-008", "cora", ask.Correct("AE", "S1", 1, 4, {"AETERM": "migraine"}, reason))
    refused(trial, "COND-008", "cora", ask.Retract("AE", "S1", 1, reason))


@pytest.mark.requirement("R03")
def test_what_is_withdrawn_stays_on_the_ledger_with_its_reason(trial):
    """R02, R03: the reason word for word."""
    trial.do("cora", MILD)
    trial.do("cora", ask.Retract("AE", "S1", 1, "  entered for another participant  "))
    assert trial.rows("AE", "S1") == {}
    entries = list(trial.ledger.entries())
    assert entries[-1].reason == "  entered for another participant  "
    assert any(getattr(entry.event, "values", {}).get("AETERM") == "headache" for entry in entries)


def due(trial, now):
    return [(clock.to, clock.due, clock.late, clock.note) for clock in clocks(trial.desk.standing, now)]


@pytest.mark.requirement("R45")
def test_a_serious_event_is_due_to_the_sponsor_a_day_after_awareness(trial):
    """R45: from the moment of awareness, not of onset; one that is not serious is not due."""
    trial.do("cora", but(SERIOUS, expected=True))
    assert due(trial, "2026-01-06T09:00:00Z") == [("sponsor", "2026-01-06T09:00:00Z", False, "")]
    assert due(trial, "2026-01-06T09:00:01Z") == [("sponsor", "2026-01-06T09:00:00Z", True, "")]
    trial.do("cora", but(MILD, number=2))
    assert len(due(trial, "2026-01-06T09:00:00Z")) == 1


@pytest.mark.parametrize(
    ("aware", "criteria", "authority"),
    [
        ("2024-02-21T23:30:00-06:00", ("hospitalisation",), "2024-03-08T05:30:00Z"),
        ("2023-02-21T23:30:00-06:00", ("hospitalisation",), "2023-03-09T05:30:00Z"),
        ("2024-02-26T12:00:00+00:00", ("life-threatening",), "2024-03-04T12:00:00Z"),
        ("2024-03-30T12:00:00+01:00", ("life-threatening", "hospitalisation"), "2024-04-06T11:00:00Z"),
        ("2024-10-26T12:00:00+02:00", ("disability",), "2024-11-10T10:00:00Z"),
    ],
    ids=["leap day", "no leap day", "seven days over the leap day", "clocks forward", "clocks back"],
)
@pytest.mark.requirement("R45")
def test_seven_and_fifteen_days_are_counted_from_awareness(trial, aware, criteria, authority):
    """R45: over leap days and changes of the clocks."""
    trial.do("cora", but(SERIOUS, aware=aware, criteria=criteria))
    assert {to: when for to, when, _, _ in due(trial, "2026-01-05T00:00:00Z")}["authority"] == authority


@pytest.mark.requirement("R45")
def test_what_is_not_judged_counts_as_due_and_says_so(trial):
    """R45: unknown is an answer: related and expected as far as anybody has said."""
    for number, (related, expected) in enumerate([(None, None), (True, False), (False, False), (True, True)], start=1):
        trial.do("cora", but(SERIOUS, number=number, related=related, expected=expected))
    notes = {clock.number: clock.note for clock in clocks(trial.desk.standing, at(4)) if clock.to == "authority"}
    assert notes == {1: "relatedness is not judged; expectedness is not judged", 2: ""}


@pytest.mark.requirement("R45")
def test_a_report_that_was_sent_stops_the_clock(trial):
    """R45: late where it was sent late; one to the wrong recipient or on no serious event is refused."""
    trial.do("cora", SERIOUS, but(MILD, number=2))
    refused(trial, "COND-124", "cora", SafetyReportSent("S1", 2, "sponsor", at(4)))
    refused(trial, "COND-124", "cora", SafetyReportSent("S1", 1, "the press", at(4)))
    refused(trial, "COND-067", "cora", SafetyReportSent("S1", 1, "sponsor", at(5)))
    trial.do("cora", SafetyReportSent("S1", 1, "sponsor", at(4, "23:00:00")))
    found = {clock.to: clock for clock in clocks(trial.desk.standing, "2027-01-01T00:00:00Z")}
    assert (found["sponsor"].sent, found["sponsor"].late) == ("2026-01-05T23:00:00Z", False)
    assert found["authority"].late
    trial.do("cora", ask.Retract("AE", "S1", 1, "entered for another participant"))
    assert clocks(trial.desk.standing, at(4)) == ()


@pytest.mark.requirement("R45")
def test_what_plain_rows_leave_open_is_asked(trial):
    """R44, R45: a serious event without awareness has no clock, and that is not silent; nor is an undated death."""
    trial.do("cora", ask.Record("AE", "S1", 1, 4, {"AETERM": "sepsis", "AESER": "Y", "AETOXGR": 3}))
    trial.do("cora", ask.Record("AE", "S1", 2, 4, {"AETERM": "sepsis", "AETOXGR": 5}))
    trial.do("cora", ask.Record("AE", "S1", 3, 4, {"AETERM": "rash"}), but(MILD, number=4))
    assert clocks(trial.desk.standing, at(4)) == ()
    asked = {(each.number, each.text) for each in questions(trial.desk.standing)}
    assert asked == {(1, UNAWARE), (2, UNDATED), (2, NO_END), (3, NO_GRADE)}
    trial.do("cora", ask.Record("DS", "S1", 2, 4, {"DSDECOD": DEATH}))
    trial.do("cora", ask.Retract("AE", "S1", 1, "entered for another participant"))
    assert {(each.number, each.text) for each in questions(trial.desk.standing)} == {(2, UNDATED), (3, NO_GRADE)}
    trial.do("cora", but(FATAL, number=5))
    assert {each.number for each in questions(trial.desk.standing)} == {2, 3}
