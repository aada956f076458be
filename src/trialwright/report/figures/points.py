"""Estimates as points with their intervals, one axis for each outcome, straight from the rows of the analysis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from trialwright.report import numbers
from trialwright.report.svg import Drawing, fitted, ticks


@dataclass(frozen=True, slots=True)
class Point:
    """One estimate. `reference`: whether it is a contrast, drawn as a square on a line of no difference."""

    label: str
    value: float
    lower: float | None
    upper: float | None
    contrast: bool = False


def points(title: str, unit: str, rows: Sequence[Point], zero: float | None = None) -> Drawing:
    """Rows as points on one axis in `unit`; `zero`: where no difference lies, marked where it is in range."""
    left, right, top, step = 250.0, 610.0, 12.0, 27.0
    bottom = top + step * len(rows)
    finite = [v for row in rows for v in (row.value, row.lower, row.upper) if v is not None and math.isfinite(v)]
    if zero is not None:
        finite.append(zero)
    low, high = min(finite, default=0.0), max(finite, default=1.0)
    pad = (high - low) * 0.06 or max(abs(high), 1.0) * 0.1
    low, high = low - pad, high + pad
    drawing = Drawing(800, bottom + 44, title, " ".join(f"{row.label}: {number_text(row)}." for row in rows))

    def x(value: float) -> float:
        return left + (right - left) * (min(max(value, low), high) - low) / (high - low)

    for value in ticks(low, high, 5):
        drawing.line(x(value), top, x(value), bottom, class_="rule")
        drawing.text(
            x(value), bottom + 17, f"{value:g}".replace("-", numbers.MINUS), size=12, anchor="middle", class_="q"
        )
    if zero is not None and low <= zero <= high:
        drawing.line(x(zero), top, x(zero), bottom, class_="axis")
    drawing.text((left + right) / 2, bottom + 36, unit, size=12, anchor="middle", class_="q")
    for index, row in enumerate(rows):
        y = top + step * index + step / 2
        drawing.text(
            0, y + 4.5, fitted(row.label, left - 16, 12.5), size=12.5, tip=row.label, class_="b" if row.contrast else ""
        )
        if row.lower is not None and row.upper is not None:
            drawing.line(x(row.lower), y, x(row.upper), y, class_="ci")
        if row.contrast:
            drawing.box(x(row.value) - 5, y - 5, 10, 10, class_="dot", radius=0)
        else:
            drawing.circle(x(row.value), y, 5)
        drawing.text(right + 14, y + 4.5, number_text(row), size=12.5, class_="q")
    return drawing


def number_text(row: Point) -> str:
    """The point's numbers as they stand in the table."""
    value, interval = numbers.estimate(row.value, row.lower, row.upper)
    return value if interval == numbers.DASH else f"{value} ({interval})"
