"""Exact intervals for a proportion: one row for every number of events that n participants can have."""

from __future__ import annotations

from collections.abc import Sequence

from trialwright.report import numbers
from trialwright.report.svg import Drawing

Row = tuple[int, float, float, float]


def intervals(n: int, rows: Sequence[Row], interval_level: float = 0.95) -> Drawing:
    """Rows of (events, proportion, lower, upper), all in [0, 1], as points with exact intervals."""
    left, right, top, step = 92.0, 560.0, 34.0, 24.0
    height = top + step * len(rows) + 44
    drawing = Drawing(
        640,
        height,
        f"What {n} participants can say: exact {interval_level:.0%} intervals for 0 to {n} events",
        " ".join(
            f"{events} of {n}: {numbers.percent(p)}, interval {numbers.percent(low)} to {numbers.percent(high)}."
            for events, p, low, high in rows
        ),
    )
    bottom = top + step * len(rows)
    drawing.text(left - 12, top - 16, f"events of {n}", size=12, anchor="end", class_="q")
    for tick in range(0, 101, 20):
        x = left + (right - left) * tick / 100
        drawing.line(x, top - 8, x, bottom, class_="rule")
        drawing.text(x, bottom + 18, f"{tick}%", size=12, anchor="middle", class_="q")
    drawing.text(
        (left + right) / 2,
        bottom + 37,
        "true proportion compatible with the data",
        size=12,
        anchor="middle",
        class_="q",
    )
    for index, (events, p, low, high) in enumerate(rows):
        y = top + step * index + step / 2 - 6
        drawing.text(left - 12, y + 4.5, str(events), size=13, anchor="end")
        a, b = left + (right - left) * low, left + (right - left) * high
        drawing.line(a, y, b, y, class_="ci")
        drawing.line(a, y - 4, a, y + 4, class_="ci")
        drawing.line(b, y - 4, b, y + 4, class_="ci")
        drawing.circle(left + (right - left) * p, y, 4.5)
        drawing.text(right + 12, y + 4.5, f"{low * 100:.0f}–{high * 100:.0f}%", size=12, class_="q")
    return drawing


def detection(n: int, at: Sequence[tuple[float, float]]) -> Drawing:
    """The chance that n participants show at least one event, by the true rate: `at` holds (rate, chance) in [0, 1]."""
    left, right, top, bottom = 56.0, 540.0, 20.0, 220.0
    drawing = Drawing(
        620,
        270,
        f"Chance to see at least one event among {n} participants",
        " ".join(f"True rate {numbers.percent(rate)}: {numbers.percent(chance)}." for rate, chance in at),
    )
    most = max((rate for rate, _ in at), default=1.0)
    for tick in range(0, 101, 25):
        y = bottom - (bottom - top) * tick / 100
        drawing.line(left, y, right, y, class_="rule")
        drawing.text(left - 8, y + 4, f"{tick}%", size=12, anchor="end", class_="q")
    points = [(left + (right - left) * rate / most, bottom - (bottom - top) * chance) for rate, chance in at]
    for (x, _), (rate, _) in zip(points, at, strict=True):
        drawing.text(x, bottom + 18, f"{rate * 100:g}%", size=12, anchor="middle", class_="q")
    drawing.path(points, class_="curve")
    for (x, y), (_, chance) in zip(points, at, strict=True):
        drawing.circle(x, y, 4)
        drawing.text(x + 6, y + 16, f"{chance * 100:.0f}%", size=12)
    drawing.text((left + right) / 2, bottom + 38, "true rate of the event", size=12, anchor="middle", class_="q")
    return drawing
