"""The rules of the commands about treatment and entries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trialwright.conduct import commands as ask
from trialwright.conduct.events.treatment import DoseHeld, DosePrepared, HoldLifted, TreatmentRules
from trialwright.conduct.people.roles import Duty
from trialwright.conduct.rule import Rule
from trialwright.conduct.treating.asks import Administer, EndorseCasebook, OmitDose, PlanDose, RecordVisit
from trialwright.conduct.treating.entering import correct, endorse, enter, visit
from trialwright.conduct.treating.giving import administer, dose, hold, lift, omit
from trialwright.conduct.treating.planning import plan_dose, prepare_dose
from trialwright.conduct.treating.settling import settle

_ENTRY = frozenset({Duty.ENTER, Duty.ASSESS_OUTCOMES, Duty.REPORT_SAFETY})
_GIVING = frozenset({Duty.ADMINISTER})
_HOLDING = frozenset({Duty.ADMINISTER, Duty.ASSESS_DLT, Duty.REVIEW_DLT})

RULES: Mapping[type[Any], Rule] = {
    TreatmentRules: Rule(frozenset({Duty.RUN_TRIAL}), settle, "approved", whole=True),
    PlanDose: Rule(frozenset({Duty.ADMINISTER, Duty.PREPARE}), plan_dose),
    DosePrepared: Rule(frozenset({Duty.PREPARE}), prepare_dose),
    Administer: Rule(_GIVING, administer),
    OmitDose: Rule(_GIVING, omit),
    ask.Dose: Rule(_GIVING, dose),
    DoseHeld: Rule(_HOLDING, hold),
    HoldLifted: Rule(_HOLDING, lift),
    RecordVisit: Rule(frozenset({Duty.ENTER}), visit),
    EndorseCasebook: Rule(frozenset({Duty.ASSESS_DLT}), endorse, "reviewed"),
    ask.Record: Rule(_ENTRY, enter),
    ask.Supplement: Rule(_ENTRY, enter),
    ask.Correct: Rule(_ENTRY, correct),
    ask.Retract: Rule(_ENTRY, correct),
}
