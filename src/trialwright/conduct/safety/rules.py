"""The rules of the commands about safety and decisions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trialwright.conduct import commands as ask
from trialwright.conduct.data_rules import as_data
from trialwright.conduct.people.roles import Duty
from trialwright.conduct.rule import Rule

RULES: Mapping[type[Any], Rule] = {
    ask.AssessDlt: Rule(frozenset({Duty.ASSESS_DLT}), as_data, "adjudicated"),
    ask.Decide: Rule(frozenset({Duty.DECIDE}), as_data, "approved"),
}
