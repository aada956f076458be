"""How many participants a design uses: its distribution for each reading, with the registered number marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trialwright.report import numbers
from trialwright.report.svg import Drawing, wrapped


def distribution(rows: Sequence[tuple[str, Mapping[int, float], float]], registered: int | None, title: str) -> Drawing:
    """Rows of (reading, probability of each N, expected N) as bars on one axis of N."""
    label, left, right, panel = 214.0, 232.0, 690.0, 80.0
    support = sorted({n for _, chances, _ in rows for n, p in chances.items() if p > 0})
    low, high = min(support, default=0), max(support, default=1)
    if registered is not None:
        low, high = min(low, registered), max(high, registered)
    top = 30.0
    drawing = Drawing(840, top + panel * len(rows) + 22, title, _described(rows, registered))
    unit = (right - left) / (high - low + 1)
    peak = max((p for _, chances, _ in rows for p in chances.values()), default=1.0)

    def x(n: float) -> float:
        return left + (n - low + 0.5) * unit

    for index, (reading, chances, expected) in enumerate(rows):
        base = top + panel * (index + 1) - 22
        lines = wrapped(reading, label, 13, 3)
        drawing.lines(0, base - 16 * (len(lines) - 1) - 8, lines, leading=1.25)
        for n, chance in sorted(chances.items()):
            tall = (panel - 44) * chance / peak
            past = registered is not None and n > registered
            drawing.box(
                x(n) - unit * 0.39,
                base - tall,
                unit * 0.78,
                tall,
                class_="bar" if past or registered is None else "bar past",
                radius=0,
            )
            if chance >= 0.03:
                drawing.text(x(n), base - tall - 4, f"{chance * 100:.0f}", size=11, anchor="middle", class_="q")
        drawing.line(left, base, right, base, class_="axis")
        drawing.text(right + 14, base - 24, f"mean {expected:.2f}", size=12.5)
        if registered is not None:
            within = sum(p for n, p in chances.items() if n <= registered)
            drawing.text(right + 14, base - 6, f"{numbers.percent(within)} ≤ {registered}", size=12.5, class_="b")
    bottom = top + panel * len(rows) - 22
    step = max(1, round((high - low) / 14))
    for n in range(low, high + 1):
        if (n - low) % step == 0 or n == registered:
            drawing.text(x(n), bottom + 17, str(n), size=12, anchor="middle", class_="b" if n == registered else "q")
    drawing.text(
        (left + right) / 2,
        bottom + 37,
        "participants treated (bars: chance in %)",
        size=12,
        anchor="middle",
        class_="q",
    )
    if registered is not None:
        edge = x(registered) + unit * 0.5
        drawing.line(edge, 22, edge, bottom, class_="markline")
        drawing.text(edge, 14, f"registered: {registered}", size=12.5, anchor="middle", class_="k b")
    return drawing


def _described(rows: Sequence[tuple[str, Mapping[int, float], float]], registered: int | None) -> str:
    parts = []
    for reading, chances, expected in rows:
        text = f"{reading}: mean {expected:.2f}"
        if registered is not None:
            text += (
                f", at most {registered} with probability {sum(p for n, p in chances.items() if n <= registered):.3f}"
            )
        parts.append(text + ".")
    return " ".join(parts)
