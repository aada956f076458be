"""The rules of the commands about safety and decisions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trialwright.conduct import commands as ask
from trialwright.conduct.events.safety import DltReviewed, SafetyReportSent
from trialwright.conduct.people.roles import Duty
from trialwright.conduct.rule import Rule
from trialwright.conduct.safety.adverse import change, report, sent
from trialwright.conduct.safety.asks import (
    AdjudicateDlt,
    ChangeAdverseEvent,
    CorrectDlt,
    Override,
    ReportAdverseEvent,
    RetractDlt,
)
from trialwright.conduct.safety.deciding import decide, override
from trialwright.conduct.safety.toxicity import adjudicate, assess, correct, retract, review

_SAFETY = frozenset({Duty.REPORT_SAFETY})
_DLT = frozenset({Duty.ASSESS_DLT})

RULES: Mapping[type[Any], Rule] = {
    ReportAdverseEvent: Rule(_SAFETY, report),
    ChangeAdverseEvent: Rule(_SAFETY, change),
    SafetyReportSent: Rule(_SAFETY | {Duty.RUN_TRIAL, Duty.REVIEW_DLT}, sent),
    ask.AssessDlt: Rule(_DLT, assess, "adjudicated"),
    AdjudicateDlt: Rule(_DLT, adjudicate, "adjudicated"),
    DltReviewed: Rule(_DLT | {Duty.REVIEW_DLT}, review, "reviewed"),
    CorrectDlt: Rule(_DLT, correct, "adjudicated"),
    RetractDlt: Rule(_DLT, retract, "adjudicated"),
    ask.Decide: Rule(frozenset({Duty.DECIDE}), decide, "approved", whole=True),
    Override: Rule(frozenset({Duty.DECIDE}), override, "approved", whole=True),
}
