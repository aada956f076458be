"""Operating characteristics as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import TYPE_CHECKING

from trialwright.cli.design_text import columns

if TYPE_CHECKING:
    from trialwright.simulate.operating import Characteristics
    from trialwright.simulate.runs import MonteCarlo


def as_text(found: Characteristics) -> str:
    """The characteristics in a few lines to a reading of the rule, a size or an outcome; each figure named."""
    lines = [f"{found.trial or 'This trial'}: {found.design}", *_rules(found), *_estimated(found)]
    lines += [*_one_arm(found), *_single_arm(found), *_powers(found)]
    lines += [f"{problem.severity.value} {problem.code}: {problem.message}" for problem in found.problems]
    lines.append("Research software: not medical advice. --json gives every figure.")
    return "\n".join(lines)


def _rules(found: Characteristics) -> Iterator[str]:
    if not found.rules:
        return
    truth = found.truths[0]
    rates = ", ".join(f"{rate:g}" for rate in truth.rates)
    yield f"Exact, at true DLT rates {rates}:"
    if len(found.truths) > 1:
        yield "(an example; give your own with --truth, one rate for each dose level)"
    readings = found.under(truth)
    width = max(len(item.rule) for item in readings)
    levels = len(truth.rates)
    target = next((item.registered for item in readings if item.registered is not None), None)
    head = f"  {'reading of the rule':{width}}  mean N" + (f"{f'N<={target.n}':>8}" if target else "")
    yield head + f"{'none':>8}" + "".join(f"{f'dose {level}':>8}" for level in range(1, levels + 1)) + "  as planned"
    for item in readings:
        within = f"{item.registered.prob_at_most:8.3f}" if target and item.registered else ""
        chosen = "".join(f"{value:8.3f}" for value in item.selection)
        yield f"  {item.rule:{width}}  {item.expected_n:6.2f}{within}{chosen}  {item.prob_completed:10.3f}"
    yield "  (none, dose 1 ...: the chance that it is selected; as planned: not stopped for toxicity)"
    if target is not None:
        known = {"ESTIMATED": "is the target", "ACTUAL": "is the number enrolled"}.get(target.type or "")
        yield f"  N<={target.n}: the chance that {target.n} participants, the registered number, are enough. " + (
            f"It {known}." if known else "Whether it is the target or the number enrolled is not known."
        )
    worst = max(1e-12, *(item.mass_error for item in readings))
    yield f"  Probabilities add up to 1 within {worst:.0e}."


def _estimated(found: Characteristics) -> Iterator[str]:
    """Each rule that decides by days, by Monte Carlo; every figure with its standard error."""
    for item in found.estimated:
        runs, levels, conduct = item.runs, len(item.truth.rates), item.scenario.conduct
        yield f"Monte Carlo, {item.rule}"
        yield f"  ({item.why}), at true DLT rates {', '.join(f'{rate:g}' for rate in item.truth.rates)}:"
        if len(found.truths) > 1:
            yield "  (an example; give your own with --truth, one rate for each dose level)"
        yield f"  {len(runs.endings):,} simulated trials, seed {runs.seed}; each figure with its standard error (+-)"
        yield (
            f"  {conduct.accrual:g} candidates a day, {conduct.screen_failure:.0%} fail screening, "
            f"{conduct.drop_out:.0%} drop out (participants: all who enter, those replaced too); "
            f"scenario {item.scenario.name!r}"
        )
        rows = [["", "none", *(f"dose {level}" for level in range(1, levels + 1)), "in all"]]
        for what, values in (
            ("selected", (*runs.selection(levels), None)),
            ("participants", (None, *runs.expected_n_by_level, runs.expected_n)),
            ("DLTs", (None, *runs.expected_dlts_by_level, runs.expected_dlts)),
        ):
            places = 3 if what == "selected" else 2
            rows.append([what, *("" if each is None else _with_error(each, places) for each in values)])
        yield from (f"  {line}" for line in columns(rows))
        yield f"  not stopped for toxicity {_with_error(runs.prob_completed, 3)}; ends on day " + _with_error(
            runs.expected_days, 1
        )
        if item.backfills:
            yield f"  {_with_error(runs.expected_backfilled, 2)} of the participants enter by backfill"
        if item.registered is not None:
            enough = _with_error(runs.prob_n_at_most(item.registered), 3)
            yield f"  N<={item.registered}: {enough}, the chance that the registered number is enough for all who enter"
        if runs.cut_off:
            yield f"  {runs.cut_off:,} trials were cut off before their end; they count as selecting no dose"


def _with_error(each: MonteCarlo, places: int) -> str:
    if not isfinite(each.value):
        return "not known"
    return f"{each.value:.{places}f}" + (f" +-{each.se:.{places}f}" if isfinite(each.se) else " (error not known)")


def _one_arm(found: Characteristics) -> Iterator[str]:
    """Two stages and monitored events, where each outcome that is looked at is known before more participants enter."""
    for item in found.one_arm:
        yield f"Exact, {item.rule} ({item.event}):"
        for stage in item.stages:
            yield (
                f"  at a true rate of {stage.rate:g}: promising {stage.prob_promising:.4f}, stopped after the first "
                f"stage {stage.prob_stopped_early:.4f}, {stage.expected_n:.2f} participants expected"
            )
        for row in item.monitored:
            yield (
                f"  at a true rate of {row['rate']:g}: bound reached {row['prob_crossed']:.4f}, before the end "
                f"{row['prob_stopped_early']:.4f}, {row['expected_n']:.2f} participants expected"
            )
    if len(found.one_arm) > 1:
        yield "  (each rule by itself, as if the other were not there)"


def _single_arm(found: Characteristics) -> Iterator[str]:
    if found.binomial is None:
        return
    yield f"What {found.binomial.n} participants can say of a rate (95 % interval, Clopper-Pearson):"
    for item in found.binomial.statements:
        yield f"  {item.events:4} of {item.n}: {item.lower:.1%} to {item.upper:.1%}"
    for seen in found.binomial.detection:
        yield f"  An event of true rate {seen.rate:g} is seen at least once with probability {seen.at_least_one:.3f}."


def _powers(found: Characteristics) -> Iterator[str]:
    for split in found.splits:
        yield f"Sizes {' : '.join(map(str, split.sizes))} ({split.basis})"
    for power in found.powers:
        sizes = " : ".join(map(str, power.sizes))
        what = f"  {power.outcome}, {power.scenario}, sizes {sizes}: "
        if power.power is None:
            yield f"{what}no power, because {power.note}"
        else:
            yield f"{what}power {power.power.power:.3f} ({power.power.method})"
    if found.overall:
        first = found.overall[0]
        sizes = " : ".join(map(str, first.sizes))
        yield f"A dose is selected and then found to differ from control, by {first.rule}, sizes {sizes}:"
        for item in found.overall:
            if (item.rule, item.truth, item.sizes) == (first.rule, first.truth, first.sizes):
                yield f"  {item.scenario}: {item.success:.3f}" + ("" if item.se is None else f" +-{item.se:.3f}")
        yield "  (the other readings, truths and sizes: --json)"
