"""The rules of the linter, one file for each family."""

from trialwright.lint.rule import Rule
from trialwright.lint.rules import design, dose, eligibility, identity, outcomes, rendering, status

RULES: tuple[Rule, ...] = (
    *identity.RULES,
    *rendering.RULES,
    *status.RULES,
    *design.RULES,
    *dose.RULES,
    *eligibility.RULES,
    *outcomes.RULES,
)
