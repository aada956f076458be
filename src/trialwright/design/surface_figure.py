"""Figures of a surface: how the chances of selection change as the true DLT rates of one or two levels are varied."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from trialwright.core.errors import UsageError
from trialwright.design.figure import sheet

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from trialwright.design.exact import Summaries

_STYLES = ("-", "--", "-.", ":")  # told apart in grey too


def surface(rule: str, found: Summaries, varied: Sequence[int]) -> Figure:
    """The exact chance that each level is selected, and none, against the rate of a varied level: lines for one of
    them, a map for each choice where two are varied. `varied`: levels, 1 = lowest.

    Raises UsageError DES-124 (more than two varied levels), DES-127 (matplotlib is not installed).
    """
    if len(varied) not in (1, 2):
        raise UsageError(
            "DES-124",
            f"a figure of {len(varied)} varied levels",
            expected="one level that is varied, or two",
            mend="draw the others one after the other; --csv holds them all",
        )
    return _lines(rule, found, varied[0]) if len(varied) == 1 else _maps(rule, found, varied[0], varied[1])


def _names(found: Summaries) -> list[str]:
    return ["none", *(f"level {level}" for level in range(1, found.truth.shape[1] + 1))]


def _lines(rule: str, found: Summaries, level: int) -> Figure:
    drawn = sheet(7.0, 4.2)
    axes = drawn.subplots()
    order = np.argsort(found.truth[:, level - 1], kind="stable")
    rates = found.truth[order, level - 1]
    for choice, name in enumerate(_names(found)):
        chances = found.selection[order, choice]
        mark = "o" if len(rates) < 30 else None
        axes.plot(rates, chances, _STYLES[choice % len(_STYLES)], marker=mark, markersize=3, label=name)
    axes.set_ylim(-0.02, 1.02)
    axes.set_xlabel(f"true DLT rate of level {level}")
    axes.set_ylabel("chance of being selected (exact)")
    others = ", ".join(f"level {j}: {rate:g}" for j, rate in enumerate(found.truth[0].tolist(), start=1) if j != level)
    axes.set_title(f"the other true rates: {others}" if others else "", fontsize=8)
    axes.legend(fontsize=8, frameon=False)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    drawn.suptitle(rule, fontsize=9, wrap=True)
    return drawn


def _maps(rule: str, found: Summaries, across: int, up: int) -> Figure:
    x, column = np.unique(found.truth[:, across - 1], return_inverse=True)
    y, row = np.unique(found.truth[:, up - 1], return_inverse=True)
    names = _names(found)
    wide = min(3, len(names))
    drawn = sheet(2.6 * wide + 0.8, 2.5 * -(-len(names) // wide) + 0.6)
    panels = drawn.subplots(-(-len(names) // wide), wide, squeeze=False).ravel()
    for choice, (axes, name) in enumerate(zip(panels, names, strict=False)):
        chances = np.full((len(y), len(x)), np.nan)
        chances[row, column] = found.selection[:, choice]
        shown = axes.imshow(chances, origin="lower", aspect="auto", vmin=0, vmax=1, cmap="Blues")
        axes.set_title(f"{name} selected", fontsize=8)
        for axis, rates in ((axes.xaxis, x), (axes.yaxis, y)):
            places = range(0, len(rates), max(1, len(rates) // 5))
            axis.set_ticks(list(places), [f"{rates[place]:.3g}" for place in places], fontsize=7)
        if max(len(x), len(y)) <= 6:
            for (i, j), chance in np.ndenumerate(chances):
                ink = "white" if chance > 0.6 else "black"
                axes.text(j, i, f"{chance:.2f}", ha="center", va="center", fontsize=7, color=ink)
    for axes in panels[len(names) :]:
        axes.set_visible(False)
    drawn.colorbar(shown, ax=list(panels), label="exact chance", shrink=0.7)
    drawn.supxlabel(f"true DLT rate of level {across}", fontsize=8)
    drawn.supylabel(f"true DLT rate of level {up}", fontsize=8)
    drawn.suptitle(rule, fontsize=9, wrap=True)
    return drawn
