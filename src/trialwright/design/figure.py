"""Figures of a design: the decision table to pin to the wall, and what it implies at a truth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from trialwright.core.errors import UsageError
from trialwright.design.interval.grid import Grid

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trialwright.design.exact import ExactResult

FORMATS = (".svg", ".pdf", ".png")
# light, and apart also in grey: the letters carry the meaning
_COLOURS = {"E": "#cfe8cf", "S": "#f4f4f4", "D": "#f6d9a8", "DU": "#d9807a"}


def figure(grid: Grid | None, results: list[ExactResult]) -> Figure:
    """The decision table, where there is one, above the chance of selection and the share of participants at each level
    for each result. Raises UsageError DES-124 where there is neither."""
    something(grid is not None or bool(results))
    parts = ([_table_height(grid)] if grid is not None else []) + [2.6] * len(results)
    width = max(6.5, 0.42 * len(grid.columns) + 2.0 if grid is not None else 0)
    drawn = sheet(width, sum(parts) + 0.6)
    axes = drawn.subplots(len(parts), 1, height_ratios=parts, squeeze=False)[:, 0]
    if grid is not None:
        _draw_table(axes[0], grid)
    for place, result in enumerate(results, start=int(grid is not None)):
        _draw_result(axes[place], result)
    drawn.suptitle(grid.rule if grid is not None else results[0].rule, fontsize=9, wrap=True)
    return drawn


def something(there_is: bool) -> None:
    """Raises UsageError DES-124 where there is nothing to draw."""
    if not there_is:
        raise UsageError(
            "DES-124",
            "a figure of nothing: no decision table and no true DLT rates",
            expected="a design that decides by a table, or true rates to draw its characteristics at",
            mend="give --truth",
        )


def sheet(width: float, height: float) -> Figure:
    """An empty figure of this size in inches. Raises UsageError DES-127 where matplotlib is not installed."""
    try:
        from matplotlib.figure import Figure
    except ImportError as fault:
        raise UsageError(
            "DES-127",
            "this figure needs matplotlib, which is not installed",
            expected="trialwright installed with its figures",
            mend="pip install 'trialwright[figures]', or leave out --figure",
        ) from fault
    return Figure(figsize=(width, height), layout="constrained")


def compared(by_design: list[list[ExactResult]]) -> Figure:
    """The chance that each level is selected under each design; one panel for each truth.

    Raises UsageError DES-124 without a truth.
    """
    something(bool(by_design and by_design[0]))
    truths = len(by_design[0])
    drawn = sheet(7.5, 3.0 * truths + 0.3 * len(by_design))
    axes = drawn.subplots(truths, 1, squeeze=False)[:, 0]
    thickness = 0.8 / len(by_design)
    for place, results in enumerate(zip(*by_design, strict=True)):
        for k, result in enumerate(results):
            shift = (k - (len(by_design) - 1) / 2) * thickness
            at = [level + shift for level in range(len(result.selection))]
            axes[place].bar(at, result.selection, 0.9 * thickness, label=result.rule)
        label_levels(axes[place], results[0].truth)
        axes[place].set_ylabel("chance of being selected", fontsize=8)
    axes[0].figure.legend(*axes[0].get_legend_handles_labels(), fontsize=7, frameon=False, loc="outside lower center")
    return drawn


def write(drawn: Figure, path: Path) -> None:
    """Write a figure as SVG, PDF or PNG, as the file's ending says. Raises UsageError DES-124 for another ending."""
    import matplotlib

    if path.suffix.lower() not in FORMATS:
        raise UsageError("DES-124", f"a figure as {path.name!r}", expected="a file that ends in .svg, .pdf or .png")
    # no date and fixed identifiers: the same figure gives the same file
    metadata = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}, ".png": {}}[path.suffix.lower()]
    with matplotlib.rc_context({"svg.hashsalt": "trialwright", "svg.fonttype": "none"}):
        drawn.savefig(path, metadata=metadata)


def _table_height(grid: Grid) -> float:
    return 0.24 * _shown_rows(grid) + 1.3


def _shown_rows(grid: Grid) -> int:
    """Rows below the last that is not "never again" everywhere are left out."""
    last = max((y for n in grid.columns for y, letter in enumerate(grid.letters[n]) if letter != "DU"), default=0)
    return min(grid.rows, last + 2)


def _draw_table(axes: Axes, grid: Grid) -> None:
    rows = _shown_rows(grid)
    for i, n in enumerate(grid.columns):
        for y in range(min(rows, n + 1)):
            letter = grid.letters[n][y]
            axes.fill_between([i, i + 1], y, y + 1, facecolor=_COLOURS[letter], edgecolor="white", linewidth=1)
            axes.text(i + 0.5, y + 0.5, letter, ha="center", va="center", fontsize=8)
    axes.set_xlim(0, len(grid.columns))
    axes.set_ylim(rows, 0)
    axes.set_xticks([i + 0.5 for i in range(len(grid.columns))], [str(n) for n in grid.columns])
    axes.set_yticks(
        [y + 0.5 for y in range(rows)], [str(y) if y < rows - 1 or rows == grid.rows else f"{y}+" for y in range(rows)]
    )
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.set_xlabel("participants treated at the current level")
    axes.set_ylabel("of them with a DLT")
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.text(0, -0.04, "\n".join(grid.key()), transform=axes.transAxes, va="top", fontsize=7)


def _draw_result(axes: Axes, result: ExactResult) -> None:
    levels = len(result.truth)
    places = range(levels + 1)
    shares = [0.0, *(result.expected_n_by_level / result.expected_n)]
    left = axes.bar([p - 0.2 for p in places], result.selection, 0.38, color="#4c72b0", label="selected")
    axes.bar([p + 0.2 for p in places[1:]], shares[1:], 0.38, color="#c8c8c8", label="share of participants")
    axes.bar_label(left, [f"{value:.3f}" for value in result.selection], fontsize=7)
    label_levels(axes, result.truth)
    axes.set_title(f"Exact, by true DLT rate; on average {result.expected_n:.1f} participants", fontsize=8)
    axes.legend(fontsize=7, frameon=False, loc="upper right")


def label_levels(axes: Axes, truth: tuple[float, ...]) -> None:
    """Name none and each level with its true DLT rate, beneath a scale of probabilities."""
    names = [f"level {j}\n{rate:g}" for j, rate in enumerate(truth, start=1)]
    axes.set_xticks(range(len(truth) + 1), ["none", *names], fontsize=8)
    axes.set_ylim(0, 1)
    axes.set_ylabel("probability", fontsize=8)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
