"""Exact characteristics of a rule of one arm: two stages of responses, and a number of events that is monitored."""

from __future__ import annotations

from collections.abc import Sequence

from trialwright.report import numbers
from trialwright.report.markup import Child, Column, Markup, join, table, tag
from trialwright.simulate.one_arm import OneArm


def one_arm(rules: Sequence[OneArm]) -> Markup | None:
    """Each two-stage design and each monitoring that the protocol's rule names."""
    if not rules:
        return None
    return join(
        tag("h3", "What the rule of an arm implies"),
        tag(
            "p",
            "Every number is exact, if each outcome that is looked at is known before further participants enter, ",
            "and everybody can be evaluated.",
            " Each rule is computed by itself, as if the other were not there." if len(rules) > 1 else "",
        ),
        [_one(rule) for rule in rules],
    )


def _one(rule: OneArm) -> Markup:
    rows: list[tuple[Child, ...]] = [
        (f"{row.rate * 100:g}%", *_chances(row.prob_promising, row.prob_stopped_early), f"{row.expected_n:.2f}")
        for row in rule.stages
    ]
    rows += [
        (
            f"{row['rate'] * 100:g}%",
            *_chances(row["prob_crossed"], row["prob_stopped_early"]),
            f"{row['expected_n']:.2f}",
        )
        for row in rule.monitored
    ]
    last = ("Promising", "Stopped after the first stage") if rule.stages else ("Bound reached", "before the end")
    return table(
        join(f"Rule: {rule.rule}", tag("small", f"{rule.event}; exact")),
        [
            Column("True rate", head=True),
            *[Column(name, number=True) for name in last],
            Column("Expected participants", number=True),
        ],
        rows,
    )


def _chances(*values: float) -> list[str]:
    return [numbers.percent(value) for value in values]
