"""Designs as text, JSON and CSV: decision tables, exact characteristics, live states."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trialwright.design.exact import ExactResult
    from trialwright.design.examine import Examination
    from trialwright.design.rule import Action, CountingRule

LAST = "Research software: not medical advice."


def decisions_text(rule: CountingRule) -> Iterator[str]:
    """The decision table of a rule."""
    from trialwright.design.interval.boin import Boin
    from trialwright.design.interval.grid import grid
    from trialwright.design.interval.rule import IntervalRule

    yield f"{rule.name}; {rule.levels} dose levels"
    if isinstance(rule, IntervalRule):
        rows = rule.boundaries().rows(rule.cohort, rule.most)
        yield "Decisions from the participants and DLTs at the current level (-: never):"
        yield from columns(
            [
                ["  participants", *(str(row[0]) for row in rows)],
                ["  up: DLTs at most", *(_limit(row[1]) for row in rows)],
                ["  down: DLTs at least", *(_limit(row[2]) for row in rows)],
                ["  never again: DLTs at least", *(_limit(row[3]) for row in rows)],
            ]
        )
        if isinstance(rule.decisions, Boin):
            boin = rule.decisions
            yield f"  as rates: up at {boin.lambda_e:.8f} or less, down at {boin.lambda_d:.8f} or more"
        return
    found = grid(rule)
    if found is None:
        yield "It decides from the participants at all levels together: `design examine` answers for a state."
        return
    yield "Decisions from the participants and DLTs at the current level:"
    rows_ = [["  DLTs", *(f"of {n}" for n in found.columns)]]
    rows_ += [
        [f"  {y}", *(found.letters[n][y] if y <= n else "" for n in found.columns)]
        for y in range(max(found.columns) + 1)
    ]
    yield from columns(rows_)
    yield from (f"  {line}" for line in found.key())


def result_text(result: ExactResult, target: float | None, registered: int | None) -> Iterator[str]:
    """The exact characteristics at one truth."""
    yield "Exact, at these true DLT rates:"
    levels = [f"dose {level}" for level in range(1, len(result.truth) + 1)]
    yield from columns(
        [
            ["", "none", *levels, "in all"],
            ["  true DLT rate", "", *(f"{rate:g}" for rate in result.truth), ""],
            ["  selected", *(f"{value:.4f}" for value in result.selection), ""],
            ["  participants", "", *(f"{v:.3f}" for v in result.expected_n_by_level), f"{result.expected_n:.3f}"],
            ["  DLTs", "", *(f"{v:.3f}" for v in result.expected_dlts_by_level), f"{result.expected_dlts:.3f}"],
        ]
    )
    if target is not None:
        yield f"  A level with a rate above {target:g} is selected: {result.prob_selected_above(target):.4f}"
        most = len(result.n_distribution) - 1
        risks = ", ".join(f"{share:.0%}: {result.prob_overdosed(share, target):.4f}" for share in (0.6, 0.8))
        yield f"  Of {most} participants more than this share is treated above {target:g}: {risks}"
    if registered is not None:
        yield f"  More than {registered} participants, the registered number: {result.prob_n_more_than(registered):.4f}"
    ends = "; ".join(f"{why} {chance:.4f}" for why, chance in result.stop_reasons.items())
    yield f"  How it ends: {ends}"
    yield _mass([result])


def compared_text(results: Sequence[ExactResult], target: float | None, registered: int | None) -> Iterator[str]:
    """Several designs at one truth, side by side."""
    truth = results[0].truth
    yield f"Exact, at true DLT rates {', '.join(f'{rate:g}' for rate in truth)}:"
    head = ["  design", "mean N", "DLTs"]
    head += [f"N>{registered}"] if registered is not None else []
    head += ["none", *(f"dose {level}" for level in range(1, len(truth) + 1))]
    head += [f">{target:g}", "over 60%"] if target is not None else []
    rows = [head]
    for result in results:
        row = [f"  {result.rule}", f"{result.expected_n:.2f}", f"{result.expected_dlts:.2f}"]
        row += [f"{result.prob_n_more_than(registered):.3f}"] if registered is not None else []
        row += [f"{value:.3f}" for value in result.selection]
        if target is not None:
            row += [f"{result.prob_selected_above(target):.3f}", f"{result.prob_overdosed(0.6, target):.3f}"]
        rows.append(row)
    yield from columns(rows)
    yield "  none, dose 1 ...: the chance that it is selected"
    if target is not None:
        yield f"  >{target:g}: the chance that a level with a higher rate is selected"
        yield "  over 60%: the chance that more than 60 % of the most that the design can need are treated there"
    yield _mass(results)


def examined_text(seen: Examination, truth: Sequence[float] | None) -> Iterator[str]:
    """A live state: what comes now, and what each result of the cohort leads to."""
    where = "; ".join(
        f"level {j}: {y} of {n}" for j, (n, y) in enumerate(zip(seen.counts.n, seen.counts.y, strict=True), 1) if n
    )
    yield f"{seen.rule}"
    nobody = "no outcome is known" if seen.under_way else "nobody has been treated"
    yield f"DLTs so far: {where or nobody}; level {seen.counts.dose} is the current one"
    if seen.over is not None:
        yield f"The trial is over: {seen.over.reason}"
        return
    assert seen.cohort is not None
    yield ("Awaited: " if seen.under_way else "Now: ") + seen.cohort.reason
    yield f"After these {seen.cohort.size} at level {seen.cohort.dose}:"
    chances = seen.chances(list(truth)) if truth is not None else ()
    for place, item in enumerate(seen.nexts):
        broken = "" if item.treated == seen.cohort.size else f" (broken off after {item.treated})"
        chance = f" [{chances[place]:.4f}]" if chances else ""
        yield f"  {item.dlts} with a DLT{broken}{chance}: {action_text(item.action)}"


def action_text(action: Action) -> str:
    """An action in words."""
    from trialwright.design.rule import Treat

    if isinstance(action, Treat):
        return f"treat {action.size} at level {action.dose} ({action.reason})"
    return f"stop ({action.reason})"


def action_json(action: Action) -> dict[str, Any]:
    """An action as plain values."""
    from trialwright.design.rule import Treat

    if isinstance(action, Treat):
        return {"action": "treat", "level": action.dose, "size": action.size, "reason": action.reason}
    return {
        "action": "stop",
        "selected": action.selected,
        "completed": action.completed,
        "reason": action.reason,
    }


def rule_json(rule: CountingRule) -> dict[str, Any]:
    """A rule with its decision table as plain values."""
    from trialwright.design.interval.grid import grid

    found = grid(rule)
    return {
        "rule": rule.name,
        "levels": rule.levels,
        "decisions": None if found is None else {str(n): list(found.letters[n]) for n in found.columns},
    }


def result_json(result: ExactResult, target: float | None, registered: int | None) -> dict[str, Any]:
    """Exact characteristics as plain values."""
    values = result.as_dict()
    if not result.selection[1:].any():
        values["expected_rate_at_selected"] = None
    if target is not None:
        values["target"] = target
        values["prob_selected_above_target"] = result.prob_selected_above(target)
        values["prob_overdosed"] = {share: result.prob_overdosed(share, target) for share in (0.6, 0.8)}
    if registered is not None:
        values["registered"] = registered
        values["prob_n_more_than_registered"] = result.prob_n_more_than(registered)
    return values


def results_csv(results: Sequence[ExactResult]) -> str:
    """One line for each design, truth and level; level 0 stands for none selected."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["design", "truth", "level", "true_rate", "selected", "participants", "dlts"])
    for result in results:
        truth = " ".join(f"{rate:g}" for rate in result.truth)
        writer.writerow([result.rule, truth, 0, "", float(result.selection[0]), "", ""])
        columns = (result.selection[1:], result.expected_n_by_level, result.expected_dlts_by_level)
        for level, rate in enumerate(result.truth, start=1):
            writer.writerow([result.rule, truth, level, rate, *(float(column[level - 1]) for column in columns)])
    return text.getvalue()


def _mass(results: Sequence[ExactResult]) -> str:
    """The mass error; below 1e-12 it is rounding that differs from one machine to another."""
    return f"  Probabilities add up to 1 within {max(1e-12, *(result.mass_error for result in results)):.0e}."


def _limit(value: int | None) -> str:
    return "-" if value is None else str(value)


def columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns in line: the first to the left, the others to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = [
            f"{row[0]:{widths[0]}}",
            *(f"{cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True)),
        ]
        yield "  ".join(cells).rstrip()
