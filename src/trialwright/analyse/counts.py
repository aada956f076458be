"""Proportions by group with exact intervals, and risk differences between groups."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trialwright.analyse.layout import Contrast, Group, Task
from trialwright.analyse.proportion import (
    CLOPPER_PEARSON,
    FISHER,
    FISHER_ODDS,
    NEWCOMBE,
    clopper_pearson,
    fisher,
    newcombe,
)
from trialwright.analyse.rows import Estimate

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Count:
    """How many of `n` participants have an event; `missing`: those of whom it is not known, by reason."""

    events: int
    n: int
    missing: Mapping[str, int]


def proportion_row(
    task: Task, group: Group, name: str, count: Count, *, visit: str = "", parameter: str = "", note: str = ""
) -> Estimate:
    """The proportion in one group with its Clopper-Pearson interval."""
    if not count.n:
        note = "; ".join(
            part for part in (note, "nobody has a value" if group.members else "nobody is in this group") if part
        )
        return task.row(
            group,
            name,
            None,
            visit=visit,
            unit="proportion",
            n=0,
            count=0,
            missing=count.missing,
            parameter=parameter,
            note=note,
        )
    interval = clopper_pearson(count.events, count.n, level=LEVEL)
    return task.row(
        group,
        name,
        interval.estimate,
        visit=visit,
        unit="proportion",
        lower=interval.lower,
        upper=interval.upper,
        level=LEVEL,
        method=CLOPPER_PEARSON,
        n=count.n,
        count=count.events,
        missing=count.missing,
        parameter=parameter,
        note=note,
    )


def contrast_rows(
    task: Task,
    contrast: Contrast,
    name: str,
    counts: tuple[Count, Count],
    *,
    visit: str = "",
    parameter: str = "",
    test: bool = True,
    note: str = "",
) -> list[Estimate]:
    """The risk difference, first minus second, with Newcombe's interval; if asked, Fisher's p and the odds ratio."""
    first, second = counts
    missing = {
        reason: first.missing.get(reason, 0) + second.missing.get(reason, 0)
        for reason in sorted({*first.missing, *second.missing})
    }
    shared = {"visit": visit, "parameter": parameter, "n": first.n + second.n, "missing": missing}
    if not first.n or not second.n:
        empty = contrast.second.name if first.n else contrast.first.name
        return [task.row(contrast, f"risk difference, {name}", None, note=f"nobody has a value in {empty}", **shared)]  # type: ignore[arg-type]
    difference = newcombe(first.events, first.n, second.events, second.n, level=LEVEL)
    exact = fisher(first.events, second.events, first.n - first.events, second.n - second.events, level=LEVEL)
    rows = [
        task.row(
            contrast,
            f"risk difference, {name}",
            difference.estimate,
            unit="proportion",
            lower=difference.lower,
            upper=difference.upper,
            level=LEVEL,
            p=exact.p if test else None,
            method=f"{NEWCOMBE}; {FISHER}" if test else NEWCOMBE,
            note=note,
            **shared,  # type: ignore[arg-type]
        )
    ]
    if test:
        rows.append(_odds(task, contrast, name, (exact.odds_ratio, exact.lower, exact.upper), note, shared))
    return rows


def _odds(
    task: Task,
    contrast: Contrast,
    name: str,
    figures: Sequence[float],
    note: str,
    shared: Mapping[str, object],
) -> Estimate:
    """The odds ratio row; an infinite or undefined figure is left blank and named."""
    odds, lower, upper = (figure if math.isfinite(figure) else None for figure in figures)
    words = [note] if note else []
    if math.isnan(figures[0]):
        words.append("undefined: nobody, or everybody, has the event")
        lower = upper = None
    elif odds is None:
        words.append("the estimate and the upper bound are infinite")
    elif upper is None:
        words.append("the upper bound is infinite")
    return task.row(
        contrast,
        f"odds ratio, {name}",
        odds,
        lower=lower,
        upper=upper,
        level=LEVEL if lower is not None else None,
        method=FISHER_ODDS,
        note="; ".join(words),
        **shared,  # type: ignore[arg-type]
    )
