"""Figures of the designs by time: what was simulated, each estimate with its error, and tables to pin to the wall."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from trialwright.design.figure import label_levels, sheet, something

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trialwright.simulate.timed_result import TimedResult

ERRORS = 2  # standard errors either way: about 95 % of runs
_COLOURS = (("never again", "#d9807a"), ("go up if", "#e4ead8"), ("go up", "#cfe8cf"), ("go down", "#f6d9a8"))


def figure(results: Sequence[TimedResult]) -> Figure:
    """The share of trials that select each level and the share of participants treated there, one panel for each truth;
    lines reach two standard errors either way.

    Raises UsageError DES-124 (no result), DES-127 (matplotlib is not installed).
    """
    something(bool(results))
    drawn = sheet(7.0, 2.8 * len(results) + 0.6)
    axes = drawn.subplots(len(results), 1, squeeze=False)[:, 0]
    for place, result in enumerate(results):
        _draw(axes[place], result)
    drawn.suptitle(results[0].design, fontsize=9, wrap=True)
    return drawn


def decisions(name: str, rows: Sequence[Sequence[str]]) -> Figure:
    """A decision table; `rows`: its heading, then its lines, the decision last.

    Raises UsageError DES-127 (matplotlib is not installed).
    """
    something(len(rows) > 1)
    drawn = sheet(6.5, 0.22 * len(rows) + 0.8)
    from matplotlib.transforms import Bbox  # `sheet` has said so where it is not installed

    axes = drawn.subplots()
    axes.axis("off")
    table = axes.table(
        cellText=[list(row) for row in rows[1:]],
        colLabels=list(rows[0]),
        cellColours=[["white"] * (len(row) - 1) + [_colour(row[-1])] for row in rows[1:]],
        colWidths=[0.13] * (len(rows[0]) - 1) + [0.61],
        cellLoc="center",
        bbox=Bbox.from_bounds(0.0, 0.0, 1.0, 1.0),
    )
    table.auto_set_font_size(False)
    table.set_fontsize(8)
    drawn.suptitle(f"{name}\nby the participants, DLTs and pending participants at the current level", fontsize=9)
    if any(" if T " in row[-1] for row in rows):
        drawn.supxlabel("T: the follow-up of those pending, added up, in DLT windows", fontsize=8)
    return drawn


def _colour(decision: str) -> str:
    return next((colour for words, colour in _COLOURS if words in decision), "#f4f4f4")


def _draw(axes: Axes, result: TimedResult) -> None:
    places = range(len(result.truth) + 1)
    selected = result.selection
    counted = result.n / result.n.sum(axis=1, keepdims=True).clip(min=1)
    axes.bar(
        [place - 0.2 for place in places],
        [each.value for each in selected],
        0.38,
        yerr=[ERRORS * each.se if result.trials > 1 else 0.0 for each in selected],
        capsize=3,
        color="#4c72b0",
        label="selected",
    )
    errors = counted.std(axis=0, ddof=1) / len(counted) ** 0.5 if result.trials > 1 else counted[0] * 0
    axes.bar(
        [place + 0.2 for place in places[1:]],
        counted.mean(axis=0),
        0.38,
        yerr=ERRORS * errors,
        capsize=3,
        color="#c8c8c8",
        label="share of participants who count",
    )
    label_levels(axes, result.truth)
    n, days = result.total_n, result.days
    about = f"{result.trials:,} trials, seed {result.seed}; lines: two standard errors either way"
    if result.trials > 1:
        about += f"; {n.value:.1f} ± {n.se:.1g} participants, {days.value:.0f} ± {days.se:.1g} days on average"
    axes.set_title(about, fontsize=8)
    axes.legend(fontsize=7, frameon=False, loc="upper right")


__all__ = ["decisions", "figure"]
