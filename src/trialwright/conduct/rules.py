"""The rule of every command, gathered from the concerns that they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trialwright.conduct import data_rules
from trialwright.conduct.allocating import rules as allocating
from trialwright.conduct.exports import rules as exports
from trialwright.conduct.milestones import rules as milestones
from trialwright.conduct.people import site_rules, staff_rules
from trialwright.conduct.rule import Rule
from trialwright.conduct.safety import rules as safety
from trialwright.conduct.subjects import rules as subjects
from trialwright.conduct.treating import rules as treating

RULES: Mapping[type[Any], Rule] = {
    **data_rules.RULES,
    **milestones.RULES,
    **staff_rules.RULES,
    **site_rules.RULES,
    **subjects.RULES,
    **exports.RULES,
    **allocating.RULES,
    **treating.RULES,
    **safety.RULES,
}
