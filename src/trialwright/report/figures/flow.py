"""The flow of participants: the CONSORT diagram for arms side by side, its dose-finding form for an escalation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trialwright.report import numbers
from trialwright.report.svg import Drawing, wrapped

LINE = 16.0


@dataclass(frozen=True, slots=True)
class Branch:
    """One arm or dose level: its name, then blocks of lines, one block for each stage from allocation to analysis."""

    name: str
    stages: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """The counts of a flow diagram. `excluded`: participants by reason before entry; `entered`: the word for entry
    (`randomised`, `enrolled`). `stages`: the names of the blocks of every branch."""

    assessed: int
    excluded: Mapping[str, int]
    entered: int
    word: str
    stages: tuple[str, ...]
    branches: tuple[Branch, ...]
    ending: tuple[str, ...] = ()


def flow(data: Flow) -> Drawing:
    """The diagram: assessed, excluded, entered, and then each branch from top to bottom."""
    side = 84.0
    columns = max(1, len(data.branches))
    column = min(330.0, max(168.0, (880 - side) / columns - 14))
    width = max(640.0, side + columns * (column + 14))
    drawing = Drawing(
        width, 0, f"Flow of participants: {data.assessed} assessed, {data.entered} {data.word}", _described(data)
    )
    centre = side + (columns * (column + 14) - 14) / 2
    centre = max(centre, side + 130.0)
    drawing.box(centre - 125, 1, 250, 34)
    drawing.text(centre, 23, f"Assessed for eligibility (n = {data.assessed})", anchor="middle", class_="b")
    y = _excluded(drawing, data, centre, 35.0, width)
    drawing.box(centre - 125, y, 250, 34, class_="strong")
    drawing.text(centre, y + 22, f"{data.word.capitalize()} (n = {data.entered})", anchor="middle", class_="b")
    bottom = _branches(drawing, data, side, centre, y + 34, column)
    if data.ending:
        bottom = _ending(drawing, data.ending, centre, bottom)
    drawing.height = bottom + 4
    return drawing


def _excluded(drawing: Drawing, data: Flow, centre: float, y: float, width: float) -> float:
    """The box of those who did not enter, to the right of the stem; returns where the next box begins."""
    total = sum(data.excluded.values())
    room = width - centre - 36
    lines = [f"Not entered (n = {total})"]
    for reason, n in sorted(data.excluded.items(), key=lambda item: (-item[1], item[0]))[:6]:
        lines.extend(wrapped(f"{reason}: {n}", room - 20, 12.5, 2))
    if len(data.excluded) > 6:
        lines.append(f"other reasons: {sum(sorted(data.excluded.values())[:-6])}")
    tall = 14 + LINE * len(lines)
    drawing.arrow(centre, y, centre, y + tall + 26)
    drawing.arrow(centre, y + 13 + tall / 2, centre + 34, y + 13 + tall / 2)
    drawing.box(centre + 36, y + 13, room - 1, tall)
    drawing.text(centre + 46, y + 32, lines[0], size=12.5, class_="b")
    drawing.lines(centre + 46, y + 32 + LINE, lines[1:], size=12.5, leading=LINE / 12.5)
    return y + tall + 28


def _branches(drawing: Drawing, data: Flow, side: float, centre: float, y: float, column: float) -> float:
    count = len(data.branches)
    if not count:
        return y
    span = count * (column + 14) - 14
    start = centre - span / 2 if count == 1 else side
    middles = [start + i * (column + 14) + column / 2 for i in range(count)]
    drawing.line(centre, y, centre, y + 14)
    drawing.line(min(middles[0], centre), y + 14, max(middles[-1], centre), y + 14)
    top = y + 36
    names = [wrapped(branch.name, column - 20, 13, 2, bold=True) for branch in data.branches]
    head = max(len(name) for name in names)
    for number, stage in enumerate(data.stages):
        texts = [
            [part for line in branch.stages[number] for part in wrapped(line, column - 20, 12.5, 2)]
            for branch in data.branches
        ]
        extra = LINE * head + 4 if number == 0 else 0
        tall = 16 + extra + LINE * max(1, *(len(text) for text in texts))
        drawing.lines(0, top + 20, wrapped(stage, side - 4, 12, 3), size=12, class_="q")
        for index, middle in enumerate(middles):
            drawing.arrow(middle, top - (22 if number == 0 else 18), middle, top - 1)
            drawing.box(middle - column / 2, top, column, tall, class_="strong" if number == 0 else "box")
            line = top + 20
            if number == 0:
                drawing.lines(middle - column / 2 + 10, line, names[index], class_="b", leading=LINE / 13)
                line += extra
            drawing.lines(middle - column / 2 + 10, line, texts[index], size=12.5, leading=LINE / 12.5)
        top += tall + 18
    return top - 18


def _ending(drawing: Drawing, lines: Sequence[str], centre: float, y: float) -> float:
    shown = [part for line in lines for part in wrapped(line, 440, 12.5, 4)]
    tall = 16 + LINE * len(shown)
    drawing.arrow(centre, y, centre, y + 20)
    drawing.box(centre - 230, y + 22, 460, tall, class_="strong")
    drawing.lines(centre, y + 42, shown, size=12.5, anchor="middle", leading=LINE / 12.5)
    return y + 22 + tall


def _described(data: Flow) -> str:
    parts = [f"{numbers.plural(data.assessed, 'candidate')} assessed, {data.entered} {data.word}."]
    parts += [f"Not entered because of {reason}: {n}." for reason, n in data.excluded.items()]
    parts += [
        f"{branch.name}: " + "; ".join(line for stage in branch.stages for line in stage) + "."
        for branch in data.branches
    ]
    return " ".join([*parts, *data.ending])
