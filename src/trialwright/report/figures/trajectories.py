"""Measured values over time: a thin line for each participant, a strong one for the median, one panel for each arm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from trialwright.report import numbers
from trialwright.report.svg import Drawing, fitted, text_width, ticks

Line = Sequence[tuple[int, float]]


def trajectories(title: str, unit: str, panels: Mapping[str, Sequence[Line]]) -> Drawing:
    """Panels by name; days are evenly spaced, not to scale, the same in all panels."""
    days = sorted({day for lines in panels.values() for line in lines for day, _ in line})
    values = [value for lines in panels.values() for line in lines for _, value in line]
    low, high = min(values, default=0.0), max(values, default=1.0)
    pad = (high - low) * 0.06 or 1.0
    low, high = low - pad, high + pad
    marks = ticks(low, high, 5)
    left = 26.0 + max(text_width(f"{mark:g}", 12) for mark in marks)
    top, bottom, gap = 46.0, 276.0, 30.0
    wide = (880.0 - left - gap * (len(panels) - 1)) / max(1, len(panels))
    wide = min(wide, 480.0)
    whole = left + (wide + gap) * len(panels) - gap + 4
    drawing = Drawing(whole, bottom + 46, title, _described(panels))

    def y(value: float) -> float:
        return bottom - (bottom - top) * (value - low) / (high - low)

    drawing.text(0, 14, unit, size=12, class_="q")
    for mark in marks:
        drawing.text(left - 8, y(mark) + 4, f"{mark:g}".replace("-", numbers.MINUS), size=12, anchor="end", class_="q")
    for number, (name, lines) in enumerate(panels.items()):
        start = left + number * (wide + gap)
        _panel(drawing, name, lines, days, start, wide, y, marks, bottom)
    drawing.text(left, bottom + 40, "planned day after first dose (evenly spaced, not to scale)", size=12, class_="q")
    return drawing


def _panel(
    drawing: Drawing,
    name: str,
    lines: Sequence[Line],
    days: Sequence[int],
    start: float,
    wide: float,
    y: object,
    marks: Sequence[float],
    bottom: float,
) -> None:
    assert callable(y)

    def x(day: int) -> float:
        return start + 14 + (wide - 28) * (days.index(day) / (len(days) - 1) if len(days) > 1 else 0.5)

    size = f" (n = {len(lines)})"
    label = fitted(name, wide - text_width(size, 13, True), 13, True) + size
    drawing.text(start, 34, label, class_="b", tip=name)
    for mark in marks:
        drawing.line(start, y(mark), start + wide, y(mark), class_="rule")
    for line in lines:
        if len(line) > 1:
            drawing.path([(x(day), y(value)) for day, value in line], class_="thin")
        elif line:
            drawing.circle(x(line[0][0]), y(line[0][1]), 2, class_="speck")
    middles = [
        (day, median([v for line in lines for d, v in line if d == day]))
        for day in days
        if any(d == day for line in lines for d, _ in line)
    ]
    if len(middles) > 1:
        drawing.path([(x(day), y(value)) for day, value in middles], class_="curve")
    for day, value in middles if len(middles) <= 15 else ():
        drawing.circle(x(day), y(value), 4)
    free = -1e9
    for day in days:
        half = text_width(str(day), 12) / 2
        if x(day) - half > free:
            drawing.text(x(day), bottom + 18, numbers.count(day), size=12, anchor="middle", class_="q")
            free = x(day) + half + 6


def _described(panels: Mapping[str, Sequence[Line]]) -> str:
    parts = []
    for name, lines in panels.items():
        days = sorted({day for line in lines for day, _ in line})
        middles = [f"day {d} {numbers.number(median([v for line in lines for e, v in line if e == d]))}" for d in days]
        parts.append(f"{name}, medians: {', '.join(middles)}.")
    return " ".join(parts)
