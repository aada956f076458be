"""Chances as horizontal bars, each with its number: one row for each scenario, rows in groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trialwright.report import numbers
from trialwright.report.svg import Drawing, fitted


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar. `chance`: in [0, 1], None where there is none; `instead` is said in its place.

    `pale`: a bar that is for comparison."""

    label: str
    chance: float | None
    pale: bool = False
    instead: str = "not computed"


def bars(
    title: str, groups: Sequence[tuple[str, Sequence[Bar]]], x_label: str, mark: tuple[float, str] | None
) -> Drawing:
    """Groups of bars on one axis from 0 to 100%; `mark`: a chance that deserves a line, with its name."""
    left, right, step = 300.0, 730.0, 26.0
    top = 26.0 if mark else 8.0
    rows = sum(len(items) + (1 if name else 0) for name, items in groups)
    bottom = top + step * rows + 8 * (len(groups) - 1)
    said = " ".join(f"{name} {bar.label}: {numbers.percent(bar.chance)}." for name, items in groups for bar in items)
    drawing = Drawing(800, bottom + 46, title, said)
    for tick in range(0, 101, 20):
        x = left + (right - left) * tick / 100
        drawing.line(x, top, x, bottom, class_="rule")
        drawing.text(x, bottom + 18, f"{tick}%", size=12, anchor="middle", class_="q")
    drawing.text((left + right) / 2, bottom + 38, x_label, size=12, anchor="middle", class_="q")
    y = top
    for name, items in groups:
        if name:
            drawing.text(0, y + 17, fitted(name, left - 10, 13, True), class_="b", tip=name)
            y += step
        for bar in items:
            _bar(drawing, bar, y, left, right, mark[0] if mark else 0.0)
            y += step
        y += 8
    if mark is not None:
        x = left + (right - left) * mark[0]
        drawing.line(x, 20, x, bottom, class_="markline")
        drawing.text(x, 13, mark[1], size=12, anchor="middle", class_="k b")
    return drawing


def _bar(drawing: Drawing, bar: Bar, y: float, left: float, right: float, mark: float) -> None:
    drawing.text(left - 12, y + 17, fitted(bar.label, left - 20, 12.5), size=12.5, anchor="end", tip=bar.label)
    if bar.chance is None:
        drawing.text(left + (right - left) * mark + 7, y + 17, bar.instead, size=12, class_="q")
        return
    wide = (right - left) * bar.chance
    drawing.box(left, y + 4, max(wide, 0.8), 17, class_="bar past" if bar.pale else "bar", radius=0)
    drawing.text(left + wide + 6, y + 17, numbers.percent(bar.chance), size=12.5, class_="b")
