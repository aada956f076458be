"""The rules of the commands about treatment and entries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trialwright.conduct import commands as ask
from trialwright.conduct.data_rules import as_data
from trialwright.conduct.people.roles import Duty
from trialwright.conduct.rule import Rule

_ENTRY = frozenset({Duty.ENTER, Duty.ASSESS_OUTCOMES, Duty.REPORT_SAFETY})

RULES: Mapping[type[Any], Rule] = {
    ask.Dose: Rule(frozenset({Duty.ADMINISTER}), as_data),
    ask.Record: Rule(_ENTRY, as_data),
    ask.Supplement: Rule(_ENTRY, as_data),
    ask.Correct: Rule(_ENTRY, as_data),
    ask.Retract: Rule(_ENTRY, as_data),
}
