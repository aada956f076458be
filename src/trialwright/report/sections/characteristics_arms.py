"""Characteristics of one arm (exact binomial statements) and of arms side by side (sizes and power)."""

from __future__ import annotations

from collections.abc import Sequence

from trialwright.protocol.protocol import Protocol
from trialwright.report import numbers, wording
from trialwright.report.figures.bars import Bar, bars
from trialwright.report.figures.binomial import detection, intervals
from trialwright.report.markup import Child, Column, Markup, join, note, table, tag
from trialwright.report.svg import figure
from trialwright.simulate.comparing import NO_EFFECT, EffectPower, Split
from trialwright.simulate.operating import Binomial, Characteristics
from trialwright.simulate.scenario import Assumes

MOST_ROWS = 21
ORDER = [kind.value for kind in Assumes]


def single_arm(found: Binomial) -> Markup:
    """What so many participants can say about the rate of any event."""
    none, n = found.statements[0], found.n
    shown = [s for s in found.statements if len(found.statements) <= MOST_ROWS or s.events <= 12]
    rows: list[tuple[Child, ...]] = [
        (
            f"{s.events} of {s.n}",
            numbers.percent(s.estimate),
            f"{numbers.percent(s.lower)} to {numbers.percent(s.upper)}",
            numbers.percent(s.upper_one_sided),
        )
        for s in found.statements
    ]
    return join(
        tag("h3", f"What {numbers.plural(n, 'participant')} can say about a rate"),
        tag(
            "p",
            f"If nobody of {n} has an event, the true rate may still be up to {numbers.percent(none.upper)} "
            f"({numbers.level(none.level)}, two-sided) or {numbers.percent(none.upper_one_sided)} (one-sided). "
            "This holds for any event: a toxicity, a death, a response.",
        ),
        figure(
            "fig-binomial",
            intervals(n, [(s.events, s.estimate, s.lower, s.upper) for s in shown], none.level),
            tag("b", "Exact intervals. "),
            f"Clopper-Pearson, {numbers.level(none.level)}.",
        ),
        figure(
            "fig-detection",
            detection(n, [(d.rate, d.at_least_one) for d in found.detection]),
            tag("b", "Seeing an event at all. "),
            f"Chance that at least one of {n} participants has the event, by its true rate.",
        ),
        tag(
            "details",
            tag("summary", f"The same as numbers: {len(rows)} lines"),
            table(
                join("Exact binomial statements", tag("small", "Clopper-Pearson, doi 10.1093/biomet/26.4.404")),
                [
                    Column("Events", head=True),
                    Column("Proportion", number=True),
                    Column(numbers.level(none.level), number=True),
                    Column("Upper bound, one-sided", number=True),
                ],
                rows,
            ),
        ),
    )


def comparison(found: Characteristics, protocol: Protocol) -> Markup:
    """Sizes of the arms and the power for the primary outcome under every scenario."""
    return join(_sizes(found, protocol), _power(found.powers, found.splits, protocol))


def _sizes(found: Characteristics, protocol: Protocol) -> Markup:
    if not found.splits:
        return note("No sizes: the number of participants is not known.", kind="why")
    ids = getattr(getattr(protocol.design, "comparison", protocol.design), "arms", ())
    columns = [Column(f"{':'.join(str(r) for r in one.ratio)}, {one.basis}", number=True) for one in found.splits]
    rows = [
        [wording.arm_name(protocol.arms, arm), *[str(one.sizes[place]) for one in found.splits]]
        for place, arm in enumerate(ids)
    ]
    return join(
        tag("h3", "Sizes of the arms"),
        table("How the participants are shared out", [Column("Arm", head=True, wide=True), *columns], rows),
    )


def _power(powers: Sequence[EffectPower], splits: Sequence[Split], protocol: Protocol) -> Markup:
    """The power of every primary outcome, one after the other."""
    if not powers:
        return note("No power: there is no outcome, or there are no two arms to compare, or no sizes.", kind="why")
    ids = list(dict.fromkeys(one.outcome for one in powers))
    several = (
        note(f"{len(ids)} primary outcomes: each power is of one test alone, without adjustment for multiplicity.")
        if len(ids) > 1
        else ""
    )
    blocks = [
        _of_outcome(place, [one for one in powers if one.outcome == outcome], splits, protocol)
        for place, outcome in enumerate(ids, start=1)
    ]
    return join(tag("h3", "Power"), several, *blocks)


def _of_outcome(place: int, powers: Sequence[EffectPower], splits: Sequence[Split], protocol: Protocol) -> Markup:
    outcome = next((o for o in protocol.analysed_outcomes if o.id == powers[0].outcome), None)
    title = outcome.measure if outcome else powers[0].outcome
    proposed = " (proposed, not the registry’s)" if outcome and outcome in protocol.proposed_outcomes else ""
    pair = " against ".join(wording.arm_name(protocol.arms, arm) for arm in powers[0].contrast)
    computed = [one.power for one in powers if one.power is not None]
    head = tag("p", tag("b", "Outcome: "), f"{title.rstrip('.')}{proposed}. ", tag("b", "Comparison: "), f"{pair}.")
    if not computed:
        reasons = "; ".join(dict.fromkeys(one.note for one in powers if one.note))
        return join(head, note(f"No power was computed: {reasons or 'no method is in place'}.", kind="why"))
    alpha = computed[0].alpha
    ordered = sorted(powers, key=lambda p: ORDER.index(p.assumes))
    groups = [
        (
            f"{':'.join(str(r) for r in split.ratio)} ({split.basis})",
            [_bar(one) for one in ordered if one.ratio == split.ratio],
        )
        for split in splits
    ]
    return join(
        head,
        figure(
            "fig-power" if place == 1 else f"fig-power-{place}",
            bars("Chance to reject, by scenario", groups, "chance that the test rejects", (alpha, f"{alpha:.3g}")),
            tag("b", "Chance that the test rejects. "),
            "Under the null scenario this is the chance of a false positive; under the others it is the power. "
            "Every participant is taken to have a value: drop-outs and missing values lower the power.",
        ),
        _power_table(ordered, pair.replace(" against ", " : ")),
    )


def _bar(one: EffectPower) -> Bar:
    label = one.scenario if one.scenario.startswith(one.assumes) else f"{one.assumes}: {one.scenario}"
    if one.note == NO_EFFECT:
        return Bar(label, None, instead=NO_EFFECT)
    return Bar(label, one.power.power if one.power else None, one.assumes == "null")


def _power_table(ordered: Sequence[EffectPower], arms: str) -> Markup:
    """One line for each scenario, one column for each way to share the participants out."""
    sizes = list(dict.fromkeys((one.ratio, one.sizes) for one in ordered))
    methods = {_method(one) for one in ordered if one.power is not None}
    lines: dict[str, dict[tuple[int, ...], EffectPower]] = {}
    for one in ordered:
        lines.setdefault(one.scenario, {})[one.ratio] = one
    rows: list[list[Child]] = []
    for scenario, cells in lines.items():
        one = next(iter(cells.values()))
        notes = [one.note] if one.note else []
        notes += [_method(one)] if len(methods) > 1 and one.power is not None else []
        effect = "; ".join(f"{k} = {numbers.number(v)}" for k, v in one.power.effect.items()) if one.power else ""
        rows.append(
            [
                join(scenario, [tag("p", text, class_="meta") for text in notes]),
                effect or numbers.DASH,
                *[numbers.percent(_chance(cells.get(ratio))) for ratio, _ in sizes],
            ]
        )
    said = f"Sizes: {arms}."
    if len(methods) == 1:
        said += f" Method: {methods.pop()}."
    return table(
        join("Chance that the test rejects, by scenario and sizes", tag("small", said)),
        [
            Column("Scenario", head=True, wide=True),
            Column("Effect assumed", wide=True),
            *[Column(f"{pair[0]}\u202f:\u202f{pair[1]}", number=True) for _, pair in sizes],
        ],
        rows,
    )


def _chance(one: EffectPower | None) -> float | None:
    return one.power.power if one is not None and one.power is not None else None


def _method(one: EffectPower) -> str:
    """The method of a power with all that is needed to check it."""
    found = one.power
    if found is None:
        return ""
    kind = "exact" if found.exact else "an approximation"
    return f"{found.method}; {kind}; alpha {found.alpha:g}, {found.sides}-sided; {found.source}"
