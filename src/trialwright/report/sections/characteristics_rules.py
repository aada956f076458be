"""Exact characteristics of a dose escalation: each reading of its rule side by side."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from trialwright.protocol.protocol import Protocol
from trialwright.report import numbers
from trialwright.report.figures.selection import shares
from trialwright.report.figures.sizes import distribution
from trialwright.report.markup import Child, Column, Markup, join, note, table, tag
from trialwright.report.svg import figure
from trialwright.simulate.escalating import RuleCharacteristics
from trialwright.simulate.operating import Characteristics
from trialwright.simulate.truth import DltTruth


def escalation(found: Characteristics, protocol: Protocol, known: str) -> Markup:
    """The characteristics of every reading, first under the usual truth, then under the others."""
    first, *others = found.truths
    rules = found.under(first)
    doses = [numbers.dose(level.dose) for level in protocol.dose_levels]
    if len(doses) != len(first.rates):
        doses = ["" for _ in first.rates]
    registered = next((rule.registered for rule in rules if rule.registered is not None), None)
    worst = max(rule.mass_error for rule in found.rules)
    return join(
        _introduction(rules, protocol, first, worst),
        _meaning(rules, known, registered.n if registered else None, first),
        figure(
            "fig-sizes",
            distribution(
                [(rule.rule, mass(rule.prob_n_at_most), rule.expected_n) for rule in rules],
                registered.n if registered else None,
                "How many participants each reading of the rule needs",
            ),
            tag("b", "Participants needed. "),
            f"Exact, for true DLT rates of {rates(first)}.",
            " Pale bars lie within the registered number." if registered else "",
        ),
        tag("h3", "Which dose is selected"),
        _selection("fig-selection", rules, doses, first),
        _all_numbers(rules, first),
        _with_the_same(found, registered.n if registered else None, doses, first),
        tag("h3", "If the truth is another") if others else None,
        [_other(number, found.under(truth), doses, truth) for number, truth in enumerate(others, 2)],
    )


def mass(at_most: Mapping[int, float]) -> dict[int, float]:
    """The chance of each number, from the chances of at most so many.

    >>> mass({3: 0.25, 6: 0.75, 9: 1.0})
    {3: 0.25, 6: 0.5, 9: 0.25}
    """
    chances, before = {}, 0.0
    for n, reached in sorted(at_most.items()):
        if reached - before > 1e-12:
            chances[n] = reached - before
        before = reached
    return chances


def tiny(error: float) -> str:
    """A small error as a power of ten, rounded up.

    >>> tiny(7e-16), tiny(0.0)
    ('10⁻¹⁵', '10⁻¹⁵')
    """
    power = max(1, math.floor(-math.log10(max(error, 1e-15))))
    return "10⁻" + str(power).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


def rates(truth: DltTruth) -> str:
    """The true DLT rates, from the lowest level to the highest."""
    return ", ".join(f"{rate * 100:g}%" for rate in truth.rates)


def _introduction(rules: Sequence[RuleCharacteristics], protocol: Protocol, truth: DltTruth, worst: float) -> Markup:
    return tag(
        "p",
        f"{_readings(rules, protocol)} True rates of dose-limiting toxicity: {rates(truth)} ({truth.statement}). ",
        "Every number is exact, by summing over all courses that the trial can take; the probabilities add up ",
        f"to 1 within {tiny(worst)}. Participants are those who can be evaluated: any who are replaced come on top.",
    )


def _readings(rules: Sequence[RuleCharacteristics], protocol: Protocol) -> str:
    """Where the rules come from: the record's text, or, where it states none, an assumption."""
    count = len(rules)
    if not count:
        return "No reading of the rule could be computed."
    first = getattr(protocol.design, "escalation", protocol.design)
    if not getattr(first, "stated", ()):
        side = f"; {count} rules are computed side by side" if count > 1 else ""
        return f"The record states no rule: {rules[0].rule} is an assumption{side}."
    if count > 1:
        return f"The text of the record allows {count} readings of the rule; all are computed side by side."
    return f"Rule: {rules[0].rule}."


def _with_the_same(found: Characteristics, n: int | None, doses: Sequence[str], truth: DltTruth) -> Markup | None:
    """What other designs would do with the registered number of participants."""
    rules = [rule for rule in found.others if rule.truth == truth]
    if not rules or n is None:
        return None
    rows: list[tuple[Child, ...]] = [
        (
            rule.rule,
            f"{rule.expected_n:.2f}",
            f"{rule.expected_dlts:.2f}",
            *[numbers.percent(chance) for chance in rule.selection],
        )
        for rule in rules
    ]
    columns = [
        Column("Design", head=True),
        Column("Expected participants", number=True),
        Column("Expected DLTs", number=True),
        Column("No dose", number=True),
        *[Column(f"Level {level}", number=True) for level in range(1, len(doses) + 1)],
    ]
    return join(
        tag("h3", f"What other designs would do with {numbers.plural(n, 'participant')}"),
        tag(
            "p",
            f"Not the record's design: BOIN and the continual reassessment method, each with at most {n} participants ",
            "and a target DLT rate of 30%, which is an assumption. They look for the dose whose rate is nearest to ",
            "the target; it may lie above what a 3+3 allows, and is the highest where all true rates are lower.",
        ),
        table(f"Which level they select, at true DLT rates of {rates(truth)}; exact", columns, rows),
    )


def _meaning(rules: Sequence[RuleCharacteristics], known: str, n: int | None, truth: DltTruth) -> Markup:
    """What the registered number means if it is the target."""
    if n is None:
        return note(known, kind="caution")
    title = f"What {numbers.plural(n, 'participant')} would mean"
    rows: list[tuple[Child, ...]] = [
        (
            rule.rule,
            numbers.percent(_at_most(rule, n)),
            numbers.percent(1 - _at_most(rule, n)),
            f"{rule.expected_n:.2f}",
            numbers.percent(rule.selection[-1]),
            numbers.percent(rule.prob_completed),
        )
        for rule in rules
    ]
    return join(
        tag("h3", title),
        tag("p", f"{known} If {n} is the target, the readings of the rule need this many:"),
        table(
            f"If {n} is the target, at true DLT rates of {rates(truth)}",
            [
                Column("Reading of the rule", head=True, wide=True),
                Column(f"{n} are enough", number=True),
                Column("More are needed", number=True),
                Column("Expected", number=True),
                Column("Highest dose selected", number=True),
                Column("Not stopped for toxicity", number=True),
            ],
            rows,
        ),
    )


def _at_most(rule: RuleCharacteristics, n: int) -> float:
    """The chance of at most `n` participants, for any `n`."""
    return max((p for k, p in rule.prob_n_at_most.items() if k <= n), default=0.0)


def _selection(key: str, rules: Sequence[RuleCharacteristics], doses: Sequence[str], truth: DltTruth) -> Markup:
    drawing = shares(
        [(rule.rule, rule.selection) for rule in rules], doses, f"Dose selected, true DLT rates {rates(truth)}"
    )
    return figure(
        key,
        drawing,
        tag("b", "Dose on which the trial ends. "),
        f"Exact, for true DLT rates of {rates(truth)}; numbers in %.",
    )


def _all_numbers(rules: Sequence[RuleCharacteristics], truth: DltTruth) -> Markup:
    levels = range(1, len(truth.rates) + 1)
    ground = tag("small", f"True DLT rates {rates(truth)}; exact.")
    reading = Column("Reading of the rule", head=True, wide=True)
    ends = table(
        join("Level selected, and its true rate of DLT", ground),
        [
            reading,
            Column("No dose", number=True),
            *[Column(f"Level {level}", number=True) for level in levels],
            Column("True rate at the selected dose", number=True),
        ],
        [
            [rule.rule, *[numbers.percent(p) for p in rule.selection], numbers.percent(rule.expected_rate_at_selected)]
            for rule in rules
        ],
    )
    sizes = table(
        join("Expected participants and DLTs", ground),
        [
            reading,
            Column("Participants", number=True),
            *[Column(f"at level {level}", number=True) for level in levels],
            Column("DLTs", number=True),
        ],
        [
            [
                rule.rule,
                f"{rule.expected_n:.2f}",
                *[f"{n:.2f}" for n in rule.expected_n_by_level],
                f"{rule.expected_dlts:.2f}",
            ]
            for rule in rules
        ],
    )
    return join(ends, sizes)


def _other(number: int, rules: Sequence[RuleCharacteristics], doses: Sequence[str], truth: DltTruth) -> Markup:
    return tag(
        "details",
        tag("summary", f"{truth.statement[0].upper()}{truth.statement[1:]}: {rates(truth)}"),
        _selection(f"fig-selection-{number}", rules, doses, truth),
        _all_numbers(rules, truth),
    )


def overall(found: Characteristics) -> Markup | None:
    """Dose selection and comparison together."""
    if not found.overall:
        return None
    usual = [item for item in found.overall if item.truth == found.truths[0]]
    return join(
        tag("h3", "Both parts together"),
        tag(
            "p",
            "The chance that a dose is selected and then found to differ from control, ",
            "if every level has the scenario’s effect on the first primary outcome. ",
            "The chances of selection are exact",
            ", and simulated where a standard error stands behind ±" if any(i.se is not None for i in usual) else "",
            "; the power is by the method named with it.",
        ),
        table(
            f"At true DLT rates of {rates(found.truths[0])}",
            [
                Column("Reading of the rule", head=True, wide=True),
                Column("Scenario"),
                Column("Sizes of part 2"),
                Column("Power of part 2", number=True),
                Column("Both parts", number=True),
            ],
            [
                (
                    i.rule,
                    i.scenario,
                    "\u202f:\u202f".join(str(n) for n in i.sizes),
                    numbers.percent(i.power),
                    numbers.percent(i.success) + ("" if i.se is None else f" ± {numbers.percent(i.se)}"),
                )
                for i in usual
            ],
        ),
    )
