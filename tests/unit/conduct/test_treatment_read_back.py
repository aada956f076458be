"""What stands of treatment and safety is the same when it is read back from the ledger, with the keys and without."""

from __future__ import annotations

import dataclasses

import pytest

from masked_trial import desk_of
from treated_trial import Treated, at, masked, open_label
from trialwright.conduct import commands as ask
from trialwright.conduct.events import safety, treatment
from trialwright.conduct.events.safety import DltReviewed, SafetyReportSent
from trialwright.conduct.events.treatment import DoseHeld, DosePrepared, HoldLifted, TreatmentRules
from trialwright.conduct.masking.sealing import put_back, taken_out
from trialwright.conduct.safety.asks import AdjudicateDlt, ChangeAdverseEvent, CorrectDlt, Override, ReportAdverseEvent
from trialwright.conduct.treating.asks import Administer, EndorseCasebook, OmitDose, RecordVisit
from trialwright.conduct.treating.deviations import deviations
from trialwright.conduct.treating.visits import visits

WHY = "for a reason that says something"
EVENT = ReportAdverseEvent(
    "S1", 1, "hypoxia", 5, 3, True, "UNKNOWN", criteria=("life-threatening",), aware=at(5), expected=False
)


def parts(standing):
    return {
        f"{name}.{inner}": value
        for name in ("treating", "safety")
        for inner, value in vars(getattr(standing, name)).items()
    }


def full_course(trial):
    """Every command of treatment and safety once."""
    rules = TreatmentRules(
        "12.5", 9, 2, 60, 60, 4, 90, {"hUC-MSC": "1E8"}, {"hUC-MSC": "0"}, {"hUC-MSC": "1"}, "nearest", (365,), 9, 2
    )
    trial.do("ada", rules)
    trial.enter("S1")
    plan = trial.plan("S1")
    trial.do("pip", DosePrepared("S1", 1, plan.treatment, plan.amount, plan.unit, "100 mL"))
    trial.do("ivy", DoseHeld("S1"), reason=WHY)
    trial.do("ivy", HoldLifted("S1"), reason=WHY)
    times = at(4), at(4, "12:30:00"), at(4, "09:59:00")
    trial.do("ivy", Administer("S1", 1, *times, share="50", why=WHY), RecordVisit("S1", 1, 2, 4))
    trial.on(5).do("cora", EVENT, SafetyReportSent("S1", 1, "sponsor", at(5)))
    trial.do("cora", ChangeAdverseEvent(dataclasses.replace(EVENT, grade=4), WHY))
    trial.do("ivy", AdjudicateDlt("S1", 1, 5, True, True, (1,), WHY))
    trial.do("max", DltReviewed("S1", False))
    trial.do("ivy", CorrectDlt("S1", 1, 5, False, False, WHY), OmitDose("S1", 2, 5, WHY))
    trial.do("max", ask.Decide(), Override("enrol", WHY, ("arm-1",), 1, 2))
    trial.do("ivy", EndorseCasebook("S1", "end of treatment"))


@pytest.fixture
def trial(tmp_path):
    made = Treated(tmp_path, made=open_label())
    full_course(made)
    return made


def test_every_event_was_on_the_ledger(trial):
    """Else the other tests here would look at less than they say."""
    there = {type(entry.event) for entry in trial.ledger.entries()}
    assert set(treatment.SCHEMAS) | set(safety.SCHEMAS) <= there


def test_a_desk_opened_again_stands_the_same(trial):
    """Types, tuples and mappings come back as they went in, sealed fields among them."""
    again = desk_of(trial.ledger, trial.folder / "keys", trial.protocol, trial.clock)
    again.today = trial.desk.today
    assert parts(again.standing) == parts(trial.desk.standing)
    assert repr(parts(again.standing)) == repr(parts(trial.desk.standing))


def test_nothing_sealed_stands_without_the_keys(trial):
    blind = trial.desk.blind()
    text = repr(parts(blind)) + repr(list(trial.ledger.entries()))
    for secret in ("hUC-MSC", "30750000", "100 mL", "500,000", "IN_WINDOW", "treat 3"):
        held = text.replace("caps={'hUC-MSC': '1E8'}, floors={'hUC-MSC': '0'}, steps={'hUC-MSC': '1'}", "")
        assert secret not in held, secret


@pytest.mark.parametrize("kind", [*treatment.SCHEMAS, *safety.SCHEMAS], ids=lambda kind: kind.__name__)
def test_what_is_taken_out_is_put_back(trial, kind):
    for entry in trial.ledger.entries():
        if isinstance(entry.event, kind):
            bare, secret = taken_out(entry.event)
            assert (put_back(bare, secret) if secret is not None else bare) == entry.event
            assert (secret is not None) == bool(entry.sealed)


def test_what_is_derived_of_a_masked_trial_is_the_same_with_and_without_the_keys(tmp_path):
    """Timing of visits and deviations can be shown to masked roles: they never depend on the arm."""
    trial = Treated(tmp_path, made=masked())
    trial.seal()
    trial.do("ada", TreatmentRules(infusion=20))
    names = [f"MK-{number}" for number in range(4)]
    trial.randomise(*names)
    for number, subject in enumerate(names):
        trial.weigh(subject, 61.5, 4)
        plan = trial.plan(subject)
        trial.do("pip", DosePrepared(subject, 1, plan.treatment, plan.amount, plan.unit))
        times = at(4, f"1{number}:00:00"), at(4, f"1{number}:30:00")
        trial.do("cal", Administer(subject, 1, *times, share="80", why=WHY))
    full, blind = trial.desk.standing, trial.desk.blind()
    for day in (4, 7, 40, 200):
        assert deviations(full, trial.protocol, day) == deviations(blind, trial.protocol, day)
        for subject in names:
            assert visits(full, trial.protocol, subject, day) == visits(blind, trial.protocol, subject, day)
    assert len({repr(deviations(blind, trial.protocol, 40)).count(f"'{each}'") for each in names}) == 1
