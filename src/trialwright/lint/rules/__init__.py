"""The rules of the linter, one file for each family."""

from trialwright.lint.rule import Rule
from trialwright.lint.rules import (
    criteria,
    dates,
    derived,
    design,
    dose,
    eligibility,
    identity,
    outcomes,
    people,
    plan,
    rendering,
    scales,
    status,
)

RULES: tuple[Rule, ...] = tuple(
    sorted(
        (
            *identity.RULES,
            *people.RULES,
            *rendering.RULES,
            *status.RULES,
            *dates.RULES,
            *design.RULES,
            *plan.RULES,
            *dose.RULES,
            *eligibility.RULES,
            *criteria.RULES,
            *outcomes.RULES,
            *scales.RULES,
            *derived.RULES,
        ),
        key=lambda rule: (("ID", "RF", "ST", "DS", "DO", "EL", "OC", "DV").index(rule.id[:2]), rule.id),
    )
)
"""Every rule, by family and number."""
