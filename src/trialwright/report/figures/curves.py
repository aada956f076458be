"""Curves of a probability over a quantity (power over effect, chance over rate), each labelled where it ends."""

from __future__ import annotations

from collections.abc import Sequence

from trialwright.report import numbers
from trialwright.report.svg import Drawing, fitted, ticks

Series = tuple[str, Sequence[tuple[float, float]]]
STROKES = ("curve", "curve2", "curve3")


def curves(
    title: str, x_label: str, y_label: str, series: Sequence[Series], marks: Sequence[tuple[float, str]] = ()
) -> Drawing:
    """Series of (x, probability in [0, 1]). `marks`: x values that deserve a line, with their names."""
    left, right, top, bottom = 60.0, 560.0, 24.0 + 18 * len(marks), 300.0
    drawing = Drawing(
        800,
        bottom + 56,
        title,
        " ".join(
            f"{name}: " + ", ".join(f"at {x:g} {numbers.percent(y)}" for x, y in points) + "."
            for name, points in series
        ),
    )
    values = [x for _, points in series for x, _ in points] + [x for x, _ in marks]
    low, high = min(values, default=0.0), max(values, default=1.0)
    span = (high - low) or 1.0

    def place(x: float, y: float) -> tuple[float, float]:
        return left + (right - left) * (x - low) / span, bottom - (bottom - top) * y

    for tick in range(0, 101, 20):
        _, y = place(low, tick / 100)
        drawing.line(left, y, right, y, class_="rule")
        drawing.text(left - 8, y + 4, f"{tick} %", size=12, anchor="end", class_="q")
    for value in ticks(low, high, 6):
        x, _ = place(value, 0)
        drawing.line(x, bottom, x, bottom + 5, class_="axis")
        drawing.text(x, bottom + 20, f"{value:g}".replace("-", numbers.MINUS), size=12, anchor="middle", class_="q")
    drawing.line(left, bottom, right, bottom, class_="axis")
    drawing.text((left + right) / 2, bottom + 42, x_label, size=12.5, anchor="middle", class_="q")
    drawing.text(0, 12, y_label, size=12.5, class_="q")
    for number, (value, name) in enumerate(marks):
        x, _ = place(value, 0)
        y = 26.0 + 18 * number
        drawing.line(x, y + 4, x, bottom, class_="markline")
        anchor = "start" if x < (left + right) / 2 else "end"
        drawing.text(x + (6 if anchor == "start" else -6), y + 8, name, size=12, anchor=anchor, class_="k b")
    _draw(drawing, series, [[place(x, y) for x, y in points] for _, points in series], right)
    return drawing


def _draw(
    drawing: Drawing, series: Sequence[Series], places: Sequence[Sequence[tuple[float, float]]], right: float
) -> None:
    labels: list[float] = []
    for number, ((name, _), points) in enumerate(zip(series, places, strict=True)):
        if not points:
            continue
        drawing.path(list(points), class_=STROKES[number % len(STROKES)])
        y = points[-1][1] + 4
        while any(abs(y - other) < 15 for other in labels):
            y += 15
        labels.append(y)
        drawing.text(right + 10, y, fitted(name, 225, 12.5), size=12.5, tip=name)
