"""Measured quantities: description by group, and Wilcoxon tests with their estimates of shift."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from trialwright.analyse.derive import (
    DIED,
    Value,
    Visit,
    at_visit,
    baseline,
    dies_composite,
    duration,
    horizons,
    relative_change,
    visits,
    worst_ranked,
)
from trialwright.analyse.descriptive import summarise
from trialwright.analyse.layout import FEW, Contrast, Group, Task, tally
from trialwright.analyse.observed import Participant
from trialwright.analyse.rank import RankTest, rank_sum, signed_rank
from trialwright.analyse.rows import Estimate
from trialwright.protocol.outcomes import Direction, Parameter

NOT_PLACED = "not computed: neither the time frame nor the schedule says when it is measured"
LEFT_OUT = "participants without a value are left out"
UNABLE = "participants unable to be measured are left out, not ranked worst"
SHIFT = "Hodges-Lehmann shift"
RELATIVE = f"{SHIFT} of the change in percent of baseline"
POINTS = "percentage points"
EITHER = "the record does not say whether the change is absolute or relative to baseline"
_SHARE = re.compile(r"\b(proportion|fraction|share|percentage) of\b", re.IGNORECASE)

Derive = Callable[[Participant], Value]


def continuous(task: Task, parameter: Parameter) -> list[Estimate]:
    """Rows of a measured quantity: each visit described by group, then contrasted or tested within participants."""
    change = task.outcome.derivation.change
    planned = visits(task.outcome, parameter, task.schedule)
    if not planned:
        return [task.row(None, SHIFT, None, parameter=parameter.code, note=NOT_PLACED)]
    rows = _at_baseline(task, parameter) if change else []
    unit = POINTS if change and parameter.unit == "%" else None
    for visit in planned:
        rows += _one_visit(task, parameter, visit.name, at(task, parameter, visit, change), unit=unit)
        if change and parameter.unit == "%" and _SHARE.search(parameter.name):
            rows += [_relative(task, parameter, visit, contrast) for contrast in task.layout.contrasts]
    rows.append(_adjusted(task, parameter, len(planned)))
    return rows


def counted(task: Task, parameter: Parameter) -> list[Estimate]:
    """Rows of a number of events per participant: as a measured quantity, its own model named as not computed."""
    planned = visits(task.outcome, parameter, task.schedule)
    if not planned:
        return [task.row(None, SHIFT, None, parameter=parameter.code, note=NOT_PLACED)]
    rows = []
    for visit in planned:
        rows += _one_visit(task, parameter, visit.name, at(task, parameter, visit, task.outcome.derivation.change))
    if task.layout.contrasts:
        note = "not computed: this version fits no count model; the rank-based comparison stands"
        rows.append(
            task.row(None, "rate ratio", None, method="negative binomial model", parameter=parameter.code, note=note)
        )
    return rows


def lasting(task: Task, parameter: Parameter) -> list[Estimate]:
    """Rows of a duration in days up to each of the outcome's days."""
    until = horizons(task.outcome, task.schedule)
    if not until:
        return [task.row(None, SHIFT, None, parameter=parameter.code, note=NOT_PLACED)]
    rows: list[Estimate] = []
    for last in until:
        rows += _one_visit(
            task, parameter, f"0 to {last}", _up_to(task, parameter, last), unit=parameter.unit or "days"
        )
    return rows


def _up_to(task: Task, parameter: Parameter, last: int) -> Derive:
    return lambda person: duration(task.observed, person, task.outcome, parameter, last)


def at(task: Task, parameter: Parameter, visit: Visit, change: bool) -> Derive:
    """What derives a participant's value at a visit."""
    return lambda person: at_visit(task.observed, person, parameter, visit, change=change)


def numbers(values: Iterable[Value]) -> list[float]:
    """The values of those who have one."""
    return [value.value for value in values if value.value is not None]


def _at_baseline(task: Task, parameter: Parameter) -> list[Estimate]:
    rows = []
    for group in task.layout.groups:
        found = [baseline(task.observed, person, parameter) for person in group.members]
        values = [
            Value(p.id, v, None if v is not None else "not recorded") for p, v in zip(group.members, found, strict=True)
        ]
        rows += describe(task, parameter, "baseline", group, values, parameter.unit or "")
    return rows


def _one_visit(
    task: Task, parameter: Parameter, visit: str, derive: Derive, *, unit: str | None = None
) -> list[Estimate]:
    unit = parameter.unit or "" if unit is None else unit
    rows: list[Estimate] = []
    for group in task.layout.groups:
        values = [derive(person) for person in group.members]
        rows += describe(task, parameter, visit, group, values, unit)
        if task.layout.one_sample:
            rows.append(_within(task, parameter, visit, group, values, unit))
    for contrast in task.layout.contrasts:
        rows += _shift(task, parameter, visit, contrast, derive, unit)
    return rows


def describe(
    task: Task, parameter: Parameter, visit: str, group: Group, values: Sequence[Value], unit: str
) -> list[Estimate]:
    """The descriptive rows of one group at one visit."""
    summary, missing = summarise(numbers(values)), tally(values)
    figures: tuple[tuple[str, float | None], ...] = (
        ("mean", summary.mean),
        ("standard deviation", summary.sd),
        ("median", summary.median),
        ("lower quartile", summary.q1),
        ("upper quartile", summary.q3),
        ("minimum", summary.minimum),
        ("maximum", summary.maximum),
    )
    if not summary.n:
        figures = (("mean", None), ("median", None))
    note = "" if summary.n else nothing(group)
    return [
        task.row(
            group,
            name,
            value,
            visit=visit,
            unit=unit,
            method="descriptive",
            n=summary.n,
            missing=missing,
            parameter=parameter.code,
            note=note if value is None and note else ("needs two values" if value is None else ""),
        )
        for name, value in figures
    ]


def nothing(group: Group) -> str:
    """Why a group has no figure."""
    return "nobody has a value" if group.members else "nobody is in this group"


def _within(task: Task, parameter: Parameter, visit: str, group: Group, values: Sequence[Value], unit: str) -> Estimate:
    """The one-sample estimate: within-participant change, or where the values lie."""
    change = task.outcome.derivation.change
    sample, missing = numbers(values), tally(values)
    if not sample:
        return task.row(
            group,
            "pseudomedian",
            None,
            visit=visit,
            unit=unit,
            n=0,
            missing=missing,
            parameter=parameter.code,
            note=nothing(group),
        )
    result = signed_rank(sample)
    unchanged = sum(value == 0 for value in sample)
    estimate, lower, upper, p, notes = guarded(result, len(sample) - unchanged, "")
    if unchanged:
        notes.append(f"{unchanged} without any change are left out of the test and of its estimate")
    if change:
        notes.append("tests change within participants; it compares no treatments")
    return task.row(
        group,
        "pseudomedian",
        estimate,
        visit=visit,
        unit=unit,
        lower=lower,
        upper=upper,
        level=result.level if lower is not None else None,
        p=p if change else None,
        method=result.method,
        n=len(sample),
        missing=missing,
        parameter=parameter.code,
        note="; ".join(notes),
    )


def guarded(
    result: RankTest, smallest: int, what: str
) -> tuple[float | None, float | None, float | None, float | None, list[str]]:
    """Estimate, interval and p of a rank test as far as so few values support them, and the notes that say so."""
    notes = [what] if what else []
    estimate, lower, upper, p = result.median, result.lower, result.upper, result.p
    if not result.method.endswith("exact") and smallest < FEW:
        lower = upper = p = None
        notes.append(f"ties and fewer than {FEW} participants in a group: no approximate interval or p")
    elif lower is None:
        notes.append("too few different values for an interval")
    elif result.level < 0.95:
        notes.append(f"so few values allow an interval of {100 * result.level:.3g}% at most")
    return estimate, lower, upper, p, notes


def _shift(
    task: Task, parameter: Parameter, visit: str, contrast: Contrast, derive: Derive, unit: str
) -> list[Estimate]:
    """The shift between two groups; with deaths ranked worst where the outcome says that death is part of it."""
    first = [derive(person) for person in contrast.first.members]
    second = [derive(person) for person in contrast.second.members]
    ranked = ranks_deaths(task, [*first, *second])
    rows = [_shift_row(task, parameter, visit, contrast, (first, second), unit, ranked)]
    if ranked:
        rows.append(_survivors(task, parameter, visit, contrast, (first, second), unit))
    return rows


def left_out(missing: Mapping[str, int]) -> list[str]:
    """What a comparison must say of those without a value."""
    return [LEFT_OUT] * bool(missing) + [UNABLE] * ("unable" in missing)


def _relative(task: Task, parameter: Parameter, visit: Visit, contrast: Contrast) -> Estimate:
    """The shift of the change in percent of baseline, beside that in percentage points; the p stands there."""

    def derive(person: Participant) -> Value:
        return relative_change(task.observed, person, parameter, visit)

    row = _shift(task, parameter, visit.name, contrast, derive, "%")[0]
    return replace(row, statistic=RELATIVE, p=None, note="; ".join(part for part in (row.note, EITHER) if part))


def ranks_deaths(task: Task, values: Sequence[Value]) -> bool:
    """Whether deaths take the worst ranks: the outcome says so, it is known which way is worse, and somebody died."""
    return (
        dies_composite(task.outcome)
        and task.outcome.direction is not Direction.UNSTATED
        and any(value.missing == DIED and value.died is not None for value in values)
    )


def _shift_row(
    task: Task,
    parameter: Parameter,
    visit: str,
    contrast: Contrast,
    values: tuple[Sequence[Value], Sequence[Value]],
    unit: str,
    ranked: bool,
) -> Estimate:
    both = [*values[0], *values[1]]
    scores, span = worst_ranked(both, task.outcome.direction) if ranked else ([v.value for v in both], None)
    x = [score for score in scores[: len(values[0])] if score is not None]
    y = [score for score in scores[len(values[0]) :] if score is not None]
    missing = tally(v for v, score in zip(both, scores, strict=True) if score is None)
    if not x or not y:
        note = f"nobody has a value in {contrast.second.name if x else contrast.first.name}"
        return task.row(
            contrast,
            SHIFT,
            None,
            visit=visit,
            unit=unit,
            n=len(x) + len(y),
            missing=missing,
            parameter=parameter.code,
            note=note,
        )
    result = rank_sum(x, y)
    estimate, lower, upper, p, notes = guarded(result, min(len(x), len(y)), "deaths are ranked worst" if ranked else "")
    if span is not None:
        outside = [b is not None and abs(b) > span for b in (estimate, lower, upper)]
        if any(outside):
            notes.append("a figure that rests on deaths alone has no size and is left blank")
        estimate, lower, upper = (
            None if out else figure for out, figure in zip(outside, (estimate, lower, upper), strict=True)
        )
    elif any(v.missing == DIED for v in both):
        notes.append("participants who died have no value and are left out")
    notes += left_out(missing)
    return task.row(
        contrast,
        SHIFT,
        estimate,
        visit=visit,
        unit=unit,
        lower=lower,
        upper=upper,
        level=result.level if lower is not None or upper is not None else None,
        p=p,
        method=result.method,
        n=len(x) + len(y),
        missing=missing,
        parameter=parameter.code,
        note="; ".join(notes),
    )


def _survivors(
    task: Task,
    parameter: Parameter,
    visit: str,
    contrast: Contrast,
    values: tuple[Sequence[Value], Sequence[Value]],
    unit: str,
) -> Estimate:
    """The shift among those who have a value, for its size; without a p, for death has sorted them."""
    x, y = numbers(values[0]), numbers(values[1])
    missing = tally([*values[0], *values[1]])
    if not x or not y:
        return task.row(
            contrast,
            f"{SHIFT}, survivors",
            None,
            visit=visit,
            unit=unit,
            parameter=parameter.code,
            missing=missing,
            n=len(x) + len(y),
            note="nobody has a value in one of the groups",
        )
    result = rank_sum(x, y)
    estimate, lower, upper, _, notes = guarded(
        result, min(len(x), len(y)), "a comparison of survivors is not randomised"
    )
    return task.row(
        contrast,
        f"{SHIFT}, survivors",
        estimate,
        visit=visit,
        unit=unit,
        lower=lower,
        upper=upper,
        level=result.level if lower is not None else None,
        method=result.method,
        n=len(x) + len(y),
        missing=missing,
        parameter=parameter.code,
        note="; ".join(notes),
    )


def _adjusted(task: Task, parameter: Parameter, planned: int) -> Estimate:
    """The row that says which model the design calls for and is not computed here."""
    if not task.layout.contrasts:
        return task.row(
            None,
            "difference between groups",
            None,
            parameter=parameter.code,
            note=f"no contrast: {task.layout.no_contrast}",
        )
    method = "mixed model for repeated measures" if planned > 1 else "analysis of covariance with the baseline value"
    return task.row(
        None,
        "adjusted mean difference",
        None,
        method=method,
        parameter=parameter.code,
        note=f"not computed: this version fits no {method.split(' with ')[0]}; the rank-based comparison stands",
    )
