"""Ordinal scores: their distribution by group, and the win odds with the Wilcoxon test that belongs to them."""

from __future__ import annotations

from collections.abc import Sequence

from trialwright.analyse.derive import Value, visits, worst_ranked
from trialwright.analyse.descriptive import summarise
from trialwright.analyse.layout import Contrast, Group, Task, tally
from trialwright.analyse.measured import NOT_PLACED, Derive, at, guarded, left_out, nothing, numbers, ranks_deaths
from trialwright.analyse.ordinal import distribution, win_odds
from trialwright.analyse.rank import rank_sum
from trialwright.analyse.rows import Estimate
from trialwright.protocol.outcomes import Direction, Parameter


def ordered(task: Task, parameter: Parameter) -> list[Estimate]:
    """Rows of an ordinal score: its distribution by group, and the win odds with their Wilcoxon test."""
    planned = visits(task.outcome, parameter, task.schedule)
    if not planned:
        return [task.row(None, "win odds", None, parameter=parameter.code, note=NOT_PLACED)]
    rows: list[Estimate] = []
    for visit in planned:
        derive = at(task, parameter, visit, False)
        for group in task.layout.groups:
            rows += _distribution(task, parameter, visit.name, group, [derive(person) for person in group.members])
        for contrast in task.layout.contrasts:
            rows.append(_wins(task, parameter, visit.name, contrast, derive))
    if task.layout.contrasts:
        note = "not computed: this version fits no proportional-odds model; the win odds stand"
        rows.append(
            task.row(None, "odds ratio", None, method="proportional-odds model", parameter=parameter.code, note=note)
        )
    return rows


def _distribution(
    task: Task, parameter: Parameter, visit: str, group: Group, values: Sequence[Value]
) -> list[Estimate]:
    sample, missing, labels = numbers(values), tally(values), dict(parameter.categories)
    if not sample:
        return [
            task.row(
                group,
                "in category",
                None,
                visit=visit,
                n=0,
                missing=missing,
                parameter=parameter.code,
                note=nothing(group),
            )
        ]
    counts = {float(score): 0 for score in labels} | distribution(sample)
    rows = []
    for score, count in sorted(counts.items()):
        label = labels.get(round(score), "") if score == round(score) else ""
        rows.append(
            task.row(
                group,
                f"in category {score:g}",
                count / len(sample),
                visit=visit,
                unit="proportion",
                method="descriptive",
                n=len(sample),
                count=count,
                missing=missing,
                parameter=parameter.code,
                note=label,
            )
        )
    median = summarise(sample).median
    rows.append(
        task.row(
            group,
            "median",
            median,
            visit=visit,
            unit="score",
            method="descriptive",
            n=len(sample),
            missing=missing,
            parameter=parameter.code,
        )
    )
    return rows


def _wins(task: Task, parameter: Parameter, visit: str, contrast: Contrast, derive: Derive) -> Estimate:
    first = [derive(person) for person in contrast.first.members]
    both = [*first, *(derive(person) for person in contrast.second.members)]
    ranked = ranks_deaths(task, both)
    scores = worst_ranked(both, task.outcome.direction)[0] if ranked else [v.value for v in both]
    x = [score for score in scores[: len(first)] if score is not None]
    y = [score for score in scores[len(first) :] if score is not None]
    missing = tally(v for v, score in zip(both, scores, strict=True) if score is None)
    unstated = task.outcome.direction is Direction.UNSTATED
    name = "odds of a higher score" if unstated else "win odds"
    if not x or not y:
        note = f"nobody has a value in {contrast.second.name if x else contrast.first.name}"
        return task.row(
            contrast, name, None, visit=visit, n=len(x) + len(y), missing=missing, parameter=parameter.code, note=note
        )
    wins = win_odds(x, y, lower_is_better=task.outcome.direction is Direction.LOWER)
    result = rank_sum(x, y)
    _, _, _, p, notes = guarded(result, min(len(x), len(y)), "deaths are ranked worst" if ranked else "")
    notes = [note for note in notes if "interval of" not in note]
    if wins.odds is None:
        notes.append("no loss and no tie: the odds are infinite")
    notes += left_out(missing)
    return task.row(
        contrast,
        name,
        wins.odds,
        visit=visit,
        p=p,
        method=f"win odds, ties counted half; {result.method}",
        n=len(x) + len(y),
        missing=missing,
        parameter=parameter.code,
        note="; ".join(notes),
    )
