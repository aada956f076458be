"""Ways into a trial beside the enrolment, and out of its count: each is tried here by people who may enter data."""

from __future__ import annotations

import dataclasses

import pytest

from masked_trial import STAFF, WHY, Trial, asking_one, protocol
from treated_trial import Treated, at, masked, open_label
from trialwright.conduct import commands as ask
from trialwright.conduct.allocating.asks import Randomise
from trialwright.conduct.events.people import RoleGranted, StaffAdded
from trialwright.conduct.events.subjects import Consented, ConsentWithdrawn, IdentityErased
from trialwright.conduct.events.treatment import DosePrepared
from trialwright.conduct.milestones.asks import Amend
from trialwright.conduct.people.roles import Role
from trialwright.conduct.rule import Plan
from trialwright.conduct.subjects.asks import RegisterSubject
from trialwright.conduct.treating.asks import Administer, OmitDose
from trialwright.core.errors import TrialwrightError
from trialwright.design import build
from trialwright.protocol.eligibility.items import Criterion, ItemKind, Section

ENROLLED = {"DSDECOD": "ENROLLED"}
ENDS = ("DEATH", "WITHDRAWAL BY SUBJECT", "LOST TO FOLLOW-UP", "SCREEN FAILURE", "COMPLETED")


@pytest.fixture
def trial(tmp_path):
    made = Trial(tmp_path)
    made.seal()
    return made


def refused(trial, code, person, *commands, **how):
    size = trial.ledger.head.size
    with pytest.raises(TrialwrightError) as fault:
        trial.do(person, *commands, **how)
    assert fault.value.code == code, str(fault.value)
    assert trial.ledger.head.size == size
    return str(fault.value)


def counted(trial):
    return len(trial.desk.standing.data.state(4).subjects)


@pytest.mark.requirement("R22")
def test_no_row_is_turned_into_an_enrolment(trial):
    """R22: what is corrected or added to asks for no consent, no criterion and no place, so it lets nobody in."""
    trial.admit("S1", consented=False, eligible=False)
    trial.do("cora", ask.Record("DS", "S1", 1, 4, {"DSDECOD": "SCREEN FAILURE"}), ask.Record("DS", "S1", 2, 4, {}))
    refused(trial, "COND-009", "cora", ask.Correct("DS", "S1", 1, 4, ENROLLED, WHY))
    refused(trial, "COND-009", "cora", ask.Supplement("DS", "S1", 2, ENROLLED))
    refused(trial, "COND-009", "cora", ask.Record("DS", "S1", 3, 4, ENROLLED))
    assert counted(trial) == 0


@pytest.mark.requirement("R49")
def test_an_enrolment_that_was_withdrawn_comes_back_by_a_new_one_alone(trial):
    """R49: correcting the withdrawn row would let somebody in after the place was taken by another."""
    trial.enrol("S1")
    trial.do("cora", ask.Retract("DS", "S1", 1, WHY))
    refused(trial, "COND-009", "cora", ask.Correct("DS", "S1", 1, 4, ENROLLED, WHY))
    assert counted(trial) == 0
    trial.do("ivy", ask.Enrol("S1", 4, 2))
    assert counted(trial) == 1


@pytest.mark.requirement("R49")
def test_whoever_was_randomised_counts_for_good(trial):
    """R49: to withdraw the enrolment would make a place that is taken twice."""
    trial.randomise("S1")
    refused(trial, "COND-129", "cora", ask.Retract("DS", "S1", 1, WHY))
    refused(trial, "COND-129", "cora", ask.Correct("DS", "S1", 1, 4, {"DSDECOD": "OTHER"}, WHY))
    trial.do("cora", ask.Correct("DS", "S1", 1, 3, ENROLLED, WHY))
    assert counted(trial) == 1


@pytest.mark.parametrize("how", ENDS)
def test_nobody_enters_or_is_drawn_whose_part_is_over(trial, how):
    trial.admit("S1")
    trial.do("ivy", ask.Record("DS", "S1", 2, 4, {"DSDECOD": how}))
    refused(trial, "COND-073", "ivy", ask.Enrol("S1", 4))
    trial.enrol("S2")
    trial.do("ivy", ask.Record("DS", "S2", 2, 4, {"DSDECOD": how}))
    said = refused(trial, "COND-073", "ivy", Randomise("S2", {"site": "01"}))
    assert "cells" not in said
    trial.do("ivy", ask.Retract("DS", "S2", 2, WHY), Randomise("S2", {"site": "01"}))
    assert trial.desk.standing.allocation.randomised["S2"].sequence == 1


def test_nobody_is_treated_after_death_and_a_late_entry_is(tmp_path):
    """What was given before the death, and what was not given after it, can be entered later."""
    trial = Treated(tmp_path, made=masked())
    trial.seal()
    trial.randomise("S1")
    trial.weigh("S1", 60.0, 4)
    plan = trial.plan("S1")
    trial.do("pip", DosePrepared("S1", 1, plan.treatment, plan.amount, plan.unit, "", ""))
    trial.on(5).do("ivy", ask.Record("DS", "S1", 2, 4, {"DSDECOD": "DEATH"}))
    refused(trial, "COND-073", "cal", Administer("S1", 1, at(5), at(5, "10:20:00"), "", "100", "", ""))
    trial.do("cal", Administer("S1", 1, at(4), at(4, "10:20:00"), "", "100", "", ""))
    trial.do("cal", OmitDose("S1", 2, 5, "the participant has died"))


def test_a_dose_of_a_later_day_than_the_death_is_refused_without_its_hours_too(tmp_path):
    trial = Treated(tmp_path, made=open_label((0,)))
    trial.enter("S1")
    trial.on(5).do("ivy", ask.Record("DS", "S1", 2, 4, {"DSDECOD": "DEATH"}))
    refused(trial, "COND-073", "ivy", ask.Dose("S1", 1, 5, True))
    trial.do("ivy", ask.Dose("S1", 1, 4, True))


def test_a_dose_that_the_schedule_does_not_have_is_not_entered_in_passing(tmp_path):
    """A second dose under another number was given, so it is entered, and beside it stands that nobody planned it."""
    trial = Treated(tmp_path, made=open_label((0,)))
    trial.enter("S1")
    trial.do("ivy", ask.Dose("S1", 1, 4, True), ask.Dose("S1", 3, 4, False))
    assert not trial.rows("DV", "S1")
    trial.do("ivy", ask.Dose("S1", 2, 4, True))
    (found,) = trial.rows("DV", "S1").values()
    assert found["DVCAT"] == "DOSE NOT PLANNED"


@pytest.mark.requirement("R55")
def test_nobody_enters_or_is_drawn_of_whom_nobody_knows_who_it_is(trial):
    """R55: an identity is erased when a part is over, and nobody begins one without."""
    trial.do("cora", RegisterSubject("S3", {"name": "made up"}))
    trial.admit("S1")
    trial.do("ivy", IdentityErased("S1"), reason=WHY)
    refused(trial, "COND-077", "ivy", ask.Enrol("S1", 4))
    trial.enrol("S2")
    before = dataclasses.replace(trial.call("ivy"), occurred="2026-01-04T10:00:00+00:00")
    after = dataclasses.replace(trial.call("ivy"), occurred="2026-01-04T12:00:00+00:00")
    trial.desk.do(before, ConsentWithdrawn("S2", True, True, "keep"))
    trial.do("ivy", IdentityErased("S2"), reason=WHY)
    trial.desk.do(after, Consented("S2", "1", "participant", "ivy"))
    refused(trial, "COND-077", "ivy", Randomise("S2", {"site": "01"}))


@pytest.mark.requirement("R56")
def test_who_acts_everywhere_works_under_the_version_of_the_participants_site(trial, monkeypatch):
    """R56: a version that a site has not brought into force lets nobody in there, whoever enrols."""
    monkeypatch.setitem(STAFF, "eva", (Role.COORDINATOR, "*", False))
    trial.do("ada", StaffAdded("eva", "Eva Example"), RoleGranted("eva", "coordinator", "*"))
    asked = Criterion(Section.INCLUSION, ItemKind.TEXT, "1", "Able to sit up alone", 0, 0)
    plain = asking_one(protocol())
    made = dataclasses.replace(plain, eligibility=dataclasses.replace(plain.eligibility, criteria=(asked,)))
    trial.desk.plans = {**trial.desk.plans, "e" * 64: Plan(made, build(made))}
    trial.do("ada", Amend("e" * 64, "second version"), reason=WHY)
    trial.admit("S1")
    trial.do("eva", ask.Enrol("S1", 4))
    assert counted(trial) == 1
