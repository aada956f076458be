"""Which dose a design ends on: one bar of shares for each reading of the rule."""

from __future__ import annotations

from collections.abc import Sequence

from trialwright.report import numbers
from trialwright.report.svg import Drawing, text_width, wrapped

# Steps of one blue, told apart by lightness alone; the text on each is dark on the light ones and white on the dark.
SHADES: dict[int, tuple[str, ...]] = {
    1: ("d4",),
    2: ("d2", "d5"),
    3: ("d1", "d3", "d5"),
    4: ("d1", "d2", "d4", "d6"),
    5: ("d1", "d2", "d3", "d4", "d5"),
}
DARK = frozenset({"d4", "d5", "d6"})


def shades(levels: int) -> tuple[str, ...]:
    """A shade for each dose level, light for the lowest."""
    return SHADES.get(levels) or tuple(f"d{1 + (i % 6)}" for i in range(levels))


def shares(rows: Sequence[tuple[str, Sequence[float]]], doses: Sequence[str], title: str) -> Drawing:
    """Rows of (reading, probabilities for no dose, level 1, ..., level J) as bars of the same length."""
    label, right, bar, step = 220.0, 820.0, 30.0, 50.0
    left = label + 16
    names = ["no dose", *[f"level {i + 1}" for i in range(len(doses))]]
    classes = ("d0", *shades(len(doses)))
    top = 62.0
    drawing = Drawing(
        840,
        top + step * len(rows) + 34,
        title,
        " ".join(
            f"{reading}: " + ", ".join(f"{n} {numbers.percent(p)}" for n, p in zip(names, shown, strict=False)) + "."
            for reading, shown in rows
        ),
    )
    _legend(drawing, left, names, doses, classes)
    for index, (reading, probabilities) in enumerate(rows):
        y = top + step * index
        lines = wrapped(reading, label - 4, 13, 2)
        drawing.lines(0, y + bar / 2 + 4.5 - 8 * (len(lines) - 1), lines, leading=1.22)
        x = left
        for share, style in zip(probabilities, classes, strict=False):
            wide = (right - left) * share
            if wide < 0.3:
                continue
            drawing.box(x, y, wide, bar, class_=style, radius=0)
            if style == "d0":
                _hatch(drawing, x, y, wide, bar)
            text = f"{share * 100:.1f}"
            if wide > text_width(text, 12.5) + 8:
                if style == "d0":
                    drawing.box(x + wide / 2 - 17, y + 7, 34, 16, class_="d0 plain", radius=2)
                ink = "w" if style in DARK else ("t" if style == "d0" else "n")
                drawing.text(x + wide / 2, y + bar / 2 + 4.5, text, size=12.5, anchor="middle", class_=f"{ink} b")
            x += wide
    bottom = top + step * len(rows) - 8
    for tick in range(0, 101, 25):
        drawing.text(left + (right - left) * tick / 100, bottom + 18, f"{tick}%", size=12, anchor="middle", class_="q")
    drawing.text(0, bottom + 18, "chance that the trial ends with", size=12, class_="q")
    return drawing


def _legend(drawing: Drawing, left: float, names: Sequence[str], doses: Sequence[str], classes: Sequence[str]) -> None:
    x, y = left, 8.0
    for name, dose, style in zip(names, ["", *doses], classes, strict=False):
        text = f"{name}: {dose}" if dose and len(doses) <= 4 else name
        wide = 18 + text_width(text, 12.5) + 18
        if x + wide > 840 and x > left:
            x, y = left, y + 22
        drawing.box(x, y, 13, 13, class_=style, radius=0)
        if style == "d0":
            _hatch(drawing, x, y, 13, 13)
        drawing.text(x + 19, y + 11, text, size=12.5)
        x += wide


def _hatch(drawing: Drawing, x: float, y: float, width: float, height: float) -> None:
    """Diagonal lines, so that the share without a dose is told apart without colour."""
    step = 7.0
    offset = -height + step
    while offset < width:
        x1, x2 = max(x, x + offset), min(x + width, x + offset + height)
        if x2 > x1:
            drawing.line(x1, y + height - (x1 - x - offset), x2, y + height - (x2 - x - offset), class_="hatch")
        offset += step
