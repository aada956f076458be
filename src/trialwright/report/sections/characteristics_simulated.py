"""Characteristics that are not exact: a rule that decides by days, by Monte Carlo, each figure with its error."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from trialwright.report import numbers
from trialwright.report.markup import Child, Column, Markup, join, table, tag
from trialwright.report.sections.characteristics_rules import rates
from trialwright.simulate.estimated import Estimated
from trialwright.simulate.runs import MonteCarlo

PERCENT, MEAN, DAYS = (100.0, 1, "%"), (1.0, 2, ""), (1.0, 1, "")


def estimated(rules: Sequence[Estimated]) -> Markup | None:
    """Every rule that was simulated, under the usual truth."""
    if not rules:
        return None
    return join(tag("h3", "What many simulated trials say"), [_one(rule) for rule in rules])


def _one(rule: Estimated) -> Markup:
    conduct, runs = rule.scenario.conduct, rule.runs
    fail, leave = (numbers.percent(share, 0) for share in (conduct.screen_failure, conduct.drop_out))
    ground = (
        f"{numbers.plural(len(runs.endings), 'simulated trial')}, seed {runs.seed}; estimates ± standard errors. "
        f"True DLT rates {rates(rule.truth)}."
    )
    return join(
        tag(
            "p",
            tag("b", f"Rule: {rule.rule}. "),
            f"It has no exact characteristics: {rule.why}. Monte Carlo, {ground} Taken for true, by scenario "
            f"{rule.scenario.name}: {conduct.accrual:g} candidates a day, of whom {fail} fail screening; "
            f"{leave} of participants drop out and may have to be replaced. "
            "Participants are all who enter, those who are replaced included.",
        ),
        _levels(rule, ground),
        _whole(rule, ground),
    )


def _levels(rule: Estimated, ground: str) -> Markup:
    runs, levels = rule.runs, len(rule.truth.rates)
    selected = runs.selection(levels)
    rows: list[tuple[Child, ...]] = [("No dose", shown(selected[0], PERCENT), "", "")]
    rows += [
        (f"Level {level}", shown(chosen, PERCENT), shown(n, MEAN), shown(dlts, MEAN))
        for level, (chosen, n, dlts) in enumerate(
            zip(selected[1:], runs.expected_n_by_level, runs.expected_dlts_by_level, strict=True), start=1
        )
    ]
    rows.append(("In all", "", shown(runs.expected_n, MEAN), shown(runs.expected_dlts, MEAN)))
    return table(
        join("Level selected, participants and DLTs", tag("small", ground)),
        [
            Column("Dose level", head=True),
            Column("Selected", number=True),
            Column("Participants", number=True),
            Column("DLTs", number=True),
        ],
        rows,
    )


def _whole(rule: Estimated, ground: str) -> Markup:
    runs = rule.runs
    rows: list[tuple[Child, ...]] = [
        ("Not stopped for toxicity", shown(runs.prob_completed, PERCENT)),
        ("Trial day on which enrolment is over", shown(runs.expected_days, DAYS)),
    ]
    if rule.backfills:
        rows.append(("Participants who enter by backfill", shown(runs.expected_backfilled, MEAN)))
    if rule.registered is not None:
        what = f"The registered number, {rule.registered}, is enough for all who enter"
        rows.append((what, shown(runs.prob_n_at_most(rule.registered), PERCENT)))
    if runs.cut_off:
        rows.append(("Trials cut off before their end, counted as selecting no dose", str(runs.cut_off)))
    columns = [Column("Of the whole trial", head=True, wide=True), Column("Estimate", number=True)]
    return table(join("The trial as a whole", tag("small", ground)), columns, rows)


def shown(each: MonteCarlo, scale: tuple[float, int, str]) -> str:
    """An estimate with its standard error. `scale`: a factor, decimals and a unit.

    >>> shown(MonteCarlo(0.125, 0.0234), PERCENT)
    '12.5 ± 2.3%'
    """
    factor, decimals, unit = scale
    if not isfinite(each.value):
        return "not known"
    if not isfinite(each.se):
        return f"{each.value * factor:.{decimals}f}{unit} (error not known)"
    return f"{each.value * factor:.{decimals}f} ± {each.se * factor:.{decimals}f}{unit}"
