"""What follows from the entries can be read: criteria, doses, visits, deviations, reports that are due, access."""

from __future__ import annotations

from dataclasses import replace

import pytest

from treated_trial import Treated, at, masked, open_label
from trialwright.conduct import commands as ask
from trialwright.conduct.events.people import RoleRevoked
from trialwright.conduct.events.safety import DltReviewed
from trialwright.conduct.events.subjects import ConsentWithdrawn
from trialwright.conduct.events.treatment import DosePrepared, TreatmentRules
from trialwright.conduct.masking.follow_up import assessments
from trialwright.conduct.safety.asks import AdjudicateDlt, ChangeAdverseEvent, ReportAdverseEvent
from trialwright.conduct.subjects.asks import AnswerCriteria
from trialwright.conduct.treating.asks import Administer, RecordVisit
from trialwright.core.errors import StageError
from trialwright.dataset.columns import COMPLETED, DEATH
from trialwright.protocol.kinds import Parallel, SelectThenCompare

WHY = "the test asks for it"


@pytest.fixture
def trial(tmp_path):
    made = Treated(tmp_path, made=open_label())
    made.enter("S1")
    made.plan("S1")
    return made


def given(subject, **how):
    return Administer(subject, 1, at(4, "10:00:00"), at(4, "12:00:00"), **how)


@pytest.mark.requirement("R36")
def test_a_deviation_that_nobody_entered_is_in_the_list(trial):
    """R36: an interrupted infusion and a dose on another day are shown, not only derived."""
    trial.do("ada", TreatmentRules(infusion=90))
    trial.do("ivy", given("S1", share="60", why="the participant had chills"))
    texts = [row["text"] for row in trial.view("mona").deviations()]
    assert any("60 % of it was given" in text for text in texts)
    assert any("120 minutes" in text for text in texts)
    assert trial.view("ivo").deviations() == []


@pytest.mark.requirement("R43")
def test_visits_of_a_participant_are_listed_with_how_they_stand_to_their_windows(trial):
    """R43: a late visit, one to come and one that is due; another site reads nothing."""
    trial.do("ivy", given("S1"))
    trial.on(36).do("ivy", RecordVisit("S1", 1, 4, 36))
    found = {row["number"]: row["timing"] for row in trial.view("cora").visits("S1")}
    assert (found[4], found[5]) == ("late", "still to come")
    with pytest.raises(StageError, match="COND-095"):
        trial.view("ivo").visits("S1")


@pytest.mark.requirement("R43")
def test_a_visit_noted_as_not_held_after_a_death_is_not_due_any_more(trial):
    """R43: that somebody notes it does not make it a deviation; one that was due before the death stays missed."""
    trial.do("ivy", given("S1"))
    trial.on(40).do("ivy", ask.Record("DS", "S1", 3, 40, {"DSDECOD": DEATH}))
    trial.on(95).do("ivy", RecordVisit("S1", 1, 4, 95, held=False), RecordVisit("S1", 2, 5, 95, held=False))
    found = {row["number"]: row["timing"] for row in trial.view("cora").visits("S1")}
    assert (found[4], found[5]) == ("missed", "not due any more")


@pytest.mark.requirement("R43")
def test_a_visit_whose_window_a_death_cut_short_is_not_missed(trial):
    """R43: it could still have been held in its window when the participant died."""
    trial.do("ivy", given("S1"))
    trial.on(32).do("ivy", ask.Record("DS", "S1", 3, 32, {"DSDECOD": DEATH}))
    trial.on(95)
    assert {row["number"]: row["timing"] for row in trial.view("cora").visits("S1")}[4] == "not due any more"


@pytest.mark.requirement("R43")
def test_no_visit_is_missed_after_a_withdrawal_of_who_had_completed(trial):
    """R43: long-term follow-up ends with it; with leave to be seen further it goes on."""
    trial.do("ada", TreatmentRules(follow_up=(180,), follow_up_margin=5))
    trial.do("ivy", given("S1"))
    trial.on(95).do("ivy", ask.Record("DS", "S1", 3, 95, {"DSDECOD": COMPLETED}))
    trial.on(100).do("cora", ConsentWithdrawn("S1", False, True, "keep"))
    trial.on(300)
    assert trial.view("cora").visits("S1")[-1]["timing"] == "not due any more"


@pytest.mark.requirement("R33")
def test_a_dose_is_listed_with_its_working(trial):
    """R33: the working, the weight and its day can be read by whoever gives the dose."""
    (row,) = trial.view("cal").doses("S1")
    assert (row["weight"], row["measured"], row["given"]) == ("61.5", 4, None)
    assert "61.5 kg" in row["working"]


@pytest.mark.requirement("R06")
def test_a_masked_reader_sees_a_dose_without_what_tells_the_arm(tmp_path):
    """R06: of two arms the rows differ in nothing but who and when."""
    trial = Treated(tmp_path, made=masked())
    trial.seal()
    trial.randomise(*(subjects := ("S1", "S2", "S3", "S4", "S5", "S6")))
    for subject in subjects:
        trial.weigh(subject, 61.5, 4)
        plan = trial.plan(subject)
        trial.do("pip", DosePrepared(subject, 1, plan.treatment, plan.amount, plan.unit, plan.volume))
    assert len({trial.arm(subject) for subject in subjects}) == 2
    assert len({str(trial.view("ivy").doses(subject)) for subject in subjects}) == 1
    assert len({row["treatment"] for s in subjects for row in trial.view("pip").doses(s)}) == 2
    assert trial.desk.ledger.head.size == len(list(trial.desk.ledger.entries()))
    read = [entry for entry in trial.ledger.entries() if type(entry.event).__name__ == "ArmsViewed"]
    assert [entry.actor for entry in read] == ["pip"] * len(subjects)


@pytest.mark.requirement("R22")
def test_criteria_are_listed_by_the_identifiers_that_answers_name(tmp_path):
    """R22: with them alone a person can be answered for; the list of one person says what is unknown."""
    trial = Treated(tmp_path, made=open_label())
    trial.admit("S1", eligible=False)
    names = [row["id"] for row in trial.view("ivy").criteria()]
    assert {row["answer"] for row in trial.view("ivy").criteria("S1")} == {"unknown"}
    trial.do("ivy", AnswerCriteria("S1", dict.fromkeys(names, "admits"), dict.fromkeys(names, "seen in the notes")))
    assert {(row["answer"], row["by_a_person"]) for row in trial.view("ivy").criteria("S1")} == {("admits", True)}


@pytest.mark.requirement("R46")
def test_an_event_regraded_after_the_assessment_asks_for_another_look(trial):
    """R46: it shows until somebody has assessed or reviewed again; a change that meets no definition asks nothing."""
    event = ReportAdverseEvent("S1", 1, "rash", 5, 2, True, "UNKNOWN", haematological=False)
    trial.do("ivy", given("S1"))
    trial.on(5).do("ivy", event)
    assert [row["state"] for row in trial.view("ivy").assessments()] == ["window runs"]
    trial.on(32)
    assert [row["state"] for row in trial.view("ivy").assessments()] == ["to be assessed"]
    trial.do("ivy", AdjudicateDlt("S1", 1, 32, False, True))
    assert [row["state"] for row in trial.view("max").assessments()] == ["no toxicity"]
    trial.do("ivy", ChangeAdverseEvent(replace(event, grade=3), "read again by the dermatologist"))
    (row,) = trial.view("max").assessments()
    assert (row["state"], row["changed_since"]) == ("look at again", [1])
    trial.do("max", DltReviewed("S1", False), reason="the rash was there before the dose")
    assert [row["state"] for row in trial.view("max").assessments()] == ["no toxicity"]


def test_who_is_in_the_second_part_is_assessed_for_no_escalation(trial):
    """A participant in an arm that escalates nothing is not in the list; one of the escalation is."""
    trial.do("ivy", given("S1"))
    escalation, compared = trial.protocol.design, Parallel(("arm-1", "arm-2"), (1, 1), 40, True)
    for arms, listed in ((("arm-1",), ["S1"]), (("arm-9",), [])):
        design = SelectThenCompare(replace(escalation, arms=arms), compared)
        found = assessments(trial.desk.standing, replace(trial.protocol, design=design), ["S1"], 40)
        assert [row["subject"] for row in found] == listed


def test_reports_that_are_due_are_listed(trial):
    """A serious event that is related and not judged for expectedness is due at sponsor and authority."""
    event = ReportAdverseEvent(
        "S1", 1, "sepsis", 4, 4, True, "UNKNOWN", criteria=("life-threatening",), aware=at(4, "11:00:00")
    )
    trial.do("ivy", event)
    found = trial.view("max").reports_due()
    assert [row["to"] for row in found] == ["sponsor", "authority"]
    assert found[0]["due"] == "2026-01-06T11:00:00Z"


@pytest.mark.requirement("R12")
def test_who_has_which_role_can_be_read_as_of_a_date(trial):
    """R12: before and after a revocation, by whoever may read the audit trail and by nobody else."""
    trial.do("ada", RoleRevoked("cora", "coordinator", "01"), reason=WHY)
    assert "cora" not in {row["person"] for row in trial.view("ina").access()}
    assert trial.view("ina").access("2020-01-01") == []
    assert {row["site"] for row in trial.view("ivo").access()} == {"02", "*"}
    with pytest.raises(StageError, match="COND-095"):
        trial.view("ola").access()
